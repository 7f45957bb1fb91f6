// Spearman's rank correlation (C. Spearman, 1904), with average ranks for ties.

import { JepaError } from '../../core/index.ts';

/** The ranks of some numbers, 1 for the smallest; equal numbers share the mean of their ranks. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let k = from; k < to; k++) ranks[order[k]!] = (from + 1 + to) / 2;
    from = to;
  }
  return ranks;
}

/**
 * Spearman's rho: Pearson's correlation of the average ranks. 1 when a and b order their items alike, -1 when in reverse,
 * NaN when one of them is constant. Without ties it is 1 - 6 sum d^2 / (n (n^2 - 1)), d the differences of ranks.
 *
 * @param a at least two numbers
 * @param b as many, paired by index
 * @throws JepaError 'shape' when their lengths differ or are below 2, 'numeric' when a number is NaN
 */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  if (n !== b.length || n < 2) {
    throw new JepaError('shape', `spearman: needs two samples of the same size >= 2, got ${n} and ${b.length}`);
  }
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(a[i]!) || Number.isNaN(b[i]!)) {
      throw new JepaError('numeric', `spearman: pair ${i} holds NaN, which has no rank; leave such pairs out`, { i });
    }
  }
  const [x, y] = [averageRanks(a), averageRanks(b)];
  const mean = (n + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [dx, dy] = [x[i]! - mean, y[i]! - mean];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN;
}

/**
 * An approximate 95 % interval of Spearman's rho over n pairs: tanh(atanh rho +- 1.96 sqrt(1.06 / (n - 3))) (E. C. Fieller,
 * H. O. Hartley, E. S. Pearson, Biometrika 44, 1957). [-1, 1] below 4 pairs.
 */
export function spearmanInterval(rho: number, n: number): readonly [low: number, high: number] {
  if (n < 4) return [-1, 1];
  const half = 1.959964 * Math.sqrt(1.06 / (n - 3));
  const centre = Math.atanh(rho);
  return [Math.tanh(centre - half), Math.tanh(centre + half)];
}
