// Discrete actions as one-hot groups: a block of D numbers holds D / C choices among C, each a point of a simplex while it
// is relaxed and a corner of it when it is decided.
//
// Source of the projection: Duchi et al. 2008, "Efficient projections onto the l1-ball", by sorting.

import { JepaError } from '../../core/index.ts';

/** Throws `usage` unless `categories` is at least 2 and divides the block. */
export function checkCategories(solver: string, categories: number, actionDim: number): void {
  if (Number.isInteger(categories) && categories >= 2 && actionDim % categories === 0) return;
  throw new JepaError(
    'usage',
    `${solver}: categories must be at least 2 and divide actionDim = ${actionDim} (one-hot groups), got ${categories}`,
    { categories, actionDim },
  );
}

/** Moves each group of `categories` numbers to the nearest point of the simplex (non-negative, sum 1), in place. */
export function projectToSimplex(x: Float32Array, categories: number): void {
  for (let at = 0; at < x.length; at += categories) {
    const group = x.subarray(at, at + categories);
    const sorted = Float64Array.from(group).sort().reverse();
    let sum = 0;
    let threshold = 0;
    for (const [i, value] of sorted.entries()) {
      sum += value;
      if (value > (sum - 1) / (i + 1)) threshold = (sum - 1) / (i + 1);
    }
    for (let i = 0; i < categories; i++) group[i] = Math.max(0, group[i]! - threshold);
  }
}

/** Each group's largest number becomes 1 and the others 0 (the first of equals), in place. */
export function roundToCorners(x: Float32Array, categories: number): void {
  for (let at = 0; at < x.length; at += categories) {
    let best = 0;
    for (let i = 1; i < categories; i++) if (x[at + i]! > x[at + best]!) best = i;
    x.fill(0, at, at + categories);
    x[at + best] = 1;
  }
}

/** The choices of plans in one-hot groups: the index of the largest number of each group. */
export function choicesOf(plan: Float32Array, categories: number): Int32Array {
  const corners = plan.slice();
  roundToCorners(corners, categories);
  return Int32Array.from({ length: plan.length / categories }, (_, g) =>
    corners.subarray(g * categories, (g + 1) * categories).indexOf(1),
  );
}
