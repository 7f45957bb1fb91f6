import fc from 'fast-check';
import { expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { splitEpisodes } from './split.ts';

test('the parts hold every episode once and have their shares', () => {
  const { train, val, test: held } = splitEpisodes(100, { train: 0.8, val: 0.15, test: 0.05 }, key(1));
  expect([train.length, val.length, held.length]).toEqual([80, 15, 5]);
  expect([...train, ...val, ...held].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('no part with a share is empty and none without a share has episodes, for any shares and counts', () => {
  const shares = fc.tuple(fc.nat(10), fc.nat(10), fc.nat(10)).filter(([a, b, c]) => a + b + c > 0);
  fc.assert(
    fc.property(shares, fc.integer({ min: 3, max: 60 }), ([a, b, c], count) => {
      const sum = a + b + c;
      const split = splitEpisodes(
        count,
        { train: a / sum, val: b / sum, test: 1 - a / sum - b / sum < 1e-9 ? 0 : c / sum },
        key(2),
      );
      expect(new Set([...split.train, ...split.val, ...split.test]).size).toBe(count);
      expect(split.train.length + split.val.length + split.test.length).toBe(count);
      expect([split.train.length > 0, split.val.length > 0, split.test.length > 0]).toEqual([a > 0, b > 0, c > 0]);
    }),
  );
});

test('without a training part, a large test part leaves the validation part an episode', () => {
  const split = splitEpisodes(5, { train: 0, val: 1 / 11, test: 10 / 11 }, key(2));
  expect([split.train.length, split.val.length, split.test.length]).toEqual([0, 1, 4]);
});

test('the same key gives the same split and another key another', () => {
  const fractions = { train: 0.5, val: 0.5, test: 0 };
  expect(splitEpisodes(50, fractions, key(3))).toEqual(splitEpisodes(50, fractions, key(3)));
  expect(splitEpisodes(50, fractions, key(3))).not.toEqual(splitEpisodes(50, fractions, key(4)));
});

test('fractions that do not sum to 1 and fewer episodes than parts are refused', () => {
  expect(() => splitEpisodes(10, { train: 0.9, val: 0.2, test: 0 }, key(0))).toThrow(/sum to 1/);
  expect(() => splitEpisodes(10, { train: 1.2, val: -0.2, test: 0 }, key(0))).toThrow(/\[0, 1\]/);
  expect(() => splitEpisodes(2, { train: 0.8, val: 0.1, test: 0.1 }, key(0))).toThrow(/at least 3 episodes, got 2/);
});

test('a dataset of one episode can be one part, and is refused as two with what to do', () => {
  expect(splitEpisodes(1, { train: 1, val: 0, test: 0 }, key(0))).toEqual({ train: [0], val: [], test: [] });
  expect(() => splitEpisodes(1, { train: 0.9, val: 0.1, test: 0 }, key(0))).toThrow(
    /2 parts need at least 2 episodes, got 1; collect more, or set the share of a part to 0/,
  );
});
