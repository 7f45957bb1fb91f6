import { expect, test } from 'vitest';
import { key, normal } from '../../core/index.ts';
import { covarianceEigenvalues } from '../collapse/spectrum.ts';
import { principalComponents } from './components.ts';
import { type Matrix, matrix } from './matrix.ts';

const gaussian = (n: number, d: number, seed: number): Matrix => matrix(normal(key(seed), new Float32Array(n * d)), d);

const dot = (m: Matrix, a: number, b: number): number => {
  let sum = 0;
  for (let j = 0; j < m.cols; j++) sum += m.data[a * m.cols + j]! * m.data[b * m.cols + j]!;
  return sum;
};

test.each([
  [200, 20],
  [12, 40],
])('components of %i rows of %i numbers are orthonormal with the largest eigenvalues as variances', (n, d) => {
  const x = gaussian(n, d, 1);
  const { directions, variances } = principalComponents(x, 3);
  const eigenvalues = covarianceEigenvalues(x);
  for (let a = 0; a < 3; a++) {
    expect(variances[a]).toBeCloseTo((eigenvalues[a]! * (n - 1)) / n, 10);
    for (let b = 0; b < 3; b++) expect(dot(directions, a, b)).toBeCloseTo(a === b ? 1 : 0, 10);
    const row = directions.data.subarray(a * d, (a + 1) * d);
    expect(Math.max(...row)).toBe(Math.max(...row.map(Math.abs)));
  }
});

test('points on a line have one direction, and rows of zeros for the others', () => {
  const x = matrix(Float64Array.of(0, 0, 0, 3, 4, 0, -3, -4, 0, 6, 8, 0), 3);
  const { mean, directions, variances } = principalComponents(x, 3);
  expect([...mean]).toEqual([1.5, 2, 0]);
  expect([...directions.data].map((v) => Number(v.toFixed(10)) + 0)).toEqual([0.6, 0.8, 0, 0, 0, 0, 0, 0, 0]);
  expect([...variances].map((v) => Number(v.toFixed(8)))).toEqual([31.25, 0, 0]);
});

test('rows that are all equal have no direction at all', () => {
  const { directions, variances } = principalComponents(matrix(new Float32Array(12).fill(5), 4), 2);
  expect([...directions.data, ...variances]).toEqual(new Array(10).fill(0));
});
