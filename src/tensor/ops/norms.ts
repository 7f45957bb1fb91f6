// Norm-like reductions and one-sided limits, made of other operations.

import { shapeError, type Tensor } from '../graph.ts';
import { sizeOf } from '../shape.ts';
import { abs, add, div, exp, less, log, sqrt, square, sub, where } from './elementwise.ts';
import { stopGradient } from './gradient.ts';
import { type ReduceOptions, reduceSum, reshape } from './layout.ts';
import { reduceMax, variance } from './reduce.ts';

/** max(x, low), whose gradient passes where x >= low (as PyTorch) and which keeps NaN. */
export function clampMin(x: Tensor, low: number): Tensor {
  return where(less(x, low), low, x);
}

/** log sum exp(x) over axes, without overflow; -Infinity where all elements are -Infinity. */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  const axes = options.axes === undefined ? {} : { axes: options.axes };
  const peak = stopGradient(reduceMax(x, { ...axes, keepDims: true }));
  const shift = where(less(abs(peak), Number.POSITIVE_INFINITY), peak, 0);
  const sum = log(reduceSum(exp(sub(x, shift)), options));
  return add(sum, reshape(shift, sum.shape));
}

/** Standard deviation over axes; `correction` 1 (default) divides by n - 1, 0 by n. */
export function std(x: Tensor, options: ReduceOptions & { readonly correction?: number } = {}): Tensor {
  return sqrt(variance(x, options));
}

/**
 * x / max(|x|, epsilon) along an axis, with the Euclidean norm (PyTorch `normalize`). Vectors shorter than epsilon are
 * only scaled by 1 / epsilon, so that the gradient at zero is finite.
 */
export function l2Normalise(x: Tensor, axis = -1, epsilon = 1e-12): Tensor {
  if (sizeOf(x.shape) === 0) throw shapeError('l2Normalise', [x], 'needs at least one element');
  const squares = reduceSum(square(x), { axes: axis, keepDims: true });
  return div(x, sqrt(clampMin(squares, Math.max(epsilon * epsilon, 1e-37))));
}
