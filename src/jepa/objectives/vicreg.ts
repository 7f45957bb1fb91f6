// VICReg: variance-invariance-covariance regularisation (Bardes, Ponce & LeCun 2022, arXiv 2105.04906; code
// facebookresearch/vicreg, main_vicreg.py). Two views are to agree, every dimension is to vary over the batch, and no two
// dimensions are to say the same.
// Legend: N samples, D dimensions.

import {
  add,
  matmul,
  mul,
  reduceMean,
  relu,
  sameShape,
  shapeError,
  sqrt,
  square,
  sub,
  type Tensor,
  variance,
} from '../../tensor/index.ts';
import { offDiagonalSquares } from './matrix.ts';

/** How far the deviation of a dimension should reach. */
export interface VarianceOptions {
  /** Deviation below which a dimension is penalised. */
  readonly gamma?: number;
  /** Added to the variance under the root. */
  readonly epsilon?: number;
}

/**
 * By what the sum over pairs of dimensions is divided: D (VICReg, solo-learn, lightly), or D (D - 1), which is the mean over
 * the pairs (eb_jepa, PLDM).
 */
export type CovarianceScale = 'per-dimension' | 'off-diagonal-mean';

/**
 * The hinge on deviations: mean_d max(0, gamma - sqrt(Var_d + epsilon)), with the unbiased variance over samples. About
 * gamma when everything has collapsed, 0 when every dimension varies enough.
 *
 * @param z [..., N, D]; the mean over leading axes is taken, each having its own statistics
 * @throws JepaError 'shape' when there is only one sample
 */
export function varianceHinge(z: Tensor, { gamma = 1, epsilon = 1e-4 }: VarianceOptions = {}): Tensor {
  requireSamples('varianceHinge', z);
  return reduceMean(relu(sub(gamma, sqrt(add(variance(z, { axes: -2 }), epsilon)))));
}

/**
 * The sum of squared covariances between different dimensions, divided by D or by D (D - 1). Zero when dimensions are
 * uncorrelated, but also when all have collapsed: never read it without the variance.
 *
 * @param z [..., N, D]; the mean over leading axes is taken, each having its own statistics
 * @throws JepaError 'shape' when there is only one sample, or one dimension and the scale is 'off-diagonal-mean'
 */
export function covariancePenalty(z: Tensor, scale: CovarianceScale = 'per-dimension'): Tensor {
  requireSamples('covariancePenalty', z);
  return centredCovariancePenalty(sub(z, reduceMean(z, { axes: -2, keepDims: true })), scale);
}

/** `covariancePenalty` of embeddings that the caller has centred. */
export function centredCovariancePenalty(centred: Tensor, scale: CovarianceScale): Tensor {
  const [N, D] = centred.shape.slice(-2) as [number, number];
  if (scale === 'off-diagonal-mean' && D < 2)
    throw shapeError('covariancePenalty', [centred], 'needs at least 2 dimensions to average over pairs of them');
  const covariance = matmul(centred, centred, { transA: true, alpha: 1 / (N - 1) });
  return mul(reduceMean(offDiagonalSquares(covariance)), 1 / (scale === 'per-dimension' ? D : D * (D - 1)));
}

/** Where the references differ. */
export interface VicRegOptions extends VarianceOptions {
  /** Scale of the covariance penalty; default `per-dimension`. */
  readonly covariance?: CovarianceScale;
  /** Whether the hinges of the two views are averaged (the code, default) or summed (the paper, eb_jepa). */
  readonly variance?: 'averaged' | 'summed';
}

/** The three terms as scalars; the reference adds them with weights 25, 25 and 1. */
export interface VicRegTerms {
  /** Mean squared difference of the views. */
  readonly invariance: Tensor;
  /** Hinges of both views. */
  readonly variance: Tensor;
  /** Covariance penalties of both views, summed. */
  readonly covariance: Tensor;
}

/**
 * The terms of VICReg for two views of the same samples. The gradient flows into both views.
 *
 * @param a [N, D], the projected embeddings of one view
 * @param b [N, D], of the other
 * @throws JepaError 'shape' when the views differ in shape or hold a single sample
 */
export function vicregTerms(a: Tensor, b: Tensor, options: VicRegOptions = {}): VicRegTerms {
  if (a.shape.length !== 2 || !sameShape(a.shape, b.shape))
    throw shapeError('vicregTerms', [a, b], 'needs two views of one shape [N, D]');
  const hinges = add(varianceHinge(a, options), varianceHinge(b, options));
  return {
    invariance: reduceMean(square(sub(a, b))),
    variance: options.variance === 'summed' ? hinges : mul(hinges, 0.5),
    covariance: add(covariancePenalty(a, options.covariance), covariancePenalty(b, options.covariance)),
  };
}

function requireSamples(name: string, z: Tensor): void {
  if (z.shape.length < 2 || z.shape.at(-2)! < 2)
    throw shapeError(name, [z], 'needs [..., N, D] with at least 2 samples, since it is a statistic of the batch');
}
