// The baselines of the control benchmark as world models at work: what a planner asks of them.
// Legend: E tasks, S samples, H planned blocks, A numbers per block.

import { expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import { distance, gaussian, runtime, shaken } from '../../nn/run-module.law.ts';
import { gradient, type PlanRequest } from '../../plan/index.ts';
import { dynamicsOf, stateDimOf, type WorldConfig } from '../../world/index.ts';
import { TINY } from '../../world/le-wm/tiny.law.ts';
import { observationBytes } from '../perception/observation.ts';
import { worldModel } from './world-model.ts';

const { sigreg: _, cost: __, ...network } = TINY;
const A = TINY.actionDim;
const kinds: readonly WorldConfig[] = [
  {
    kind: 'pldm',
    ...network,
    weights: { variance: 1, covariance: 1, varianceOverTime: 0, similarity: 0, inverse: 0 },
    inverseHidden: 8,
  },
  {
    kind: 'state',
    stateDim: 4,
    numbers: { at: [0, 3], mean: [1, 2], std: [2, 1] },
    angles: [2],
    actionDim: A,
    hidden: [8, 8],
    goalAt: [0, 2, 3],
  },
  {
    kind: 'pixels',
    ...network,
    decoder: { patchSize: 8, dim: 12, depth: 1, heads: 2, mlpDim: 24 },
    reconstruction: 1,
  },
];
const [E, S, H] = [2, 2, 3] as const;

function modelAndRequest(config: WorldConfig) {
  const dynamics = dynamicsOf(config);
  const model = worldModel(dynamics, shaken(dynamics.module, 0.2), runtime);
  const stateDim = stateDimOf(dynamics.senses);
  const { all } = observationBytes(dynamics.senses);
  const picture = all - 4 * stateDim;
  const observations = (seed: number): Uint8Array => {
    const out = new Uint8Array(E * all);
    for (let e = 0; e < E; e++) {
      for (let i = 0; i < picture; i++) out[e * all + i] = Math.imul(e * all + i + seed, 2654435761) >>> 24;
      const state = gaussian(stateDim, seed + e);
      out.set(new Uint8Array(state.buffer), e * all + picture);
    }
    return out;
  };
  const request: PlanRequest = {
    envs: [0, 1],
    context: 1,
    frames: observations(1),
    blocks: new Float32Array(0),
    goals: observations(100),
    keys: [0, 1].map((i) => fold(key(0), i)),
  };
  return { model, request };
}

test.each(kinds)('the gradient of the cost is that of finite differences: $kind', async (config) => {
  const { model, request } = modelAndRequest(config);
  const problem = await model.problem(request, H);
  const plans = gaussian(E * S * H * A, 7);
  const { cost, gradient: g } = await problem.costAndGradient!(plans, S);
  expect(distance(cost, await problem.cost(plans, S))).toBeLessThan(1e-4);
  const scale = Math.max(...g.map(Math.abs));
  expect(scale).toBeGreaterThan(1e-4);
  for (const row of [0, 3]) {
    const i = row * H * A + ((row * 5) % (H * A));
    const h = 1e-2;
    const [up, down] = await Promise.all(
      [h, -h].map((d) =>
        problem.cost(
          plans.map((value, j) => (j === i ? value + d : value)),
          S,
        ),
      ),
    );
    expect(Math.abs((up![row]! - down![row]!) / (2 * h) - g[i]!)).toBeLessThan(0.02 * scale);
  }
});

test.each(kinds)('descent through the model lowers the cost of every task: $kind', async (config) => {
  const { model, request } = modelAndRequest(config);
  const solver = gradient({ samples: 2, iterations: 10, descent: { kind: 'adam', lr: 0.05 } });
  const { iterations } = await solver.solve(await model.problem(request, H), { key: key(0) });
  for (let e = 0; e < E; e++) expect(iterations.at(-1)!.best[e]).toBeLessThan(iterations[0]!.best[e]!);
});
