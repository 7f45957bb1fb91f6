// Learning how many blocks lie between two embeddings of a recording, from distances that a head gives.
// Legend: N pairs, d distances, gap in blocks.
// Sources: TRM (arXiv 2605.22164); TD-JEPA, HKBU-KnowComp/Temporal-Distance-JEPA @0c9e302 losses.py, `temporal_distance_loss`.

import {
  add,
  cast,
  div,
  lessEqual,
  log,
  maximum,
  mul,
  reduceMean,
  reduceSum,
  relu,
  scalar,
  smoothL1,
  softplus,
  sqrt,
  stopGradient,
  sub,
  type Tensor,
  where,
} from '../../tensor/index.ts';

/** The terms of `gapLoss`. */
export interface GapLoss {
  /** Smooth L1 (beta 1) of distances and gaps, over the pairs of one recording. */
  readonly gap: Tensor;
  /** relu(maxGap - d), over the pairs of two recordings. */
  readonly cross: Tensor;
}

/**
 * Distances [N] against gaps [N] in blocks. Where `cross` [N] is 1 the goal is of another recording: its gap is not read, and only
 * a distance below `maxGap` is punished. Each term is a mean over its own pairs, and 0 where there are none.
 *
 * Gaps of recordings are upper bounds: slow or circling data make distances long.
 */
export function gapLoss(distance: Tensor, gap: Tensor, cross: Tensor, maxGap: number): GapLoss {
  const own = sub(1, cross);
  const known = where(cast(cross, 'bool'), 0, gap);
  const meanOver = (values: Tensor, which: Tensor): Tensor =>
    div(reduceSum(mul(values, which)), maximum(reduceSum(which), 1));
  return {
    gap: meanOver(smoothL1(distance, known), own),
    cross: meanOver(relu(sub(maxGap, distance)), cross),
  };
}

/** What TD-JEPA's loss is told. */
export interface TemporalDistances {
  /** d(z_i -> z_j), [N]. */
  readonly positive: Tensor;
  /** d from z_i to row j of another clip, [N]. */
  readonly negative: Tensor;
  /** j - i in blocks, [N]. */
  readonly gap: Tensor;
  /** The symmetric part of the positives, [N], and their squared distance |z_i - z_j|^2; for `symmetricWeight`. */
  readonly symmetric?: { readonly distance: Tensor; readonly latentSquared: Tensor };
}

/** Weights and forms of TD-JEPA's loss. */
export interface TemporalDistanceOptions {
  /** Below it distances of negatives are punished; T - 1 for clips of T rows. */
  readonly margin: number;
  /** @default 1 */
  readonly negativeWeight?: number;
  /** What positives are regressed to: blocks, or log(1 + blocks), which tells near goals apart. @default 'raw' */
  readonly target?: 'raw' | 'log1p';
  /** Positives of at most `steps` blocks count `weight` times; divided by the sum of weights. @default none */
  readonly near?: { readonly steps: number; readonly weight: number };
  /** Cross-entropy of the logit `horizon - d` with whether the goal lies within `horizon` blocks. @default none */
  readonly budget?: { readonly horizon: number; readonly weight: number };
  /** Of the smooth L1 between the symmetric part and the latent distance, which is not moved by it. @default 0 */
  readonly symmetricWeight?: number;
}

/** The terms before their weights, and their weighted sum. */
export interface TemporalDistance {
  readonly value: Tensor;
  readonly positive: Tensor;
  readonly negative: Tensor;
  readonly budget: Tensor;
  readonly symmetric: Tensor;
}

/**
 * smooth L1 of positives + negativeWeight mean relu(margin - d of negatives) + the terms that are asked for. Long clips with the
 * margin T - 1 spoil the calibration, its authors write.
 */
export function temporalDistance(distances: TemporalDistances, options: TemporalDistanceOptions): TemporalDistance {
  const { positive: d, gap } = distances;
  const { margin, negativeWeight = 1, target = 'raw', near, budget, symmetricWeight = 0 } = options;
  const each = smoothL1(d, target === 'raw' ? gap : log(add(gap, 1)));
  let positive = reduceMean(each);
  if (near !== undefined) {
    const weights = where(lessEqual(gap, near.steps), scalar(near.weight), 1);
    positive = div(reduceSum(mul(each, weights)), maximum(reduceSum(weights), 1e-12));
  }
  const negative = reduceMean(relu(sub(margin, distances.negative)));
  let value = add(positive, mul(negative, negativeWeight));
  let [within, symmetric] = [scalar(0), scalar(0)];
  if (budget !== undefined) {
    const logit = sub(budget.horizon, d);
    within = reduceMean(sub(softplus(logit), mul(logit, cast(lessEqual(gap, budget.horizon), 'f32'))));
    value = add(value, mul(within, budget.weight));
  }
  if (symmetricWeight > 0 && distances.symmetric !== undefined) {
    const { distance, latentSquared } = distances.symmetric;
    const latent = stopGradient(sqrt(maximum(latentSquared, 1e-12)));
    symmetric = reduceMean(smoothL1(distance, latent));
    value = add(value, mul(symmetric, symmetricWeight));
  }
  return { value, positive, negative, budget: within, symmetric };
}
