// How many directions an embedding uses: measures of the covariance spectrum and of the singular values.

import { singularValues, symmetricEigenvalues } from '../matrix/eigen.ts';
import { centred, type Matrix, requireFinite, smallerGram } from '../matrix/matrix.ts';

/**
 * Eigenvalues of the covariance (divisor n - 1) of Z [n, d], descending, negative rounding set to 0. There are min(n, d)
 * of them: when n < d the missing ones are 0.
 */
export function covarianceEigenvalues(z: Matrix): Float64Array {
  requireFinite(z, 'covarianceEigenvalues: embeddings', 2);
  return symmetricEigenvalues(smallerGram(centred(z)))
    .reverse()
    .map((value) => Math.max(0, value) / (z.rows - 1));
}

/**
 * exp of the entropy of the normalised covariance eigenvalues: the number of equally used directions with the same
 * entropy, between 1 and min(d, n - 1). A batch without any spread has rank 0 here.
 *
 * @param eigenvalues of `covarianceEigenvalues`
 */
export function effectiveRank(eigenvalues: Float64Array): number {
  const total = eigenvalues.reduce((a, b) => a + b, 0);
  if (total === 0) return 0;
  return Math.exp(entropy(eigenvalues.map((v) => v / total)));
}

/** (sum of eigenvalues)^2 / (sum of their squares), between 1 and d; 0 without any spread. */
export function participationRatio(eigenvalues: Float64Array): number {
  const total = eigenvalues.reduce((a, b) => a + b, 0);
  const squares = eigenvalues.reduce((a, b) => a + b * b, 0);
  return squares === 0 ? 0 : (total * total) / squares;
}

/**
 * RankMe of Z [n, d]: exp(-sum p log p) with p = s / sum(s) + epsilon over the singular values s of the uncentred Z.
 *
 * It does not see scale: a totally collapsed encoder, of which float noise remains, scores high. Read it beside the
 * deviation. The paper (Garrido et al., arXiv 2210.02885) has epsilon 1e-7, stable-pretraining 1e-5.
 */
export function rankMe(z: Matrix, epsilon = 1e-7): number {
  requireFinite(z, 'rankMe: embeddings');
  const s = singularValues(z);
  const total = s.reduce((a, b) => a + b, 0);
  if (total === 0) return 0;
  return Math.exp(entropy(s.map((v) => v / total + epsilon)));
}

/** -sum p log p; terms with p = 0 count 0. */
export function entropy(p: Float64Array): number {
  return -p.reduce((sum, v) => sum + (v > 0 ? v * Math.log(v) : 0), 0);
}
