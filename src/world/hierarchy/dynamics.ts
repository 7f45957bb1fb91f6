// The high level as a world model of its own: what it is shown is the embedding below, its blocks are macro-actions. So
// whatever runs, scores and differentiates plans of a world model does so here.
// Legend: N observations, T waypoints, D width, M numbers of a macro-action, E tasks, S samples, L imagined waypoints.

import { JepaError } from '../../core/index.ts';
import { add, at, reduceMin, reduceSum, reshape, slice, square, sub, type Tensor } from '../../tensor/index.ts';
import { type Dynamics, defineDynamics } from '../dynamics.ts';
import { seenStates, sensesOf } from '../senses.ts';
import { type Hierarchy, type HierarchyConfig, hierarchy } from './hierarchy.ts';

/**
 * What a plan of macro-actions costs, from the squared distances of its waypoints to the goal, summed over D:
 * - `last`: the sum over the last `steps` waypoints (all of them when there are fewer). 1 asks only for the end; HWM takes 3
 *   in the maze, which also rewards arriving early.
 * - `nearest`: the distance of the nearest waypoint; when it is reached, and what follows, does not count.
 */
export type MacroCost = { readonly kind: 'last'; readonly steps: number } | { readonly kind: 'nearest' };

/** Squared distances to the goals [E, D] of imagined waypoints [E, S, L, D], the present one left out: [E, S, L - 1]. */
function distances(imagined: Tensor, goal: Tensor): Tensor {
  const [E, , , D] = imagined.shape as [number, number, number, number];
  return reduceSum(square(sub(slice(imagined, 2, 1), reshape(goal, [E, 1, 1, D]))), { axes: -1 });
}

/**
 * The graphs of the high level as a world model: senses a state of D numbers, the embedding below, and encodes it as it is.
 * A context is one embedding.
 *
 * @throws JepaError `usage` for sizes that cannot be, or a cost without steps
 */
export function hierarchyDynamics(config: HierarchyConfig, cost: MacroCost = { kind: 'last', steps: 1 }): Dynamics {
  const { dim, macroDim } = config;
  if (cost.kind === 'last' && !(Number.isInteger(cost.steps) && cost.steps >= 1)) {
    throw new JepaError('usage', `hierarchy: the cost's steps must be a whole number of at least 1, got ${cost.steps}`);
  }
  const name = 'hierarchy';
  const sizes = { name, senses: sensesOf({ stateDim: dim }), dim, actionDim: macroDim, history: 1 };
  return defineDynamics<Hierarchy>(sizes, hierarchy(config), {
    encode: (_, seen) => add(seenStates(seen, name), 0),
    predict: (m, z, macros) => m.predict(z, macros),
    rollout(m, context, _, plans) {
      if (context.shape[1] !== 1) {
        throw new JepaError('shape', `hierarchy: the context must be one embedding, got ${context.shape[1]} of them`);
      }
      return m.rollout(at(context, 1, 0), plans);
    },
    cost(_, imagined, goal) {
      const each = distances(imagined, goal);
      if (cost.kind === 'nearest') return reduceMin(each, { axes: -1 });
      return reduceSum(slice(each, 2, Math.max(0, each.shape[2]! - cost.steps)), { axes: -1 });
    },
  });
}
