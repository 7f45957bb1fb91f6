// The first few principal components: orthogonal iteration with a Rayleigh-Ritz step (Golub and Van Loan, "Matrix
// Computations", section 8.2.4) in float64. A few extra directions make it converge where eigenvalues lie close together.

import { JepaError, key, normal } from '../../core/index.ts';
import { centred, columnMeans, type Matrix, requireFinite, transposedProduct } from './matrix.ts';

/** The directions of largest variance of a set of rows. */
export interface PrincipalComponents {
  /** [d] */
  readonly mean: Float64Array;
  /** Unit rows [count, d]; the entry of largest size is positive. A direction without variance is a row of zeros. */
  readonly directions: Matrix<Float64Array>;
  /** Variance along each (divisor n), descending. */
  readonly variances: Float64Array;
}

const EXTRA = 5;
const MAX_STEPS = 500;
/** Largest |C v - value v| as a share of the largest value; the error of a value is of the order of its square. */
const TOLERANCE = 1e-6;

/** The first `count` principal components of X [n, d]. Deterministic: the signs and the start are fixed. */
export function principalComponents(x: Matrix, count: number): PrincipalComponents {
  requireFinite(x, 'principalComponents: rows', 2);
  const d = x.cols;
  if (!Number.isInteger(count) || count < 1 || count > d) {
    throw new JepaError('usage', `principalComponents: count must be a whole number from 1 to ${d}, got ${count}`);
  }
  const mean = columnMeans(x);
  const apply = covarianceOf(centred(x, mean));
  const wide = Math.min(d, count + EXTRA);
  const start = Float64Array.from(normal(key(0), new Float32Array(wide * d)));
  let basis = orthonormal(split(start, d), 0);
  let found = { vectors: basis, values: new Float64Array(wide) };
  for (let step = 0; step < MAX_STEPS; step++) {
    const image = basis.map(apply);
    found = rotate(basis, image);
    const largest = found.values[0]!;
    if (largest <= 0) break;
    const rest = found.vectors.slice(0, count).map((v, i) => residual(apply(v), v, found.values[i]!));
    if (Math.max(...rest) <= TOLERANCE * largest) break;
    basis = orthonormal(image, 1e-14 * largest);
  }
  const directions = new Float64Array(count * d);
  const variances = new Float64Array(count);
  for (let c = 0; c < count; c++) {
    const value = found.values[c]!;
    if (!(value > 1e-14 * found.values[0]!)) continue;
    variances[c] = value;
    const v = found.vectors[c]!;
    let largest = 0;
    for (const entry of v) if (Math.abs(entry) > Math.abs(largest)) largest = entry;
    const sign = largest < 0 ? -1 : 1;
    for (let j = 0; j < d; j++) directions[c * d + j] = sign * v[j]!;
  }
  return { mean, directions: { rows: count, cols: d, data: directions }, variances };
}

function split(data: Float64Array, d: number): Float64Array[] {
  return Array.from({ length: data.length / d }, (_, i) => data.subarray(i * d, (i + 1) * d));
}

/** v -> (1/n) XᵀX v of centred X, through XᵀX where that is the smaller thing. */
function covarianceOf(x: Matrix<Float64Array>): (v: Float64Array) => Float64Array {
  const { rows: n, cols: d } = x;
  if (d <= n) {
    const gram = transposedProduct(x, x).data;
    return (v) =>
      v.map((_, i) => {
        let sum = 0;
        for (let j = 0, at = i * d; j < d; j++) sum += gram[at + j]! * v[j]!;
        return sum / n;
      });
  }
  return (v) => {
    const out = new Float64Array(d);
    for (let i = 0; i < n; i++) {
      const row = x.data.subarray(i * d, (i + 1) * d);
      const along = dot(row, v) / n;
      for (let j = 0; j < d; j++) out[j]! += along * row[j]!;
    }
    return out;
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function residual(image: Float64Array, v: Float64Array, value: number): number {
  let square = 0;
  for (let j = 0; j < v.length; j++) square += (image[j]! - value * v[j]!) ** 2;
  return Math.sqrt(square);
}

/** Gram-Schmidt, twice for accuracy; what is no longer than `floor` becomes zero. */
function orthonormal(vectors: readonly Float64Array[], floor: number): Float64Array[] {
  const out: Float64Array[] = [];
  for (const vector of vectors) {
    const v = Float64Array.from(vector);
    for (let pass = 0; pass < 2; pass++) {
      for (const q of out) {
        const along = dot(v, q);
        for (let j = 0; j < v.length; j++) v[j]! -= along * q[j]!;
      }
    }
    const length = Math.sqrt(dot(v, v));
    out.push(length > floor ? v.map((entry) => entry / length) : v.fill(0));
  }
  return out;
}

/** Turns an orthonormal basis so that the operator is diagonal on it, largest value first (Jacobi rotations). */
function rotate(
  basis: readonly Float64Array[],
  image: readonly Float64Array[],
): { vectors: Float64Array[]; values: Float64Array<ArrayBuffer> } {
  const k = basis.length;
  const vectors = basis.map((v) => v.slice());
  const t = basis.map((q) => Float64Array.from(image, (z) => dot(q, z)));
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0;
    for (let p = 0; p < k; p++) for (let q = 0; q < p; q++) off += t[p]![q]! ** 2;
    if (off <= 1e-32 * t.reduce((s, row, i) => s + row[i]! ** 2, 0)) break;
    for (let p = 0; p < k; p++) for (let q = p + 1; q < k; q++) annihilate(t, vectors, p, q);
  }
  const order = Array.from({ length: k }, (_, i) => i).sort((a, b) => t[b]![b]! - t[a]![a]!);
  return { vectors: order.map((i) => vectors[i]!), values: Float64Array.from(order, (i) => t[i]![i]!) };
}

/** One Jacobi rotation that makes t[p][q] zero. */
function annihilate(t: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  if (t[p]![q] === 0) return;
  const theta = (t[q]![q]! - t[p]![p]!) / (2 * t[p]![q]!);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(tangent, 1);
  const s = tangent * c;
  for (const row of t) {
    const [a, b] = [row[p]!, row[q]!];
    row[p] = c * a - s * b;
    row[q] = s * a + c * b;
  }
  for (const [first, second] of [
    [t[p]!, t[q]!],
    [vectors[p]!, vectors[q]!],
  ] as const) {
    for (let j = 0; j < first.length; j++) {
      const [a, b] = [first[j]!, second[j]!];
      first[j] = c * a - s * b;
      second[j] = s * a + c * b;
    }
  }
}
