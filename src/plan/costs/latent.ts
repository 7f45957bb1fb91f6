// Squared distances of embeddings to the goal's: what planning in latent space starts from.
// Legend: E tasks, S candidates, L rows, D width.
// Sources: last, LeWorldModel (galilai-group/stable-worldmodel @addbab4); all rows, EB-JEPA (facebookresearch/eb_jepa planning.py).

import { oneOf, type Schema } from '../../core/index.ts';
import { reduceMean, reduceSum, reshape, square, sub } from '../../tensor/index.ts';
import { type Cost, fixedCost } from './cost.ts';
import { checkReduce, type Reduce, reduceName, reduceSteps } from './reduce.ts';

/**
 * Squared distances to the goal, summed over D or their mean.
 *
 * @throws JepaError `usage` for a width or a way to reduce that cannot be
 * @example
 * const cost = latentCost(16, 'sum', { kind: 'last' });
 */
export function latentCost(dim: number, of: 'sum' | 'mean', reduce: Reduce): Cost {
  checkReduce(reduce, 'squared');
  const over = of === 'sum' ? reduceSum : reduceMean;
  return fixedCost(
    { name: `latent/${reduceName(reduce)}`, dim, unit: 'squared', absolute: true },
    (imagined, goal, { context }) => {
      const to = reshape(goal, [goal.shape[0]!, 1, 1, dim]);
      return reduceSteps(reduce, imagined, context, (rows) => over(square(sub(rows, to)), { axes: -1 }));
    },
  );
}

/**
 * How plans are scored by squared distances to the goal: `last` by that of the last embedding (LeWorldModel, stable-worldmodel's
 * PLDM), `all` by the mean over numbers of each, summed over the steps (PLDM, EB-JEPA), which also rewards arriving early, `near`
 * by that of the nearest step and a tenth of the mean: where success at any step counts, what comes after it costs little.
 */
export type PlanCost = 'last' | 'all' | 'near';

/** The names of the costs. */
export const planCostSchema: Schema<PlanCost> = oneOf(['last', 'all', 'near']);

/** The cost of that name. */
export function planCost(name: PlanCost, dim: number): Cost {
  if (name === 'near') return latentCost(dim, 'mean', { kind: 'near', along: 0.1 });
  return name === 'all'
    ? latentCost(dim, 'mean', { kind: 'sum', withContext: true })
    : latentCost(dim, 'sum', { kind: 'last' });
}
