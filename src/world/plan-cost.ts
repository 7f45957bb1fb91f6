// How imagined plans are scored by their distance to a goal. Legend: E tasks, S candidates, L steps of a rollout, its context
// included, D numbers of an embedding.

import { oneOf, type Schema } from '../core/index.ts';
import { reduceMean, reduceSum, reshape, slice, square, sub, type Tensor } from '../tensor/index.ts';

/**
 * How plans are scored by squared distances to the goal: `last` by that of the last embedding (LeWorldModel, stable-worldmodel's
 * PLDM), `all` by the mean over numbers of each, summed over the steps (PLDM, EB-JEPA), which also rewards arriving early.
 */
export type PlanCost = 'last' | 'all';

/** The names of the costs. */
export const planCostSchema: Schema<PlanCost> = oneOf(['last', 'all']);

/** Goal cost of imagined plans: sum over D of the squared distance between last embedding and goal. [E, S, L, D], [E, D] -> [E, S]. */
export function goalCost(rollout: Tensor, goal: Tensor): Tensor {
  const [E, S, L, D] = rollout.shape as [number, number, number, number];
  const last = reshape(slice(rollout, 2, L - 1), [E, S, D]);
  return reduceSum(square(sub(last, reshape(goal, [E, 1, D]))), { axes: -1 });
}

/**
 * Cost of imagined plans as EB-JEPA plans: the mean over D of the squared distance to the goal, summed over all steps, the
 * context included. Rollout [E, S, L, D] and goal [E, D] give [E, S].
 */
export function trajectoryCost(rollout: Tensor, goal: Tensor): Tensor {
  const [E, , , D] = rollout.shape as [number, number, number, number];
  const distance = reduceMean(square(sub(rollout, reshape(goal, [E, 1, 1, D]))), { axes: -1 });
  return reduceSum(distance, { axes: -1 });
}

/** The cost of that name: [E, S, L, D], [E, D] -> [E, S]. */
export function planCost(cost: PlanCost, rollout: Tensor, goal: Tensor): Tensor {
  return cost === 'all' ? trajectoryCost(rollout, goal) : goalCost(rollout, goal);
}
