// Row-major matrices of typed arrays, as the instruments of this room take them: n rows are samples, the columns are
// embedding dimensions or targets. Results are float64, whatever the input.

import { JepaError } from '../../core/index.ts';

/** Numbers of a matrix: float32 as they come out of a session, float64 as they come out of a statistic. */
export type Numbers = Float32Array | Float64Array;

/** A row-major matrix: element (i, j) is `data[i * cols + j]`. */
export interface Matrix<T extends Numbers = Numbers> {
  readonly rows: number;
  readonly cols: number;
  readonly data: T;
}

/**
 * A view of `data` as a matrix with `cols` columns; nothing is copied.
 *
 * Throws `shape` when the length is not a multiple of `cols`, or is not `rows * cols` where `rows` is given.
 */
export function matrix<T extends Numbers>(data: T, cols: number, rows: number = data.length / cols): Matrix<T> {
  if (!Number.isInteger(cols) || cols < 1 || !Number.isInteger(rows) || rows < 0 || rows * cols !== data.length) {
    throw new JepaError('shape', `matrix: ${data.length} numbers do not fill ${rows} rows of ${cols} columns`, {
      length: data.length,
      rows,
      cols,
    });
  }
  return { rows, cols, data };
}

/** Checks that `x` has at least `minRows` rows and only finite numbers; `where` starts the message of the error. */
export function requireFinite(x: Matrix, where: string, minRows = 1): void {
  if (x.rows < minRows || x.cols < 1) {
    throw new JepaError('shape', `${where}: needs at least ${minRows} rows of numbers, got [${x.rows}, ${x.cols}]`, {
      rows: x.rows,
      cols: x.cols,
    });
  }
  for (let i = 0; i < x.data.length; i++) {
    if (!Number.isFinite(x.data[i])) {
      const row = Math.floor(i / x.cols);
      throw new JepaError('numeric', `${where}: number at row ${row}, column ${i % x.cols} is ${x.data[i]}`, { row });
    }
  }
}

/** Mean of each column, float64. */
export function columnMeans(x: Matrix): Float64Array {
  const mean = new Float64Array(x.cols);
  for (let i = 0, at = 0; i < x.rows; i++) for (let j = 0; j < x.cols; j++) mean[j]! += x.data[at++]!;
  for (let j = 0; j < x.cols; j++) mean[j]! /= x.rows;
  return mean;
}

/** Mean over the rows of the squared deviation from the column's mean (divisor n, not n - 1). */
export function columnVariances(x: Matrix, mean: Float64Array = columnMeans(x)): Float64Array {
  const variance = new Float64Array(x.cols);
  for (let i = 0, at = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++) variance[j]! += (x.data[at++]! - mean[j]!) ** 2;
  }
  for (let j = 0; j < x.cols; j++) variance[j]! /= x.rows;
  return variance;
}

/** X minus a row vector, as float64. */
export function centred(x: Matrix, mean: Float64Array = columnMeans(x)): Matrix<Float64Array> {
  const data = new Float64Array(x.data.length);
  for (let i = 0, at = 0; i < x.rows; i++) for (let j = 0; j < x.cols; j++, at++) data[at] = x.data[at]! - mean[j]!;
  return { rows: x.rows, cols: x.cols, data };
}

/** AᵀB of two matrices with the same number of rows: [a.cols, b.cols]. */
export function transposedProduct(a: Matrix, b: Matrix): Matrix<Float64Array> {
  const data = new Float64Array(a.cols * b.cols);
  const same = a === b;
  for (let r = 0; r < a.rows; r++) {
    const bAt = r * b.cols;
    for (let i = 0; i < a.cols; i++) {
      const scale = a.data[r * a.cols + i]!;
      const at = i * b.cols;
      for (let j = same ? i : 0; j < b.cols; j++) data[at + j]! += scale * b.data[bAt + j]!;
    }
  }
  // AᵀA is symmetric: only its upper triangle was summed.
  if (same) for (let i = 0; i < a.cols; i++) for (let j = 0; j < i; j++) data[i * a.cols + j] = data[j * a.cols + i]!;
  return { rows: a.cols, cols: b.cols, data };
}

/** XXᵀ or XᵀX, whichever is smaller: both have the non-zero eigenvalues of the other. */
export function smallerGram(x: Matrix): Matrix<Float64Array> {
  if (x.cols <= x.rows) return transposedProduct(x, x);
  const data = new Float64Array(x.rows * x.rows);
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < x.cols; k++) sum += x.data[i * x.cols + k]! * x.data[j * x.cols + k]!;
      data[i * x.rows + j] = sum;
      data[j * x.rows + i] = sum;
    }
  }
  return { rows: x.rows, cols: x.rows, data };
}
