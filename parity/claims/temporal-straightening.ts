// Parity case `temporal_straightening`: the curvature of trajectories, of every patch by itself and of frames pooled by a linear
// map, with gradients. Legend: B clips, T frames, P patches, D and K widths.

import { grad } from '../../src/autodiff/index.ts';
import { temporalCurvature } from '../../src/jepa/index.ts';
import { matmul, reduceMean, type Tensor } from '../../src/tensor/index.ts';
import type { ParityClaim } from '../runner/claim.ts';
import { evaluate, stored } from './pass.ts';

/** Takes the case `temporal_straightening`. */
export const temporalStraighteningClaim: ParityClaim = {
  case: 'temporal_straightening',
  async run(c) {
    const z = stored(c, 'input.z');
    const pooled = matmul(reduceMean(z, { axes: 2 }), stored(c, 'input.agg'));
    const curvatures: Record<string, Tensor> = { cos: temporalCurvature(z), aggcos: temporalCurvature(pooled) };
    const gradients = Object.entries(curvatures).map(([name, value]) => [`output.d_${name}`, grad(value, [z])[0]!]);
    const out = await evaluate(c, { ...curvatures, ...(Object.fromEntries(gradients) as Record<string, Tensor>) });
    const { cos, aggcos, ...tensors } = out;
    return { tensors, scalars: { cos: cos!.data[0]!, aggcos: aggcos!.data[0]! } };
  },
};
