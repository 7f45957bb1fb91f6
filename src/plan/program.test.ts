import { expect, test } from 'vitest';
import { input, reduceSum, square } from '../tensor/index.ts';
import { actionGradient } from './program.ts';

test('the gradient has the shape of the candidates', () => {
  const plans = input('plans', [2, 3, 4, 5]);
  const { cost, gradient } = actionGradient(reduceSum(square(plans), { axes: [2, 3] }), plans);
  expect(cost.shape).toEqual([2, 3]);
  expect(gradient.shape).toEqual([2, 3, 4, 5]);
});

test('a cost of another shape, or one that no candidate influences, is refused', () => {
  const plans = input('plans', [2, 3, 4, 5]);
  expect(() => actionGradient(reduceSum(square(plans)), plans)).toThrow(/cost must be \[B, S\]/);
  expect(() => actionGradient(input('elsewhere', [2, 3]), plans)).toThrow(/'plans' does not influence the loss/);
});
