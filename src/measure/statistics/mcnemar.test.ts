import { expect, test } from 'vitest';
import { mcnemarExact, pairedOutcomes } from './mcnemar.ts';

/** The binomial sum, term by term, in whole numbers as far as they are exact. */
function bySum(b: number, c: number): number {
  const n = b + c;
  let [term, sum] = [1, 0];
  for (let k = 0; k <= Math.min(b, c); k++) {
    sum += term;
    term = (term * (n - k)) / (k + 1);
  }
  return Math.min(1, (2 * sum) / 2 ** n);
}

test.each([
  [0, 0, 1],
  [1, 0, 1],
  [5, 0, 2 / 32],
  [0, 6, 2 / 64],
  [1, 5, (2 * (1 + 6)) / 64],
  [2, 8, (2 * (1 + 10 + 45)) / 1024],
  [10, 10, 1],
  // 7 against 8: the two tails together are more than everything.
  [7, 8, 1],
])('%i against %i discordant pairs have the p-value of the closed form', (b, c, p) => {
  expect(mcnemarExact(b, c)).toBeCloseTo(p, 12);
  expect(mcnemarExact(c, b)).toBeCloseTo(p, 12);
});

test('up to 50 discordant pairs it is the sum of the binomial distribution', () => {
  for (let n = 1; n <= 50; n++) {
    for (let b = 0; b <= n; b++) expect(mcnemarExact(b, n - b)).toBeCloseTo(bySum(b, n - b), 11);
  }
});

test('outcomes are counted pair by pair, and pairs that agree do not change the p-value', () => {
  const a = [true, true, true, true, true, true, false, false];
  const b = [true, false, false, false, false, false, false, false];
  expect(pairedOutcomes(a, b)).toEqual({ both: 1, onlyA: 5, onlyB: 0, neither: 2, p: expect.closeTo(0.0625, 12) });
  const agreeing = Array.from({ length: 50 }, (_, i) => i % 2 === 0);
  expect(pairedOutcomes([...a, ...agreeing], [...b, ...agreeing]).p).toBeCloseTo(0.0625, 12);
});

test('no task at all says nothing, and other lengths are refused', () => {
  expect(pairedOutcomes([], [])).toEqual({ both: 0, onlyA: 0, onlyB: 0, neither: 0, p: 1 });
  expect(() => pairedOutcomes([true], [])).toThrow(/same tasks, got 1 and 0/);
  expect(() => mcnemarExact(-1, 2)).toThrow(/at least 0, got -1 and 2/);
});
