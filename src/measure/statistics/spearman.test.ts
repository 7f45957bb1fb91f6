import fc from 'fast-check';
import { expect, test } from 'vitest';
import { averageRanks, spearman, spearmanInterval } from './spearman.ts';

test('equal numbers share the mean of their ranks', () => {
  expect([...averageRanks([10, 20, 20, 5, 20])]).toEqual([2, 4, 4, 1, 4]);
});

test('without ties it is 1 - 6 sum d^2 / (n (n^2 - 1))', () => {
  // Ranks 1 2 3 4 5 against 2 1 4 3 5: d^2 = 1 + 1 + 1 + 1 + 0, so 1 - 24 / 120.
  expect(spearman([3, 5, 7, 9, 11], [0.2, 0.1, 0.4, 0.3, 0.5])).toBeCloseTo(0.8, 12);
  // IQ and hours of television of ten people, the usual textbook table: sum d^2 = 194, rho = -29/165.
  const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
  const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
  expect(spearman(iq, hours)).toBeCloseTo(-29 / 165, 12);
});

test('with ties it is the correlation of average ranks', () => {
  // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5, variances 4.5 and 5.
  expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
});

test('it depends on the order only, and reversing one side changes its sign', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 20 }), (a) => {
      const b = a.map((v, i) => (v * 31 + i * 17) % 13);
      fc.pre(new Set(b).size > 1);
      const rho = spearman(a, b);
      expect(
        spearman(
          a.map((v) => Math.exp(v / 10)),
          b,
        ),
      ).toBeCloseTo(rho, 9);
      expect(
        spearman(
          a.map((v) => -v),
          b,
        ),
      ).toBeCloseTo(-rho, 9);
      expect(Math.abs(rho)).toBeLessThanOrEqual(1 + 1e-12);
    }),
  );
});

test('a constant side has no correlation', () => {
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
});

test('samples of different size, single pairs and NaN are refused', () => {
  expect(() => spearman([1, 2], [1])).toThrow(/same size >= 2, got 2 and 1/);
  expect(() => spearman([1], [1])).toThrow(/same size >= 2/);
  expect(() => spearman([1, Number.NaN], [1, 2])).toThrow(/pair 1 holds NaN/);
});

test('the interval is symmetric on the scale of atanh and has the stated width', () => {
  const [low, high] = spearmanInterval(0.9, 24);
  expect(Math.atanh(low) + Math.atanh(high)).toBeCloseTo(2 * Math.atanh(0.9), 9);
  expect((Math.atanh(high) - Math.atanh(low)) / 2).toBeCloseTo(1.959964 * Math.sqrt(1.06 / 21), 9);
  expect(spearmanInterval(0.5, 3)).toEqual([-1, 1]);
});
