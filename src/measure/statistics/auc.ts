// Area under the receiver operating characteristic curve, as the Mann-Whitney statistic with mid-ranks.

import { JepaError } from '../../core/index.ts';

/**
 * The probability that a random positive scores above a random negative, a tie counting one half: 0.5 is chance, 1 is
 * perfect. O(n log n).
 *
 * @param positive scores of the class that should score high, at least one
 * @param negative scores of the other class, at least one
 */
export function rocAuc(positive: ArrayLike<number>, negative: ArrayLike<number>): number {
  const m = positive.length;
  const n = negative.length;
  if (m === 0 || n === 0) throw new JepaError('data', `rocAuc: needs scores of both classes, got ${m} and ${n}`);
  const all = Array.from({ length: m + n }, (_, i) => ({
    score: i < m ? positive[i]! : negative[i - m]!,
    positive: i < m,
  }));
  for (const { score } of all) {
    if (Number.isNaN(score)) throw new JepaError('numeric', 'rocAuc: a score is NaN; every score must be comparable');
  }
  all.sort((a, b) => (a.score < b.score ? -1 : a.score > b.score ? 1 : 0));
  let rankSum = 0;
  for (let i = 0; i < all.length; ) {
    let end = i;
    while (end < all.length && all[end]!.score === all[i]!.score) end++;
    const midRank = (i + 1 + end) / 2;
    for (; i < end; i++) if (all[i]!.positive) rankSum += midRank;
  }
  return (rankSum - (m * (m + 1)) / 2) / (m * n);
}
