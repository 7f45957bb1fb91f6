// Parity case `push-t`: the physics of Push-T against traces of Chipmunk2D, scenario by scenario.

import { pushTRollout } from '../../src/envs/index.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { agentOf } from '../runner/trace.ts';

/** Takes the case `push-t`. */
export const pushTClaim: ParityClaim = {
  case: 'push-t',
  run(c) {
    const tensors: Record<string, ProducedTensor> = {};
    for (const [name, { data }] of c.tensors()) {
      const scenario = /^input\.(\w+)\.actions$/.exec(name)?.[1];
      if (scenario === undefined) continue;
      const states = pushTRollout(c.tensor(`input.${scenario}.start`).data, data);
      const rows = Array.from({ length: data.length / 2 }, (_, t) => [...states.subarray((t + 1) * 7, (t + 2) * 7)]);
      const exact = c.tensors().get(`output.${scenario}.block`)?.shape[0] ?? 0;
      const poses = rows.map((row) => row.slice(2, 5));
      const agent = rows.flatMap(agentOf);
      tensors[`output.${scenario}.agent`] = { shape: [rows.length, 4], data: agent };
      if (exact > 0) tensors[`output.${scenario}.block`] = { shape: [exact, 3], data: poses.slice(0, exact).flat() };
      if (exact < rows.length) {
        tensors[`output.${scenario}.block_bounded`] = {
          shape: [rows.length - exact, 3],
          data: poses.slice(exact).flat(),
        };
      }
    }
    return { tensors };
  },
};
