import { expect, test } from 'vitest';
import { key, normal } from '../../core/index.ts';
import { cholesky, solvePositive } from './cholesky.ts';
import { singularValues, symmetricEigenvalues } from './eigen.ts';
import { matrix, transposedProduct } from './matrix.ts';

test('the second-difference matrix has the eigenvalues 2 - 2 cos(k pi / (n + 1))', () => {
  const n = 40;
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    a[i * n + i] = 2;
    if (i > 0) a[i * n + i - 1] = a[(i - 1) * n + i] = -1;
  }
  const values = symmetricEigenvalues(matrix(a, n));
  for (let k = 1; k <= n; k++) expect(values[k - 1]).toBeCloseTo(2 - 2 * Math.cos((k * Math.PI) / (n + 1)), 12);
});

test('a dense random matrix keeps its trace and its squared norm, in well under ten seconds at 512', () => {
  const n = 512;
  const g = normal(key(1), new Float32Array(n * n));
  const a = new Float64Array(n * n);
  let trace = 0;
  let norm2 = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      a[i * n + j] = g[i * n + j]! + g[j * n + i]!;
      norm2 += a[i * n + j]! ** 2;
    }
    trace += a[i * n + i]!;
  }
  const start = performance.now();
  const values = symmetricEigenvalues(matrix(a, n));
  expect(performance.now() - start).toBeLessThan(10_000);
  expect(values.reduce((s, v) => s + v, 0)).toBeCloseTo(trace, 7);
  expect(values.reduce((s, v) => s + v * v, 0) / norm2).toBeCloseTo(1, 11);
});

test('multiples of the identity, the zero matrix and one number are their own eigenvalues', () => {
  expect([...symmetricEigenvalues(matrix(new Float64Array(9), 3))]).toEqual([0, 0, 0]);
  expect([...symmetricEigenvalues(matrix(Float64Array.of(3, 0, 0, 3), 2))]).toEqual([3, 3]);
  expect([...symmetricEigenvalues(matrix(Float64Array.of(-5), 1))]).toEqual([-5]);
});

test('singular values of a wide and of a tall matrix agree, and those of a rotation are one', () => {
  const x = matrix(Float64Array.of(1, 2, 3, 4, 5, 6.5), 3);
  const t = matrix(Float64Array.of(1, 4, 2, 5, 3, 6.5), 2);
  const wide = singularValues(x);
  expect(wide.length).toBe(2);
  singularValues(t).forEach((s, i) => {
    expect(s).toBeCloseTo(wide[i]!, 10);
  });
  const rotation = matrix(Float64Array.of(0.6, -0.8, 0.8, 0.6), 2);
  for (const s of singularValues(rotation)) expect(s).toBeCloseTo(1, 14);
});

test('a positive definite system is solved to its definition', () => {
  const b = matrix(normal(key(3), new Float32Array(40)), 5);
  const a = transposedProduct(b, b);
  const truth = matrix(Float64Array.of(1, 2, -1, 0.5, 3, 0, 0, 1, -2, 4), 2);
  const rhs = transposedProduct(a, truth);
  solvePositive(a, rhs).data.forEach((value, i) => {
    expect(value).toBeCloseTo(truth.data[i]!, 8);
  });
});

test('an indefinite or NaN matrix is refused', () => {
  expect(() => cholesky(matrix(Float64Array.of(1, 2, 2, 1), 2))).toThrow(/positive definite, pivot 1/);
  expect(() => symmetricEigenvalues(matrix(Float64Array.of(NaN, 0, 0, 1), 2))).toThrow(/NaN/);
  expect(() => symmetricEigenvalues(matrix(new Float64Array(6), 3))).toThrow(/square/);
});
