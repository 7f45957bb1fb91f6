// Whether the predictor predicts: its error against the spread of what it predicts, and against repeating the last frame.

import { JepaError } from '../../core/index.ts';
import { columnVariances, type Matrix, requireFinite } from '../matrix/matrix.ts';

/** Mean over all numbers of (a - b)^2. */
export function meanSquaredDifference(a: Matrix, b: Matrix): number {
  if (a.rows !== b.rows || a.cols !== b.cols) {
    throw new JepaError(
      'shape',
      `meanSquaredDifference: shapes must agree, got [${a.rows}, ${a.cols}] and [${b.rows}, ${b.cols}]`,
    );
  }
  requireFinite(a, 'meanSquaredDifference: first');
  requireFinite(b, 'meanSquaredDifference: second');
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return sum / a.data.length;
}

/**
 * Fraction of variance unexplained: MSE(predicted, target) / mean_j var_j(target), both [n, d]. 1 is what predicting the
 * mean embedding gives, R2 = 1 - FVU. NaN when the targets do not vary, which is collapse.
 */
export function fractionUnexplained(predicted: Matrix, target: Matrix): number {
  const variance = columnVariances(target);
  const mean = variance.reduce((a, b) => a + b, 0) / target.cols;
  const error = meanSquaredDifference(predicted, target);
  return mean === 0 ? Number.NaN : error / mean;
}

/**
 * MSE(predicted, next) / MSE(last, next), all [n, d]: below 1 the predictor beats repeating the last embedding. NaN when
 * nothing moves.
 */
export function copyLastRatio(predicted: Matrix, last: Matrix, next: Matrix): number {
  const copy = meanSquaredDifference(last, next);
  const error = meanSquaredDifference(predicted, next);
  return copy === 0 ? Number.NaN : error / copy;
}
