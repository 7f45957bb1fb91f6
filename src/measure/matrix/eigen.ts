// Eigenvalues of a symmetric matrix: Householder reduction to tridiagonal form, then implicit QR steps with Wilkinson's
// shift (Golub and Van Loan, "Matrix Computations", sections 8.3.1 and 8.3.2). Float64; 512 x 512 takes a fraction of a
// second. Eigenvectors are not formed: every spectral measure of this room needs the values alone.

import { JepaError } from '../../core/index.ts';
import { type Matrix, smallerGram } from './matrix.ts';

/** The eigenvalues of symmetric A in ascending order. Only symmetric input is meaningful. Throws `numeric` on NaN. */
export function symmetricEigenvalues(a: Matrix): Float64Array {
  if (a.rows !== a.cols) {
    throw new JepaError('shape', `symmetricEigenvalues: the matrix must be square, got [${a.rows}, ${a.cols}]`);
  }
  for (const value of a.data) {
    if (!Number.isFinite(value)) {
      throw new JepaError('numeric', `symmetricEigenvalues: the matrix holds ${value}; every number must be finite`);
    }
  }
  const { diagonal, offDiagonal } = tridiagonalise(a);
  diagonaliseTridiagonal(diagonal, offDiagonal);
  return diagonal.sort();
}

/** The min(n, d) singular values of X [n, d] in descending order, as the roots of the smaller Gram matrix. */
export function singularValues(x: Matrix): Float64Array {
  return symmetricEigenvalues(smallerGram(x))
    .reverse()
    .map((value) => Math.sqrt(Math.max(0, value)));
}

/** Householder reflections: the tridiagonal matrix with the eigenvalues of A. */
function tridiagonalise(a: Matrix): { diagonal: Float64Array; offDiagonal: Float64Array } {
  const n = a.rows;
  const m = Float64Array.from(a.data);
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(Math.max(0, n - 1));
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 1; k++) {
    diagonal[k] = m[k * n + k]!;
    let norm2 = 0;
    for (let i = k + 1; i < n; i++) {
      v[i] = m[k * n + i]!;
      norm2 += v[i]! * v[i]!;
    }
    const alpha = v[k + 1]! > 0 ? -Math.sqrt(norm2) : Math.sqrt(norm2);
    offDiagonal[k] = alpha;
    // |v|^2 after v[k+1] -= alpha, without cancellation.
    const length2 = 2 * (norm2 - alpha * v[k + 1]!);
    if (length2 === 0) continue;
    v[k + 1]! -= alpha;
    const beta = 2 / length2;
    let overlap = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1, at = i * n; j < n; j++) sum += m[at + j]! * v[j]!;
      w[i] = beta * sum;
      overlap += w[i]! * v[i]!;
    }
    for (let i = k + 1; i < n; i++) w[i]! -= 0.5 * beta * overlap * v[i]!;
    for (let i = k + 1; i < n; i++) {
      const vi = v[i]!;
      const wi = w[i]!;
      for (let j = k + 1, at = i * n; j < n; j++) m[at + j]! -= vi * w[j]! + wi * v[j]!;
    }
  }
  if (n > 0) diagonal[n - 1] = m[n * n - 1]!;
  return { diagonal, offDiagonal };
}

/** Implicit symmetric QR in place: `d` ends as the eigenvalues, `e` as zeros. */
function diagonaliseTridiagonal(d: Float64Array, e: Float64Array): void {
  const negligible = (k: number): boolean =>
    Math.abs(e[k]!) <= Number.EPSILON * (Math.abs(d[k]!) + Math.abs(d[k + 1]!)) || Math.abs(e[k]!) < 1e-300;
  let high = d.length - 1;
  for (let steps = 0; high > 0; steps++) {
    if (negligible(high - 1)) {
      e[high - 1] = 0;
      high--;
      continue;
    }
    if (steps > 60 * d.length) {
      throw new JepaError('numeric', `symmetricEigenvalues: no convergence after ${steps} steps at size ${d.length}`);
    }
    let low = high - 1;
    while (low > 0 && !negligible(low - 1)) low--;
    qrStep(d, e, low, high);
  }
}

/** One QR step with Wilkinson's shift on the unreduced block low..high. */
function qrStep(d: Float64Array, e: Float64Array, low: number, high: number): void {
  const half = (d[high - 1]! - d[high]!) / 2;
  const last = e[high - 1]!;
  const shift = d[high]! - (last * last) / (half + (half < 0 ? -1 : 1) * Math.hypot(half, last));
  let x = d[low]! - shift;
  let z = e[low]!;
  for (let k = low; k < high; k++) {
    const r = Math.hypot(x, z);
    const c = r === 0 ? 1 : x / r;
    const s = r === 0 ? 0 : z / r;
    if (k > low) e[k - 1] = r;
    const a = d[k]!;
    const b = e[k]!;
    const f = d[k + 1]!;
    const cross = 2 * c * s * b;
    d[k] = c * c * a + cross + s * s * f;
    d[k + 1] = s * s * a - cross + c * c * f;
    e[k] = (c * c - s * s) * b + c * s * (f - a);
    if (k < high - 1) {
      x = e[k]!;
      z = s * e[k + 1]!;
      e[k + 1]! *= c;
    }
  }
}
