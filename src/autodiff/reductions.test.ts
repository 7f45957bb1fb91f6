import { expect, test } from 'vitest';
import { compile } from '../compile/index.ts';
import {
  cumulativeSum,
  input,
  l2Normalise,
  logSumExp,
  reduceMax,
  reduceMin,
  reduceSum,
  variance,
} from '../tensor/index.ts';
import { reductionCases } from './cases/reductions.law.ts';
import { gradientLaw } from './gradient.law.ts';
import { grad } from './index.ts';

gradientLaw(reductionCases);

test('tied maxima and minima share the gradient evenly', async () => {
  const x = input('x', [2, 3]);
  const [up] = grad(reduceSum(reduceMax(x, { axes: 1 })), [x]);
  const [down] = grad(reduceSum(reduceMin(x, { axes: 1 })), [x]);
  const out = await (await compile({ up: up!, down: down! })).run({ inputs: { x: Float32Array.of(4, 4, 1, 2, 2, 2) } });
  out.up!.forEach((v, i) => {
    expect(v).toBeCloseTo([0.5, 0.5, 0, 1 / 3, 1 / 3, 1 / 3][i]!, 6);
  });
  out.down!.forEach((v, i) => {
    expect(v).toBeCloseTo([0, 0, 1, 1 / 3, 1 / 3, 1 / 3][i]!, 6);
  });
});

test('the gradient of the biased variance is 2 (x - mean) / n', async () => {
  const x = input('x', [4]);
  const program = await compile({ g: grad(variance(x, { correction: 0 }), [x])[0]! });
  expect([...(await program.run({ inputs: { x: Float32Array.of(1, 2, 3, 6) } })).g!]).toEqual([-1, -0.5, 0, 1.5]);
});

test('running sums include or exclude the element and start from either end', async () => {
  const x = input('x', [3]);
  const program = await compile({
    plain: cumulativeSum(x),
    exclusive: cumulativeSum(x, 0, { exclusive: true }),
    reverse: cumulativeSum(x, 0, { reverse: true }),
    both: cumulativeSum(x, 0, { exclusive: true, reverse: true }),
  });
  const out = await program.run({ inputs: { x: Float32Array.of(1, 2, 3) } });
  expect([...out.plain!]).toEqual([1, 3, 6]);
  expect([...out.exclusive!]).toEqual([0, 1, 3]);
  expect([...out.reverse!]).toEqual([6, 5, 3]);
  expect([...out.both!]).toEqual([5, 3, 0]);
});

test('logSumExp neither overflows nor turns -Infinity into NaN', async () => {
  const x = input('x', [3, 2]);
  const program = await compile({ y: logSumExp(x, { axes: 1 }) });
  const { y } = await program.run({ inputs: { x: Float32Array.of(1000, 1000, -Infinity, -Infinity, -Infinity, 2) } });
  expect(y![0]).toBeCloseTo(1000 + Math.LN2, 3);
  expect(y![1]).toBe(-Infinity);
  expect(y![2]).toBe(2);
});

test('the gradient of a normalised zero vector is finite', async () => {
  const x = input('x', [2]);
  const program = await compile({ g: grad(reduceSum(l2Normalise(x)), [x])[0]! });
  expect((await program.run({ inputs: { x: new Float32Array(2) } })).g!.every((v) => Number.isFinite(v))).toBe(true);
});
