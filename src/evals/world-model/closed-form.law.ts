// Two world models in closed form, for tests of the evaluations: one reads the state of a point and moves it by its actions,
// which is exact in Two-Room away from walls; the other sees the picture, byte by byte, and expects it to stay as it is.
// Legend: N observations, T frames, D numbers of an embedding, K actions of a block, E tasks, S samples, H blocks.

import { type WorldModel, worldModel } from '../../agent/index.ts';
import { key } from '../../core/index.ts';
import { initialise, module } from '../../nn/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { planCost } from '../../plan/index.ts';
import {
  add,
  broadcastTo,
  cast,
  concat,
  expandDims,
  mul,
  reduceSum,
  reshape,
  slice,
  type Tensor,
} from '../../tensor/index.ts';
import {
  type Dynamics,
  type DynamicsGraphs,
  type DynamicsSizes,
  defineDynamics,
  MAIN_CAMERA,
  type Observation,
  sensesOf,
} from '../../world/index.ts';

const nothing = module({}, () => ({}));

/** A world model without parameters, from what it embeds and how a block moves an embedding [.., D] and [.., A]. */
function closedForm(
  sizes: DynamicsSizes,
  encode: (seen: Observation) => Tensor,
  move: (z: Tensor, block: Tensor) => Tensor,
): WorldModel {
  const { dim } = sizes;
  const graphs: DynamicsGraphs<unknown> = {
    encode: (_, seen) => encode(seen),
    predict: (_, z, blocks) => move(z, blocks),
    rollout(_, context, _executed, plans) {
      const [E, C] = context.shape as [number, number];
      const [, S, H] = plans.shape as [number, number, number];
      const known = broadcastTo(expandDims(context, 1), [E, S, C, dim]);
      const all = [known];
      let z = slice(known, 2, C - 1, C);
      for (let t = 0; t < H; t++) {
        z = move(z, slice(plans, 2, t, t + 1));
        all.push(z);
      }
      return concat(all, 2);
    },
  };
  const dynamics: Dynamics = defineDynamics(sizes, nothing, graphs, planCost('last', dim));
  return worldModel(dynamics, initialise(nothing, key(0)), runtime);
}

/** Reads the first two numbers of a state; `speed` is the length of an action of 1, `block` the actions of a block. */
export function pointModel(stateDim: number, speed: number, block: number): WorldModel {
  const sizes = { name: 'point', senses: sensesOf({ stateDim }), dim: 2, actionDim: 2 * block, history: 2 };
  return closedForm(
    sizes,
    ({ state }) => slice(state!, 1, 0, 2),
    (z, blocks) => {
      const actions = reshape(blocks, [...blocks.shape.slice(0, -1), block, 2]);
      return add(z, mul(reduceSum(actions, { axes: -2 }), speed));
    },
  );
}

/** Sees the bytes of a picture and expects them again. */
export function stillModel(imageSize: number, actionDim: number): WorldModel {
  const dim = imageSize * imageSize * 3;
  return closedForm(
    { name: 'still', senses: sensesOf({ imageSize }), dim, actionDim, history: 1 },
    ({ [MAIN_CAMERA]: frames }) => cast(reshape(frames!, [frames!.shape[0]!, dim]), 'f32'),
    // The block is read, and changes nothing.
    (z, blocks) => add(z, mul(reduceSum(blocks, { axes: -1, keepDims: true }), 0)),
  );
}
