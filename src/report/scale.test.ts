import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extentOf, linearScale, logScale, type Scale, shortNumber } from './scale.ts';

const MAX = Number.MAX_VALUE;
const anyNumber = fc.double();
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

/** Ticks that can be drawn: finite, increasing, within the axis, and few. */
function expectAxis({ ticks, low, high, at }: Scale): void {
  expect(ticks.length).toBeGreaterThan(0);
  expect(ticks.length).toBeLessThan(60);
  expect(Number.isFinite(low) && Number.isFinite(high) && low < high).toBe(true);
  for (const [i, tick] of ticks.entries()) {
    expect(Number.isFinite(tick)).toBe(true);
    if (i > 0) expect(tick).toBeGreaterThan(ticks[i - 1]!);
    expect(at(tick)).toBeGreaterThanOrEqual(-1e-6);
    expect(at(tick)).toBeLessThanOrEqual(1 + 1e-6);
  }
}

test('a linear axis over any two numbers ends, with increasing ticks inside it', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, fc.boolean(), (a, b, round) => {
      expectAxis(linearScale(a, b, { round }));
    }),
    { numRuns: 3000 },
  );
});

test('a linear axis over two neighbouring numbers ends', () => {
  fc.assert(
    fc.property(finite, fc.integer({ min: 0, max: 40 }), fc.boolean(), (low, steps, round) => {
      // Steps of the last place: the least that the number can change.
      const place = Math.max(Math.abs(low) * Number.EPSILON, Number.MIN_VALUE);
      expectAxis(linearScale(low, Math.min(MAX, low + steps * place), { round }));
    }),
    { numRuns: 3000 },
  );
});

test('a linear axis holds the numbers that it is made for', () => {
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      const { at } = linearScale(Math.min(a, b), Math.max(a, b));
      expect(at(Math.min(a, b))).toBeGreaterThanOrEqual(-1e-6);
      expect(at(Math.max(a, b))).toBeLessThanOrEqual(1 + 1e-6);
    }),
    { numRuns: 1000 },
  );
});

test('a logarithmic axis over any two numbers ends, with increasing ticks inside it', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, (a, b) => {
      expectAxis(logScale(a, b));
    }),
    { numRuns: 3000 },
  );
});

test.each([
  [1e17, 1e17 + 16],
  [-MAX, MAX],
  [MAX, MAX],
  [0, Number.MIN_VALUE],
  [0, 0],
  [Number.NaN, 1],
  [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
])('the axes over %d to %d end', (low, high) => {
  expectAxis(linearScale(low, high));
  expectAxis(linearScale(low, high, { round: false }));
  expectAxis(logScale(low, high));
});

test('a value beside an axis as wide as the numbers go has a place', () => {
  // The axis ends at 0, since the upper end is nothing beside its steps.
  expect(linearScale(-1.5e308, 1e292).at(1e292)).toBeCloseTo(1, 9);
});

test('a logarithmic axis from 0.01 to 1e308 ends', () => {
  expectAxis(logScale(0.01, 1e308));
});

test('a logarithmic axis around one number has ticks', () => {
  const { ticks, low, high } = logScale(7, 7);
  expect(ticks.length).toBeGreaterThan(1);
  expect(ticks.every((t) => t >= low && t <= high)).toBe(true);
});

test('the extent is that of the finite numbers, and 0 to 1 without any', () => {
  expect(extentOf([Number.NaN, 3, Number.POSITIVE_INFINITY, -2])).toEqual([-2, 3]);
  expect(extentOf([])).toEqual([0, 1]);
  expect(extentOf(Array.from({ length: 300_000 }, (_, i) => i))).toEqual([0, 299_999]);
});

test('huge numbers are written with an exponent', () => {
  expect([shortNumber(1e308), shortNumber(-2.5e12), shortNumber(9.99e11)]).toEqual(['1e308', '-2.5e12', '999000M']);
});
