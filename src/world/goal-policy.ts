// The contract of a policy that is told its goal as a picture or a state: the other way to act beside planning in a world
// model. It is shown the present and the goal, and says at once what to do.
// Legend: N observations, H blocks, A numbers per block, normalised.

import { JepaError } from '../core/index.ts';
import type { Module } from '../nn/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { PolicyHorizon } from './policies/latent-policy.ts';
import { checkSenses, type Observation, type Senses } from './senses.ts';

/** What a goal policy is shown, and what it says. */
export interface GoalPolicySizes {
  /** The method's name: 'gcbc'. */
  readonly name: string;
  readonly senses: Senses;
  /** A, the numbers of one action block, normalised. */
  readonly actionDim: number;
  /** H, the blocks that it says at once. */
  readonly horizon: number;
  /** How many blocks are left is told to it, up to `max`. @default it is told nothing */
  readonly told?: PolicyHorizon;
}

/** The graph of a goal policy, bound. */
export interface BoundGoalPolicy {
  /** Blocks [N, H, A] from what is seen now towards what is seen at the goal, with `left` [N] blocks left where it is told. */
  act(now: Observation, goal: Observation, left?: Tensor): Tensor;
}

/** A goal policy, ready to be traced. Whoever holds one need not know its method. */
export interface GoalPolicy extends GoalPolicySizes {
  /** The parameters, under the names that the bound graph reads. */
  readonly module: Module<unknown>;
  /** The graph over fresh parameter sources, in evaluation mode. */
  bind(): BoundGoalPolicy;
}

/**
 * A goal policy from its parts.
 *
 * @throws JepaError `usage` when a size cannot be, or the policy is shown nothing
 */
export function defineGoalPolicy(policy: GoalPolicy): GoalPolicy {
  const { name, senses, actionDim, horizon } = policy;
  for (const [what, value] of Object.entries({ actionDim, horizon })) {
    if (!Number.isInteger(value) || value < 1)
      throw new JepaError('usage', `${name}: ${what} must be a whole number of at least 1, got ${value}`, { what });
  }
  checkSenses(name, 'goal policy', senses);
  return policy;
}
