// Measures on the unit sphere: alignment and uniformity (Wang and Isola, arXiv 2005.10242), and how alike embeddings of
// different samples are. Rows are normalised here.

import { JepaError } from '../../core/index.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';
import { unitRows } from '../probes/knn.ts';

/** mean_i |x_i - y_i|^2 of normalised rows of two [n, d] matrices: 0 when views agree, 4 at most. */
export function alignment(x: Matrix, y: Matrix): number {
  requireFinite(x, 'alignment: first view');
  requireFinite(y, 'alignment: second view');
  if (x.rows !== y.rows || x.cols !== y.cols) {
    throw new JepaError('shape', `alignment: views must agree, got [${x.rows}, ${x.cols}] and [${y.rows}, ${y.cols}]`);
  }
  const a = unitRows(x).data;
  const b = unitRows(y).data;
  return a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0) / x.rows;
}

/** log mean_{i<j} exp(-2 |x_i - x_j|^2) of normalised rows: 0 when all are equal, near -4 when uniform on the sphere. */
export function uniformity(x: Matrix): number {
  requireFinite(x, 'uniformity: embeddings', 2);
  const { data, cols } = unitRows(x);
  let sum = 0;
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < i; j++) {
      let square = 0;
      for (let c = 0; c < cols; c++) square += (data[i * cols + c]! - data[j * cols + c]!) ** 2;
      sum += Math.exp(-2 * square);
    }
  }
  return Math.log(sum / ((x.rows * (x.rows - 1)) / 2));
}

/**
 * Mean cosine similarity of the embeddings of different samples, rows of X [n, d]: near 0 for a healthy, centred
 * embedding, near 1 when every input gets the same direction.
 *
 * From the sum of unit rows: (|sum_i u_i|^2 - n) / (n (n - 1)).
 */
export function mismatchedPairSimilarity(x: Matrix): number {
  requireFinite(x, 'mismatchedPairSimilarity: embeddings', 2);
  const { data, cols } = unitRows(x);
  const sum = new Float64Array(cols);
  let squares = 0;
  data.forEach((v, i) => {
    sum[i % cols]! += v;
    squares += v * v;
  });
  return (sum.reduce((s, v) => s + v * v, 0) - squares) / (x.rows * (x.rows - 1));
}
