// Cholesky factorisation A = L Lᵀ of a symmetric positive definite matrix, and the two triangular solves that use it.

import { JepaError } from '../../core/index.ts';
import type { Matrix } from './matrix.ts';

/** The lower triangle L with A = L Lᵀ. Throws `numeric` when A is not positive definite, naming the pivot. */
export function cholesky(a: Matrix): Matrix<Float64Array> {
  const n = a.rows;
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a.data[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else {
        throw new JepaError(
          'numeric',
          `cholesky: the matrix must be positive definite, pivot ${i} of ${n} is ${sum}; use a larger ridge`,
          { pivot: i, value: sum },
        );
      }
    }
  }
  return { rows: n, cols: n, data: l };
}

/** Solves L X = B for X, one column of B at a time. */
export function solveLower(l: Matrix, b: Matrix): Matrix<Float64Array> {
  const n = l.rows;
  const x = Float64Array.from(b.data);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) {
      const scale = l.data[i * n + k]!;
      for (let c = 0; c < b.cols; c++) x[i * b.cols + c]! -= scale * x[k * b.cols + c]!;
    }
    for (let c = 0; c < b.cols; c++) x[i * b.cols + c]! /= l.data[i * n + i]!;
  }
  return { rows: n, cols: b.cols, data: x };
}

/** Solves A X = B for a symmetric positive definite A. */
export function solvePositive(a: Matrix, b: Matrix): Matrix<Float64Array> {
  const l = cholesky(a);
  const n = l.rows;
  const x = solveLower(l, b).data;
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) {
      const scale = l.data[k * n + i]!;
      for (let c = 0; c < b.cols; c++) x[i * b.cols + c]! -= scale * x[k * b.cols + c]!;
    }
    for (let c = 0; c < b.cols; c++) x[i * b.cols + c]! /= l.data[i * n + i]!;
  }
  return { rows: n, cols: b.cols, data: x };
}
