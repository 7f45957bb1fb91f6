// Alpha-ReQ (Agrawal et al., "Assessing Representation Quality in Self-Supervised Learning by measuring eigenspectrum
// decay", NeurIPS 2022): how fast the eigenvalues of the covariance fall, as the exponent of a power law.

import { JepaError } from '../../core/index.ts';

/** Eigenvalues below this share of the largest are rounding and are left out. */
const ROUNDING = 1e-12;

/**
 * The exponent alpha of eigenvalue_i ~ i^-alpha: minus the least-squares slope of log eigenvalue over log rank. 0 for a flat
 * spectrum (all directions equally used), large when few directions carry everything; the paper finds the best
 * embeddings near 1. NaN when fewer than two eigenvalues of the range are above rounding, which is collapse.
 *
 * @param eigenvalues descending, of `covarianceEigenvalues`
 * @param options.first first rank of the fit, from 1 (default). The paper leaves out the first ten of wide embeddings.
 * @param options.last last rank of the fit, default all
 */
export function alphaReq(
  eigenvalues: ArrayLike<number>,
  { first = 1, last = eigenvalues.length }: { readonly first?: number; readonly last?: number } = {},
): number {
  if (!Number.isInteger(first) || !Number.isInteger(last) || first < 1 || last > eigenvalues.length || first > last) {
    throw new JepaError(
      'usage',
      `alphaReq: ranks must be whole numbers with 1 <= first <= last <= ${eigenvalues.length}, got ${first} to ${last}`,
    );
  }
  const points: (readonly [x: number, y: number])[] = [];
  for (let rank = first; rank <= last; rank++) {
    const value = eigenvalues[rank - 1]!;
    if (value > ROUNDING * eigenvalues[0]!) points.push([Math.log(rank), Math.log(value)]);
  }
  if (points.length < 2) return Number.NaN;
  const mean = (axis: 0 | 1): number => points.reduce((sum, p) => sum + p[axis], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  let xx = 0;
  let xy = 0;
  for (const [x, y] of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  return 0 - xy / xx;
}
