// The two halves of a cross-entropy update: which candidates are best, and what their mean and deviation are.
//
// Legend: S candidates, K elites, L numbers of one plan (H * D).

import { JepaError } from '../../core/index.ts';
import type { Population } from './population.ts';

/**
 * Indices of the (at most) `out.length` lowest finite values of `cost`, by increasing value; equal values keep their
 * order. Returns how many were found; the rest of `out` is -1. Costs that are not finite are never chosen.
 *
 * A sorted list of K with insertion: expected work S + K^2 ln(S / K), no allocation.
 */
export function selectLowest(cost: Float32Array, out: Int32Array): number {
  const limit = out.length;
  let found = 0;
  for (let s = 0; s < cost.length; s++) {
    const value = cost[s]!;
    if (!Number.isFinite(value) || (found === limit && value >= cost[out[limit - 1]!]!)) continue;
    let at = found < limit ? found++ : limit - 1;
    for (; at > 0 && cost[out[at - 1]!]! > value; at--) out[at] = out[at - 1]!;
    out[at] = s;
  }
  out.fill(-1, found);
  return found;
}

/**
 * Mean and unbiased deviation (division by K - 1) of the chosen rows of `candidates` [S, L], in f64, into `mean` and
 * `std` [L]. `count` of `elites` are used; at least 2.
 */
function eliteMoments(
  candidates: Float32Array,
  elites: Int32Array,
  count: number,
  mean: Float64Array,
  std: Float64Array,
): void {
  const length = mean.length;
  mean.fill(0);
  std.fill(0);
  for (let e = 0; e < count; e++) {
    const row = elites[e]! * length;
    for (let i = 0; i < length; i++) mean[i]! += candidates[row + i]!;
  }
  for (let i = 0; i < length; i++) mean[i]! /= count;
  for (let e = 0; e < count; e++) {
    const row = elites[e]! * length;
    for (let i = 0; i < length; i++) {
      const d = candidates[row + i]! - mean[i]!;
      std[i]! += d * d;
    }
  }
  for (let i = 0; i < length; i++) std[i] = Math.sqrt(std[i]! / (count - 1));
}

/**
 * The update of a Gaussian (mean and std, [B, L] each) by the elites of one task:
 * mean <- (1 - m) * elite mean + m * mean, and the same for the deviation; one m per number of a block.
 */
export function gaussianUpdate(
  { mean, std }: { readonly mean: Float32Array; readonly std: Float32Array },
  length: number,
  keepMean: Float64Array,
  keepStd: Float64Array,
): (population: Population) => void {
  const eliteMean = new Float64Array(length);
  const eliteStd = new Float64Array(length);
  return ({ task, candidates, elites, count }) => {
    eliteMoments(candidates, elites, count, eliteMean, eliteStd);
    for (let i = 0; i < length; i++) {
      const at = task * length + i;
      const m = keepMean[i % keepMean.length]!;
      const s = keepStd[i % keepStd.length]!;
      mean[at] = (1 - m) * eliteMean[i]! + m * mean[at]!;
      std[at] = (1 - s) * eliteStd[i]! + s * std[at]!;
    }
  };
}

/** Throws `usage` when there would be more elites than candidates. */
export function checkElites(solver: string, elites: number, samples: number): void {
  if (elites <= samples) return;
  throw new JepaError('usage', `${solver}: elites must not exceed samples = ${samples}, got ${elites}`, {
    samples,
    elites,
  });
}
