// The bounds of a world's actions where plans live: in blocks of normalised actions.
// Legend: A numbers of one environment step's action, F steps per block.

import type { Normaliser } from '../../data/index.ts';
import type { ActionConstraint } from '../../plan/index.ts';

/** Lowest and highest raw action: one number for all components, or one for each. */
export interface ActionBounds {
  readonly low: number | readonly number[];
  readonly high: number | readonly number[];
}

/** The bound of component `i` of an action. */
export function boundOf(bound: number | readonly number[], i: number): number {
  return typeof bound === 'number' ? bound : bound[i]!;
}

/** The box of normalised blocks [F * A] whose raw actions lie within the bounds. */
export function blockBox(
  { low, high }: ActionBounds,
  { mean, std }: Normaliser,
  frameSkip: number,
): Extract<ActionConstraint, { readonly kind: 'box' }> {
  const A = mean.length;
  const each = (bound: number | readonly number[]): number[] =>
    Array.from({ length: frameSkip * A }, (_, i) => (boundOf(bound, i % A) - mean[i % A]!) / std[i % A]!);
  return { kind: 'box', low: each(low), high: each(high) };
}
