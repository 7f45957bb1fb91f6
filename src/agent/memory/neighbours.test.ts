// Legend: n points, D numbers of a point, Q queries, k neighbours.

import { expect, test } from 'vitest';
import { gaussian } from '../../nn/run-module.law.ts';
import { nearestTo, neighboursOf } from './neighbours.ts';

/** The nearest by sorting all distances; ties by the lower index. */
function sorted(points: Float32Array, D: number, query: Float32Array, k: number, without = -1): number[] {
  const n = points.length / D;
  const square = (i: number): number => query.reduce((sum, x, d) => sum + (x - points[i * D + d]!) ** 2, 0);
  return Array.from({ length: n }, (_, i) => i)
    .filter((i) => i !== without)
    .sort((a, b) => square(a) - square(b) || a - b)
    .slice(0, k);
}

test.each([
  [1, 3, 2],
  [5, 1, 8],
  [300, 2, 8],
  [600, 16, 3],
  [520, 19, 8],
])('neighbours among %i points of %i numbers are those of a sort of all distances, k = %i', (n, D, k) => {
  const points = gaussian(n * D, 1);
  const { count, nodes } = neighboursOf(points, D, k);
  expect(count).toBe(Math.min(k, n - 1));
  for (let i = 0; i < n; i += Math.ceil(n / 60)) {
    const expected = sorted(points, D, points.subarray(i * D, (i + 1) * D), k, i);
    expect([...nodes.subarray(i * count, (i + 1) * count)]).toEqual(expected);
  }
  const queries = gaussian(7 * D, 2);
  const near = nearestTo(points, D, queries, k);
  for (let q = 0; q < 7; q++) {
    const expected = sorted(points, D, queries.subarray(q * D, (q + 1) * D), k);
    expect([...near.nodes.subarray(q * near.count, (q + 1) * near.count)]).toEqual(expected);
  }
});

test('equal points are 0 apart, and come by their index', () => {
  const points = new Float32Array(12).fill(0.1);
  const { nodes, squares } = neighboursOf(points, 3, 2);
  expect([...nodes]).toEqual([1, 2, 0, 2, 0, 1, 0, 1]);
  expect(squares.every((square) => square === 0)).toBe(true);
});

test('numbers that are not finite are refused with their row, and so are queries of another width', () => {
  expect(() => neighboursOf(Float32Array.of(0, 1, Number.NaN, 3), 2, 1)).toThrow(/must be finite, got NaN in row 1/);
  expect(() => nearestTo(new Float32Array(4), 2, Float32Array.of(1, Number.POSITIVE_INFINITY), 1)).toThrow(
    /got Infinity in row 0/,
  );
  expect(() => nearestTo(new Float32Array(4), 2, new Float32Array(3), 1)).toThrow(/rows of 2 numbers, got 3/);
});
