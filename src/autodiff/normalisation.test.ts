import { expect, test } from 'vitest';
import { compile } from '../compile/index.ts';
import { key } from '../core/index.ts';
import { batchNorm, crossEntropy, indices, input, reduceSum, softmax, square } from '../tensor/index.ts';
import { normalisationCases } from './cases/normalisation.law.ts';
import { draw, f32 } from './finite-difference.law.ts';
import { gradientLaw } from './gradient.law.ts';
import { grad } from './index.ts';

gradientLaw(normalisationCases);

test('batchNorm gives each channel mean 0 and variance 1, and returns the statistics of the batch', async () => {
  const shape = [4, 3, 2, 5];
  const x = draw(f32(shape, 50, 54), key(3)) as Float32Array;
  const { y, mean, variance } = batchNorm(input('x', shape), { epsilon: 0 });
  const out = await (await compile({ y, mean, variance })).run({ inputs: { x } });
  for (let c = 0; c < 3; c++) {
    const values = [...x].filter((_, i) => Math.floor(i / 10) % 3 === c);
    const m = values.reduce((a, b) => a + b, 0) / values.length;
    const v = values.reduce((a, b) => a + (b - m) ** 2, 0) / values.length;
    expect(out.mean![c]).toBeCloseTo(m, 4);
    expect(out.variance![c]).toBeCloseTo(v, 4);
    const normal = [...(out.y as Float32Array)].filter((_, i) => Math.floor(i / 10) % 3 === c);
    normal.forEach((n, i) => {
      expect(n).toBeCloseTo((values[i]! - m) / Math.sqrt(v), 3);
    });
  }
});

test('batchNorm of one value per channel is refused in training and works with given statistics', async () => {
  const x = input('x', [1, 3]);
  expect(() => batchNorm(x)).toThrow(/batchNorm: .*at least two values per channel.*f32\[1, 3\]/);
  const statistics = { mean: input('mean', [3]), variance: input('variance', [3]) };
  const program = await compile({ y: batchNorm(x, { statistics, epsilon: 0 }).y });
  const inputs = { x: Float32Array.of(1, 2, 3), mean: Float32Array.of(0, 2, 5), variance: Float32Array.of(1, 1, 4) };
  expect([...(await program.run({ inputs })).y!]).toEqual([1, 0, -1]);
});

test('the gradient of crossEntropy is (softmax - one-hot) / rows', async () => {
  const logits = input('logits', [2, 3]);
  const loss = crossEntropy(logits, indices([2, 0]));
  const program = await compile({ loss, p: softmax(logits), g: grad(loss, [logits])[0]! });
  const out = await program.run({ inputs: { logits: new Float32Array(6) } });
  expect(out.loss![0]).toBeCloseTo(Math.log(3), 6);
  out.g!.forEach((v, i) => {
    expect(v).toBeCloseTo((Number(out.p![i]) - (i === 2 || i === 3 ? 1 : 0)) / 2, 6);
  });
});

test('softmax of equal values is uniform and its gradient does not move along the ones', async () => {
  const x = input('x', [4]);
  const [g] = grad(reduceSum(square(softmax(x))), [x]);
  const out = await (await compile({ y: softmax(x), g: g! })).run({ inputs: { x: new Float32Array(4).fill(1e4) } });
  expect([...out.y!]).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect([...out.g!]).toEqual([0, 0, 0, 0]);
});
