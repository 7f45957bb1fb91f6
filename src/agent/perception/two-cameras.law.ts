// A world model that sees two cameras and a state, in closed form: its embedding is the first byte of each picture and the
// state, and a block moves the state. For tests of everything that carries observations.
// Legend: N observations, E tasks, S samples, H planned blocks, C context frames.

import { module } from '../../nn/index.ts';
import { planCost } from '../../plan/index.ts';
import {
  add,
  broadcastTo,
  cast,
  concat,
  constant,
  cumulativeSum,
  expandDims,
  matmul,
  reshape,
  slice,
  type Tensor,
} from '../../tensor/index.ts';
import { type Dynamics, defineDynamics, type Senses, seen } from '../../world/index.ts';

/** Two pictures of different sizes, and a state between them. */
export const TWO_CAMERAS: Senses = {
  'cameras.main': { dtype: 'u8', shape: [4, 6, 3] },
  state: { dtype: 'f32', shape: [2] },
  'cameras.wrist': { dtype: 'u8', shape: [2, 2, 3] },
};

const first = (pictures: Tensor): Tensor => cast(slice(reshape(pictures, [pictures.shape[0]!, -1]), 1, 0, 1), 'f32');

/** Blocks [..., 2] as moves of the embedding [..., 4]: the pictures stay as they are. */
function moves(blocks: Tensor): Tensor {
  return matmul(blocks, constant(Float32Array.of(0, 0, 1, 0, 0, 0, 0, 1), [2, 4], 'f32'));
}

/** z = (first byte of the main picture, first byte of the wrist's, x, y); a block is added to (x, y). */
export const twoCameras: Dynamics = defineDynamics<object>(
  { name: 'two-cameras', senses: TWO_CAMERAS, dim: 4, actionDim: 2, history: 1 },
  module({}, () => ({})),
  {
    encode: (_, o) =>
      concat(
        [first(seen(o, 'cameras.main', 'two')), first(seen(o, 'cameras.wrist', 'two')), seen(o, 'state', 'two')],
        1,
      ),
    predict: (_, z, blocks) => add(z, moves(blocks)),
    rollout(_, context, _executed, plans) {
      const [E, C, dim] = context.shape as [number, number, number];
      const [, S, H] = plans.shape as [number, number, number];
      const here = broadcastTo(expandDims(slice(context, 1, C - 1, C), 1), [E, S, H, dim]);
      const known = broadcastTo(expandDims(context, 1), [E, S, C, dim]);
      return concat([known, add(here, cumulativeSum(moves(plans), 2))], 2);
    },
  },
  planCost('last', 4),
);
