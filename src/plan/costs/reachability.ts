// A cost that is discounted where a learned head believes the goal within reach: RC-aux's planner (arXiv 2605.07278).
// Legend: E tasks, S candidates, C context rows, H = L - C imagined rows, D width.
// Source: Guang000/RC-aux @ecb4496 jepa.py, `criterion`.

import { JepaError } from '../../core/index.ts';
import { module } from '../../nn/index.ts';
import {
  broadcastTo,
  clampMin,
  constant,
  mul,
  reduceMax,
  reshape,
  sigmoid,
  slice,
  sub,
  type Tensor,
} from '../../tensor/index.ts';
import type { ReachabilityForm } from '../heads/reachability.ts';
import { type Cost, type CostGraph, defineCost } from './cost.ts';

/** How strongly, and with which budgets. */
export interface ReachabilityCostOptions {
  /** w; 0.35 in RC-aux's code, 0.85 in its read-me. 0 is the base alone. */
  readonly weight: number;
  /** The least multiplier. @default 0.05 */
  readonly floor?: number;
  /**
   * What the k-th imagined row (k = 1..H) is asked for. `one-more`, as published: H - k + 1 blocks, one more than are left. `left`:
   * H - k, as the head is trained, but 1 for the last row, since no pair is trained with 0. @default 'one-more'
   */
  readonly budgets?: 'one-more' | 'left';
}

/**
 * base x max(1 - w max_k sigmoid(f(z_k, g, budget_k)), floor). It acts little where the base is near 0, and the maximum over rows
 * rewards passing the goal. The parameters of the base are `base.*`, those of the head `head.*`.
 *
 * @throws JepaError `usage` for a head and a base of different widths, or numbers that cannot be
 */
export function reachabilityCost(base: Cost, head: ReachabilityForm, options: ReachabilityCostOptions): Cost {
  const { weight, floor = 0.05, budgets = 'one-more' } = options;
  const { dim } = base;
  if (head.dim !== dim || !(weight >= 0 && Number.isFinite(weight)) || !(floor >= 0 && floor <= 1)) {
    throw new JepaError(
      'usage',
      `reach: the head must be as wide as the base (${dim}), the weight at least 0 and the floor 0 to 1, got ${head.dim}, ${weight} and ${floor}`,
      { dim, head: head.dim, weight, floor },
    );
  }
  const graph = module(
    { base: base.module, head: head.module },
    (m): CostGraph =>
      (imagined, goal, at) => {
        const cost = m.base(imagined, goal, at);
        const [E, S, L] = imagined.shape as [number, number, number, number];
        const H = L - at.context;
        if (H === 0) return cost;
        const flat = (x: Tensor): Tensor => reshape(x, [E * S * H, dim]);
        const to = broadcastTo(reshape(goal, [E, 1, 1, dim]), [E, S, H, dim]);
        const left = (k: number): number => (budgets === 'one-more' ? H - k + 1 : Math.max(H - k, 1));
        const asked = Int32Array.from({ length: E * S * H }, (_, i) => left((i % H) + 1));
        const logits = m.head.logit(
          flat(slice(imagined, 2, at.context)),
          flat(to),
          constant(asked, [asked.length], 'i32'),
        );
        const best = reduceMax(reshape(sigmoid(logits), [E, S, H]), { axes: -1 });
        return mul(cost, clampMin(sub(1, mul(best, weight)), floor));
      },
  );
  return defineCost({
    name: `${base.name} x reach`,
    dim,
    unit: 'relative',
    absolute: base.absolute,
    module: graph,
  });
}
