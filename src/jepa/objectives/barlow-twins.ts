// Barlow Twins (Zbontar et al. 2021, arXiv 2103.03230; code facebookresearch/barlowtwins, main.py): the correlation of every
// dimension of one view with every dimension of the other should be the identity matrix.
// Legend: N samples, D dimensions.

import {
  add,
  batchNorm,
  matmul,
  mul,
  reduceSum,
  sameShape,
  shapeError,
  square,
  sub,
  type Tensor,
} from '../../tensor/index.ts';
import { diagonal, offDiagonalSquares } from './matrix.ts';

/** Options of Barlow Twins. */
export interface BarlowTwinsOptions {
  /** Weight of the entries off the diagonal; 0.0051 in the paper and code. */
  readonly lambda?: number;
}

/** The loss with its parts. */
export interface BarlowTwins {
  /** onDiagonal + lambda offDiagonal. */
  readonly value: Tensor;
  /** sum_i (c_ii - 1)^2, at most D for views that do not correlate. */
  readonly onDiagonal: Tensor;
  /** sum_{i != j} c_ij^2, without its weight. */
  readonly offDiagonal: Tensor;
  /** c, [D, D]. */
  readonly correlation: Tensor;
}

/**
 * The correlation of the dimensions of a (rows) with those of b (columns), [D, D]: both are batch-normalised without scale and shift
 * (biased variance, epsilon 1e-5, so a dimension of little variance correlates with nothing), then multiplied and divided by N.
 *
 * @param a [N, D]
 * @param b [N, D]
 * @throws JepaError 'shape' when the views differ in shape or hold a single sample
 */
export function crossCorrelation(a: Tensor, b: Tensor): Tensor {
  if (a.shape.length !== 2 || !sameShape(a.shape, b.shape))
    throw shapeError('crossCorrelation', [a, b], 'needs two views of one shape [N, D]');
  const [N] = a.shape as [number];
  const [na, nb] = [batchNorm(a, { epsilon: 1e-5 }).y, batchNorm(b, { epsilon: 1e-5 }).y];
  return matmul(na, nb, { transA: true, alpha: 1 / N });
}

/**
 * The loss of Barlow Twins for two views of the same samples: sums over the entries of the correlation matrix, not means,
 * so it grows with D. It does not see the scale of the embeddings: watch their effective rank, not their deviation.
 *
 * @param a [N, D], the projected embeddings of one view
 * @param b [N, D], of the other
 * @throws JepaError 'shape' when the views differ in shape or hold a single sample
 */
export function barlowTwins(a: Tensor, b: Tensor, { lambda = 0.0051 }: BarlowTwinsOptions = {}): BarlowTwins {
  const correlation = crossCorrelation(a, b);
  const onDiagonal = reduceSum(square(sub(diagonal(correlation), 1)));
  const offDiagonal = offDiagonalSquares(correlation);
  return { value: add(onDiagonal, mul(offDiagonal, lambda)), onDiagonal, offDiagonal, correlation };
}
