import { expect, test } from 'vitest';
import { compile } from '../compile/index.ts';
import { add, input, mul, parameter, reduceSum, square, stopGradient } from '../tensor/index.ts';
import { controlCases } from './cases/control.law.ts';
import { gradientLaw } from './gradient.law.ts';
import { grad, valueAndGrad } from './index.ts';

gradientLaw(controlCases);

test('no gradient flows through stopGradient: d/dx sum(stop(x) x) is x, not 2x', async () => {
  const x = input('x', [3]);
  const program = await compile({ g: grad(reduceSum(mul(stopGradient(x), x)), [x])[0]! });
  expect([...(await program.run({ inputs: { x: Float32Array.of(1, -2, 3) } })).g!]).toEqual([1, -2, 3]);
});

test('a tensor used twice receives the sum of both gradients', async () => {
  const x = input('x', [2]);
  const program = await compile({ g: grad(reduceSum(add(square(x), mul(x, 3))), [x])[0]! });
  expect([...(await program.run({ inputs: { x: Float32Array.of(1, 2) } })).g!]).toEqual([5, 7]);
});

test('a tensor that does not influence the loss is named, or has a zero gradient when asked for', async () => {
  const x = input('x', [2]);
  const idle = parameter('idle', [3]);
  const loss = reduceSum(square(x));
  expect(() => grad(loss, [x, idle])).toThrow(/'idle' does not influence the loss/);
  expect(() => grad(reduceSum(stopGradient(x)), [x])).toThrow(/'x' does not influence the loss/);
  expect(grad(loss, [idle], { unused: 'zero' })[0]!.shape).toEqual([3]);
});

test('a loss that is not a scalar must be reduced or given a seed of its shape', () => {
  const x = input('x', [2]);
  expect(() => grad(square(x), [x])).toThrow(/must be a scalar f32.*f32\[2\].*reduceMean/);
  expect(() => grad(square(x), [x], { seed: input('s', [3]) })).toThrow(/the loss's shape f32\[2\], got f32\[3\]/);
  expect(valueAndGrad(square(x), [x], { seed: input('s', [2]) }).grads[0]!.shape).toEqual([2]);
});

test('graphs deeper than the call stack are differentiated', () => {
  const x = input('x', []);
  let y = x;
  for (let i = 0; i < 20_000; i++) y = add(y, x);
  expect(grad(y, [x])[0]!.shape).toEqual([]);
});
