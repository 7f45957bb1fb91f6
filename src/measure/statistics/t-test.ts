// Student's paired t-test, with its p-value from the regularised incomplete beta function.

import { JepaError } from '../../core/index.ts';

/** The t statistic, its degrees of freedom, the two-sided p-value and the mean difference. */
export interface TTest {
  readonly t: number;
  readonly df: number;
  readonly p: number;
  readonly meanDifference: number;
}

/**
 * Tests whether the mean of a_i - b_i is 0. When all differences are equal, t is infinite (p = 0), or 0 (p = 1) when they
 * are all 0.
 *
 * @param a at least two numbers
 * @param b as many, paired by index
 */
export function pairedTTest(a: ArrayLike<number>, b: ArrayLike<number>): TTest {
  const n = a.length;
  if (n !== b.length || n < 2) {
    throw new JepaError('shape', `pairedTTest: needs two samples of the same size >= 2, got ${n} and ${b.length}`);
  }
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (a[i]! - b[i]!) / n;
  let square = 0;
  for (let i = 0; i < n; i++) square += (a[i]! - b[i]! - mean) ** 2;
  const error = Math.sqrt(square / (n - 1) / n);
  const df = n - 1;
  if (Number.isNaN(error)) throw new JepaError('numeric', 'pairedTTest: a number is NaN or infinite');
  const t = error > 0 ? mean / error : mean === 0 ? 0 : Math.sign(mean) * Number.POSITIVE_INFINITY;
  return { t, df, p: studentTwoSided(t, df), meanDifference: mean };
}

/** P(|T| >= |t|) of Student's distribution with `df` degrees of freedom: I_x(df / 2, 1 / 2), x = df / (df + t^2). */
export function studentTwoSided(t: number, df: number): number {
  if (!Number.isFinite(t)) return 0;
  return incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

/**
 * The regularised incomplete beta function I_x(a, b), a, b > 0, x in [0, 1], by its continued fraction (Abramowitz and
 * Stegun 26.5.8) with the modified Lentz method; relative error about 1e-13.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(x >= 0 && x <= 1 && a > 0 && b > 0)) {
    throw new JepaError('usage', `incompleteBeta: needs x in [0, 1] and a, b > 0, got ${x}, ${a}, ${b}`);
  }
  if (x === 0 || x === 1) return x;
  // The fraction converges fast below the mean of the distribution; use the symmetry above it.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1) || tiny);
  let h = d;
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || tiny);
    c = 1 + even / c || tiny;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || tiny);
    c = 1 + odd / c || tiny;
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * h;
}

/** log Gamma(x) for x > 0: Stirling's series after shifting x above 12; relative error below 1e-14. */
export function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  while (y < 12) shift += Math.log(y++);
  const i2 = 1 / (y * y);
  const series = (1 / 12 - i2 * (1 / 360 - i2 * (1 / 1260 - i2 * (1 / 1680 - i2 * (1 / 1188))))) / y;
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
