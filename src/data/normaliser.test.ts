import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DatasetSpec, EpisodeSource } from './episode.ts';
import { memorySource } from './memory-source.ts';
import { denormalise, fitNormaliser, type Normaliser, normalise } from './normaliser.ts';

const spec: DatasetSpec = { env: 'toy', columns: [{ name: 'action', dtype: 'f32', shape: [2] }] };
const source = (...episodes: readonly (readonly number[])[]): EpisodeSource =>
  memorySource(
    spec,
    episodes.map((values) => ({ action: Float32Array.from(values) })),
  );

test('mean and unbiased deviation are those of the rows without NaN', () => {
  // Rows (1, 10), (2, 30), (6, 20): means 3 and 20, sums of squares 14 and 200, divided by 3 - 1.
  const fitted = fitNormaliser(source([1, 10, 2, 30, Number.NaN, Number.NaN], [6, 20]), 'action', [0, 1]);
  expect(fitted.rows).toBe(3);
  expect(fitted.mean).toEqual([3, 20]);
  expect(fitted.std[0]).toBeCloseTo(Math.sqrt(7), 12);
  expect(fitted.std[1]).toBeCloseTo(10, 12);
  expect(fitted.constant).toEqual([]);
});

test('only the given episodes enter the fit', () => {
  expect(fitNormaliser(source([1, 1, 3, 5], [1000, -1000]), 'action', [0]).mean).toEqual([2, 3]);
});

test('an element that never changes gets deviation 1, is listed, and becomes 0', () => {
  const fitted = fitNormaliser(source([0.1, 1, 0.1, 2, 0.1, 3]), 'action', [0]);
  expect(fitted.constant).toEqual([0]);
  expect(fitted.std[0]).toBe(1);
  expect(normalise(fitted, Float32Array.of(0.1, 2))).toEqual(Float32Array.of(0, 0));
});

test('a single row is constant and no row at all is a data error', () => {
  expect(fitNormaliser(source([4, 5]), 'action', [0])).toMatchObject({ std: [1, 1], constant: [0, 1] });
  expect(() => fitNormaliser(source([Number.NaN, Number.NaN]), 'action', [0])).toThrow(/at least one row without NaN/);
});

test('denormalise undoes normalise, through JSON, and NaN stays NaN', () => {
  const number = fc.float({ min: -1000, max: 1000, noNaN: true });
  fc.assert(
    fc.property(fc.array(number, { minLength: 6, maxLength: 40 }), (values) => {
      const even = values.slice(0, values.length & ~1);
      const fitted: Normaliser = JSON.parse(JSON.stringify(fitNormaliser(source(even), 'action', [0])));
      const input = Float32Array.from(even);
      const back = denormalise(fitted, normalise(fitted, input));
      for (const [i, x] of input.entries()) expect(Math.abs(back[i]! - x)).toBeLessThanOrEqual(1e-3);
    }),
  );
  const unit: Normaliser = { column: 'action', mean: [0, 0], std: [1, 1], rows: 2, constant: [] };
  expect(normalise(unit, Float32Array.of(Number.NaN, 1))).toEqual(Float32Array.of(Number.NaN, 1));
});

test('normalised training rows have mean 0 and unbiased deviation 1', () => {
  const values = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i * 12.9898) * 40 + (i % 2) * 1000);
  const z = normalise(fitNormaliser(source([...values]), 'action', [0]), values);
  for (const d of [0, 1]) {
    const column = [...z].filter((_, i) => i % 2 === d);
    const mean = column.reduce((a, b) => a + b) / column.length;
    const square = column.reduce((a, b) => a + (b - mean) ** 2, 0) / (column.length - 1);
    expect(mean).toBeCloseTo(0, 5);
    expect(square).toBeCloseTo(1, 5);
  }
});

test('rows of another width are a shape error', () => {
  const unit: Normaliser = { column: 'action', mean: [0, 0], std: [1, 1], rows: 2, constant: [] };
  expect(() => normalise(unit, new Float32Array(3))).toThrow(/rows of 2 numbers/);
});

test('fitting on no episodes, as of an empty part of a split, says so', () => {
  expect(() => fitNormaliser(source([1, 2]), 'action', [])).toThrow(
    /needs at least one episode to be fitted on, got none/,
  );
});
