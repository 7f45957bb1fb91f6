// The high level as a world model of its own: what it is shown is the embedding below, its blocks are macro-actions. So
// whatever runs, scores and differentiates plans of a world model does so here.
// Legend: N observations, T waypoints, D width, M numbers of a macro-action, E tasks, S samples, L imagined waypoints.

import { JepaError } from '../../core/index.ts';
import { type Cost, latentCost } from '../../plan/index.ts';
import { add, at } from '../../tensor/index.ts';
import { type Dynamics, type DynamicsGraphs, defineDynamics } from '../dynamics.ts';
import { seenStates, sensesOf } from '../senses.ts';
import { type Hierarchy, type HierarchyConfig, hierarchy } from './hierarchy.ts';

/**
 * What a plan of macro-actions costs, from the squared distances of its waypoints to the goal, summed over D:
 * - `last`: the sum over the last `steps` waypoints (all of them when there are fewer). 1 asks only for the end; HWM takes 3
 *   in the maze, which also rewards arriving early.
 * - `nearest`: the distance of the nearest waypoint; when it is reached, and what follows, does not count.
 */
export type MacroCost = { readonly kind: 'last'; readonly steps: number } | { readonly kind: 'nearest' };

function macroCost(dim: number, cost: MacroCost): Cost {
  return latentCost(dim, 'sum', cost.kind === 'nearest' ? { kind: 'min' } : { kind: 'sum', steps: cost.steps });
}

/**
 * The graphs of the high level as a world model: senses a state of D numbers, the embedding below, and encodes it as it is.
 * A context is one embedding.
 *
 * @throws JepaError `usage` for sizes that cannot be, or a cost without steps
 */
export function hierarchyDynamics(config: HierarchyConfig, cost: MacroCost = { kind: 'last', steps: 1 }): Dynamics {
  const { dim, macroDim } = config;
  const name = 'hierarchy';
  const sizes = { name, senses: sensesOf({ stateDim: dim }), dim, actionDim: macroDim, history: 1 };
  const graphs: DynamicsGraphs<Hierarchy> = {
    encode: (_, seen) => add(seenStates(seen, name), 0),
    predict: (m, z, macros) => m.predict(z, macros),
    rollout(m, context, _, plans) {
      if (context.shape[1] !== 1) {
        throw new JepaError('shape', `hierarchy: the context must be one embedding, got ${context.shape[1]} of them`);
      }
      return m.rollout(at(context, 1, 0), plans);
    },
  };
  return defineDynamics(sizes, hierarchy(config), graphs, macroCost(dim, cost));
}
