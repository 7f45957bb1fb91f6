import { expect, test } from 'vitest';
import { goalCost, goalCostNamed } from './costs.ts';

// Two trajectories of two steps with two features, goal (1, 1) for both.
const predicted = Float32Array.of(1, 1, 3, 0, /**/ 0, 0, 1, 1);
const goals = Float32Array.of(1, 1, 1, 1);
const sizes = { steps: 2, features: 2 };

test('last-sum sums squared differences of the last step', () => {
  expect([...goalCost('last-sum', predicted, goals, sizes)]).toEqual([5, 0]);
});

test('last-mean and last-l1 average over features', () => {
  expect([...goalCost('last-mean', predicted, goals, sizes)]).toEqual([2.5, 0]);
  expect([...goalCost('last-l1', predicted, goals, sizes)]).toEqual([1.5, 0]);
});

test('all-mean sums the mean of every step', () => {
  expect([...goalCost('all-mean', predicted, goals, sizes)]).toEqual([2.5, 1]);
});

test('sizes that do not agree are refused', () => {
  expect(() => goalCost('last-sum', predicted, goals, { steps: 3, features: 2 })).toThrow(/T = 3, F = 2, got 8 and 4/);
});

test('an unknown cost is refused with the nearest name', () => {
  expect(() => goalCostNamed('last-summ')).toThrow(/did you mean 'last-sum'/);
});
