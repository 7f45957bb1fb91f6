// The contract of a goal policy between embeddings: what can be asked in a world model's imagination, where there is nothing to see.
// Legend: D width of an embedding, A numbers per action block, normalised.

import { JepaError } from '../../core/index.ts';
import type { Module } from '../../nn/index.ts';
import type { Tensor } from '../../tensor/index.ts';

/**
 * Blocks from embeddings of the present and of the goal, [..., D] each -> [..., A]. A policy that is told the time also takes how many
 * blocks are left, [...], from 1 to its `max`; what is more counts as `max`.
 */
export type LatentPolicyGraph = (now: Tensor, goal: Tensor, left?: Tensor) => Tensor;

/** How far ahead a policy is told that it may arrive. */
export interface PolicyHorizon {
  /** The most blocks that it is told of. */
  readonly max: number;
}

/** A goal policy between embeddings, ready to be bound. */
export interface LatentPolicy {
  readonly name: string;
  /** D */
  readonly dim: number;
  /** A */
  readonly actionDim: number;
  /** How many blocks are left is told to it, up to `max`. @default it is told nothing */
  readonly told?: PolicyHorizon;
  readonly module: Module<LatentPolicyGraph>;
}

/**
 * Refuses a policy for other embeddings or blocks than those of a world model.
 *
 * @throws JepaError `usage`
 */
export function checkLatentPolicy(
  { name, dim, actionDim }: LatentPolicy,
  of: { readonly name: string; readonly dim: number; readonly actionDim: number },
): void {
  if (dim === of.dim && actionDim === of.actionDim) return;
  throw new JepaError(
    'usage',
    `${name}: the policy is for embeddings of ${dim} and blocks of ${actionDim} numbers, ${of.name} has ${of.dim} and ${of.actionDim}; train the policy on this model`,
    { dim, actionDim, of: { dim: of.dim, actionDim: of.actionDim } },
  );
}
