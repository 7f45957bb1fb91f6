// The gradient of a plan's cost as another output of the program that computes the cost: the rollout is differentiated
// once, while tracing, and every iteration of a gradient solver is one program call.
//
// Legend: B tasks, S candidates per task, H planned steps, D numbers per step.

import { grad } from '../autodiff/index.ts';
import { JepaError } from '../core/index.ts';
import { reduceSum, showType, type Tensor } from '../tensor/index.ts';

/**
 * The cost [B, S] and its gradient with respect to the candidates [B, S, H, D], as outputs of one program. Candidates
 * do not influence each other's cost, so the gradient of the sum is each candidate's own.
 *
 * Throws `shape` when the first two axes of `cost` and `candidates` differ; `usage` when no candidate influences the cost.
 *
 * @example
 * const plans = input('plans', [B, S, H, A]);
 * const program = await compile(actionGradient(goalCost(model.rollout(context, undefined, plans), goal), plans));
 */
export function actionGradient(cost: Tensor, candidates: Tensor): { readonly cost: Tensor; readonly gradient: Tensor } {
  const [B, S] = candidates.shape;
  if (candidates.shape.length !== 4 || cost.shape.length !== 2 || cost.shape[0] !== B || cost.shape[1] !== S) {
    throw new JepaError(
      'shape',
      `actionGradient: cost must be [B, S] and candidates [B, S, H, D], got ${showType(cost)} and ${showType(candidates)}`,
    );
  }
  return { cost, gradient: grad(reduceSum(cost), [candidates])[0]! };
}
