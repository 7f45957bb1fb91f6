// Imagined rows held to what a reachability head says of encoded ones, which do not move with them.
// Legend: B clips, n rows, P pairs, D width.

import {
  abs,
  add,
  cast,
  constant,
  greater,
  mul,
  reduceMean,
  relu,
  sigmoid,
  slice,
  square,
  stopGradient,
  sub,
  type Tensor,
} from '../../tensor/index.ts';
import { logitsOf, type Parts, type Weighted, weightedBce, weightsOf } from './reachability-group.ts';
import { pairsAhead, pairsToEnd, pairWeights } from './reachability-pairs.ts';

/**
 * BCE of all pairs of the imagined sequence with the probabilities of the same pairs of the known one, and the mean distance of both
 * probabilities. `goals` are the sequence from which the imagined pairs take their goals.
 */
export function teacherLoss(
  parts: Parts,
  rows: { readonly known: Tensor; readonly imagined: Tensor; readonly goals: Tensor },
  ahead: number,
  weighted: Weighted,
): { readonly loss: Tensor; readonly distance: Tensor } {
  const { positives } = pairsAhead(ahead, true);
  const target = stopGradient(sigmoid(logitsOf(parts, rows.known, rows.known, positives)));
  const logits = logitsOf(parts, rows.imagined, rows.goals, positives);
  return {
    loss: weightedBce(logits, target, weightsOf(positives, weighted)),
    distance: reduceMean(abs(sub(sigmoid(logits), target))),
  };
}

/** Weights of the three terms; those that are absent are 0. */
export interface ImitationWeights extends Weighted {
  readonly align?: number;
  readonly over?: number;
  readonly overMargin?: number;
  readonly gap?: number;
}

/** Differences of neighbours along the rows, [B, n] -> [B, n - 1]. */
const changes = (x: Tensor): Tensor => sub(slice(x, 1, 1), slice(x, 1, 0, x.shape[1]! - 1));

/**
 * Imagined sources [B, n, D] beside the encoded ones of the same times, with one goal [B, 1, D] a block after the last: probabilities
 * that should agree (`align`), not be higher by more than a margin (`over`), and change alike from row to row (`gap`).
 */
export function imitationTerms(
  parts: Parts,
  known: Tensor,
  imagined: Tensor,
  goal: Tensor,
  { align = 0, over = 0, overMargin = 0, gap = 0, ...weighted }: ImitationWeights,
): {
  readonly terms: readonly { readonly weight: number; readonly loss: Tensor }[];
  readonly stats: Record<string, Tensor>;
} {
  const terms: { weight: number; loss: Tensor }[] = [];
  const stats: Record<string, Tensor> = {};
  if (align === 0 && over === 0 && gap === 0) return { terms, stats };
  const { positives } = pairsToEnd(imagined.shape[1]!);
  const target = stopGradient(sigmoid(logitsOf(parts, known, goal, positives)));
  const logits = logitsOf(parts, imagined, goal, positives);
  const found = sigmoid(logits);
  const weights = weightsOf(positives, weighted);
  const put = (name: string, weight: number, loss: Tensor, more: Readonly<Record<string, Tensor>>): void => {
    terms.push({ weight, loss });
    stats[`terminal_pred_${name}_loss`] = loss;
    for (const [what, value] of Object.entries(more)) stats[`terminal_pred_${name}_${what}`] = value;
  };
  if (align > 0)
    put('align', align, weightedBce(logits, target, weights), { gap: reduceMean(abs(sub(found, target))) });
  if (over > 0) {
    const excess = relu(sub(sub(found, target), overMargin));
    const rate = reduceMean(cast(greater(found, add(target, overMargin)), 'f32'));
    put('over', over, reduceMean(mul(excess, weights)), { rate });
  }
  if (gap > 0 && positives.length > 1) {
    const off = sub(changes(found), changes(target));
    const raw = pairWeights(positives, weighted.weighting, weighted.power);
    const between = raw.slice(1).map((w, i) => 0.5 * (w + raw[i]!));
    const mean = between.reduce((a, b) => a + b, 0) / between.length;
    const scaled = constant(
      Float32Array.from(between, (w) => w / mean),
      [between.length],
      'f32',
    );
    put('gap', gap, reduceMean(mul(square(off), scaled)), { absdiff: reduceMean(abs(off)) });
  }
  return { terms, stats };
}
