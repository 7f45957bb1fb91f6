// Pairs of embeddings of held-out episodes, some blocks apart, with sources as they were seen and as the model imagined them.
// Legend: n rows, N pairs, D width, A numbers of a block, H blocks.

import type { EmbeddedEpisodes, WorldModel } from '../../agent/index.ts';
import { fold, integer, JepaError, type Key } from '../../core/index.ts';
import { imaginePlans } from './audit.ts';

/** Pairs to measure distances on. */
export interface HeldPairs {
  /** [N, D] each. */
  readonly from: Float32Array;
  readonly imagined: Float32Array;
  readonly to: Float32Array;
  /** Blocks between them, [N]. */
  readonly gaps: readonly number[];
  /** Their rows among the embedded ones, [N]. */
  readonly rows: readonly (readonly [from: number, to: number])[];
}

/** Which pairs. */
export interface PairOptions {
  /** Blocks between a pair, at most. @default 12 */
  readonly maxGap?: number;
  /** Pairs of every gap. @default 64 */
  readonly each?: number;
  /** Blocks that sources are imagined from, at most. @default 5 */
  readonly horizon?: number;
  readonly key: Key;
}

/**
 * Draws pairs of every gap. An imagined source is what the model expects at the row after 1 to `horizon` recorded blocks, from one
 * row of context.
 *
 * @throws JepaError `data` when the episodes are too short for any pair
 */
export async function heldPairs(
  model: WorldModel,
  { z, blocks, episodes }: EmbeddedEpisodes,
  { maxGap = 12, each = 64, horizon = 5, key }: PairOptions,
): Promise<HeldPairs> {
  const { dim, actionDim: A } = model.dynamics;
  const rows: (readonly [number, number])[] = [];
  const gaps: number[] = [];
  const backs: number[] = [];
  for (let gap = 1; gap <= maxGap; gap++) {
    // A source has at least one row before it.
    const fit = episodes.flatMap(({ row, length }) =>
      Array.from({ length: Math.max(0, length - gap - 1) }, (_, t) => [row + 1 + t, t + 1] as const),
    );
    for (let i = 0; i < each && fit.length > 0; i++) {
      const [row, before] = fit[integer(fold(key, 'pair', gap, i), 0, fit.length)]!;
      rows.push([row, row + gap]);
      gaps.push(gap);
      backs.push(integer(fold(key, 'back', gap, i), 1, Math.min(horizon, before) + 1));
    }
  }
  if (rows.length === 0)
    throw new JepaError('data', 'heldPairs: the episodes must hold at least three blocks, got none that long');
  const gathered = (which: 0 | 1): Float32Array => {
    const out = new Float32Array(rows.length * dim);
    for (const [i, pair] of rows.entries()) out.set(z.subarray(pair[which] * dim, (pair[which] + 1) * dim), i * dim);
    return out;
  };
  const imagined = new Float32Array(rows.length * dim);
  for (let back = 1; back <= horizon; back++) {
    const own = [...rows.keys()].filter((i) => backs[i] === back);
    if (own.length === 0) continue;
    const context = new Float32Array(own.length * dim);
    const plans = new Float32Array(own.length * back * A);
    for (const [n, i] of own.entries()) {
      const first = rows[i]![0] - back;
      context.set(z.subarray(first * dim, (first + 1) * dim), n * dim);
      plans.set(blocks.subarray(first * A, (first + back) * A), n * back * A);
    }
    const all = await imaginePlans(model, context, plans, 1, back);
    for (const [n, i] of own.entries()) {
      const last = (n * (back + 1) + back) * dim;
      imagined.set(all.subarray(last, last + dim), i * dim);
    }
  }
  return { from: gathered(0), imagined, to: gathered(1), gaps, rows };
}
