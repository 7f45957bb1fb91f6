// Shift and scale of columns to mean 0 and deviation 1, fitted on one split and applied to others.

import { columnMeans, columnVariances, type Matrix } from '../matrix/matrix.ts';

/** Column means and deviations of the split they were fitted on; a constant column has deviation 1 here. */
export interface Standardiser {
  readonly mean: Float64Array;
  readonly std: Float64Array;
}

/** Fits mean and deviation (divisor n) of each column. A constant column keeps scale 1, so that it maps to zeros. */
export function fitStandardiser(x: Matrix): Standardiser {
  const mean = columnMeans(x);
  const std = columnVariances(x, mean).map(Math.sqrt);
  for (let j = 0; j < x.cols; j++) if (std[j]! <= 1e-12 * Math.max(1, Math.abs(mean[j]!))) std[j] = 1;
  return { mean, std };
}

/** (X - mean) / std, as float64. */
export function standardise(x: Matrix, { mean, std }: Standardiser): Matrix<Float64Array> {
  const data = new Float64Array(x.data.length);
  for (let i = 0, at = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++, at++) data[at] = (x.data[at]! - mean[j]!) / std[j]!;
  }
  return { rows: x.rows, cols: x.cols, data };
}

/** X std + mean: the inverse of `standardise`. */
export function unstandardise(x: Matrix, { mean, std }: Standardiser): Matrix<Float64Array> {
  const data = new Float64Array(x.data.length);
  for (let i = 0, at = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++, at++) data[at] = x.data[at]! * std[j]! + mean[j]!;
  }
  return { rows: x.rows, cols: x.cols, data };
}
