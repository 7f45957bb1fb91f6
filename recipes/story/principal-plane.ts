// The plane of the two largest principal components, by power iteration on the covariance matrix; for pictures.

import type { Matrix } from '../../src/measure/index.ts';

const ITERATIONS = 300;

/** Points in the plane of the first two principal components. */
export interface PrincipalPlane {
  /** [n, 2] */
  readonly points: Float64Array;
  /** Share of the variance along each. */
  readonly shares: readonly [number, number];
}

/** Projects Z [n, d] on its first two principal components; the signs are such that the largest entry of each is positive. */
export function principalPlane(z: Matrix): PrincipalPlane {
  const { rows: n, cols: d, data } = z;
  const mean = new Float64Array(d);
  for (let i = 0; i < n * d; i++) mean[i % d]! += data[i]! / n;
  const covariance = new Float64Array(d * d);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < d; j++) {
      const v = data[i * d + j]! - mean[j]!;
      for (let k = 0; k < d; k++) covariance[j * d + k]! += (v * (data[i * d + k]! - mean[k]!)) / n;
    }
  const total = Array.from({ length: d }, (_, j) => covariance[j * d + j]!).reduce((a, b) => a + b, 0);
  const axes: Float64Array[] = [];
  const shares: number[] = [];
  for (let c = 0; c < 2; c++) {
    const { vector, value } = leading(covariance, d);
    axes.push(vector);
    shares.push(total > 0 ? value / total : 0);
    for (let j = 0; j < d; j++) for (let k = 0; k < d; k++) covariance[j * d + k]! -= value * vector[j]! * vector[k]!;
  }
  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++)
    for (let c = 0; c < 2; c++)
      for (let j = 0; j < d; j++) points[2 * i + c]! += (data[i * d + j]! - mean[j]!) * axes[c]![j]!;
  return { points, shares: [shares[0]!, shares[1]!] };
}

/** The eigenvector of the largest eigenvalue of a symmetric positive matrix, and that value. */
function leading(a: Float64Array, d: number): { readonly vector: Float64Array; readonly value: number } {
  let vector = Float64Array.from({ length: d }, (_, j) => 1 + ((j * 7919) % 13) / 13);
  let value = 0;
  for (let i = 0; i < ITERATIONS; i++) {
    const next = new Float64Array(d);
    for (let j = 0; j < d; j++) for (let k = 0; k < d; k++) next[j]! += a[j * d + k]! * vector[k]!;
    value = Math.hypot(...next);
    if (value < 1e-300) return { vector: new Float64Array(d), value: 0 };
    vector = next.map((v) => v / value);
  }
  const largest = vector.reduce((best, v) => (Math.abs(v) > Math.abs(best) ? v : best), 0);
  return { vector: largest < 0 ? vector.map((v) => -v) : vector, value };
}
