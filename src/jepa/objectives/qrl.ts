// Quasimetric reinforcement learning (arXiv 2304.01203): push everything apart as far as single steps stay single steps. The
// distances are then shortest ways, over recordings as well.
// Legend: N pairs, d distances of a quasimetric head in steps.
// Source: quasimetric-learning/quasimetric-rl @0a611a4, quasimetric_critic/losses.

import { type Module, module, param } from '../../nn/index.ts';
import { add, mul, reduceMean, relu, softplus, square, stopGradient, sub, type Tensor } from '../../tensor/index.ts';

/** How far distances of unrelated pairs are pushed. */
export interface PushOptions {
  /** About where the push ends. @default 15 */
  readonly offset?: number;
  /** The smaller, the softer. @default 0.1 */
  readonly beta?: number;
}

/** Mean of softplus(offset - d; beta) = log(1 + exp(beta (offset - d))) / beta over unrelated pairs, d [N]. */
export function globalPush(distance: Tensor, { offset = 15, beta = 0.1 }: PushOptions = {}): Tensor {
  return mul(reduceMean(softplus(mul(sub(offset, distance), beta))), 1 / beta);
}

/** The multiplier of the constraint, softplus(raw): a parameter `raw_lagrange_multiplier` that training raises while it is broken. */
export function lagrange(initial = 0.01): Module<Tensor> {
  return module(
    {
      raw_lagrange_multiplier: param([], (_key, _shape, out) => {
        out[0] = Math.log(Math.expm1(initial));
      }),
    },
    (m) => m.raw_lagrange_multiplier,
  );
}

/** What steps may cost. */
export interface ConstraintOptions {
  /** Distance of a step. @default 1 */
  readonly stepCost?: number;
  /** Root mean square excess that is allowed. @default 0.25 */
  readonly epsilon?: number;
}

/**
 * Distances [N] of single steps held to `stepCost`: `violation` = mean relu(d - stepCost)^2 - epsilon^2, and `value` = violation
 * softplus(raw). The gradient of `raw` comes with its sign turned, so that one descent lowers the distances and raises the
 * multiplier as long as the constraint is broken.
 */
export function localConstraint(
  distance: Tensor,
  raw: Tensor,
  { stepCost = 1, epsilon = 0.25 }: ConstraintOptions = {},
): { readonly value: Tensor; readonly violation: Tensor } {
  const violation = sub(reduceMean(square(relu(sub(distance, stepCost)))), epsilon ** 2);
  const multiplier = softplus(raw);
  const turned = sub(mul(stopGradient(multiplier), 2), multiplier);
  return { value: mul(violation, turned), violation };
}

/** Mean of the squared distances [N] from predicted to next embeddings and back. */
export function latentDynamics(there: Tensor, back: Tensor): Tensor {
  return mul(add(reduceMean(square(there)), reduceMean(square(back))), 0.5);
}
