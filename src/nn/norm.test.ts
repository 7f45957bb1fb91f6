// Layer and batch normalisation by definition. Legend: N rows, D columns.

import { expect, test } from 'vitest';
import { input } from '../tensor/index.ts';
import { batchNorm1d, batchNorm2d, layerNorm, plainLayerNorm } from './index.ts';
import { distance, gaussian, numbersOf, runModule, shaken } from './run-module.law.ts';

const [N, D] = [6, 3] as const;

function moments(values: readonly number[]): { readonly mean: number; readonly biased: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, biased: values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length };
}

const column = (x: Float32Array, d: number): number[] => Array.from({ length: N }, (_, n) => x[n * D + d]!);

test('layer norm centres and scales each row with the biased variance, then applies scale and shift', async () => {
  const norm = layerNorm(D, 1e-3);
  const values = shaken(norm);
  const x = gaussian(N * D, 1, 2);
  const { y } = await runModule(norm, 'eval', (f) => ({ y: f(input('x', [N, D])) }), { values, inputs: { x } });
  const [w, b] = [numbersOf(values, 'weight'), numbersOf(values, 'bias')];
  const expected = Array.from(x, (v, i) => {
    const row = Array.from(x.subarray(Math.floor(i / D) * D, Math.floor(i / D) * D + D));
    const { mean, biased } = moments(row);
    return ((v - mean) / Math.sqrt(biased + 1e-3)) * w[i % D]! + b[i % D]!;
  });
  expect(distance(y!, expected)).toBeLessThan(2e-6);
});

test('layer norm without parameters has rows of mean 0 and variance 1', async () => {
  const x = gaussian(N * 8, 1, 3);
  const { y } = await runModule(layerNorm(8), 'eval', () => ({ y: plainLayerNorm(input('x', [N, 8]), 1e-6) }), {
    inputs: { x },
  });
  for (let n = 0; n < N; n++) {
    const { mean, biased } = moments(Array.from(y!.subarray(n * 8, n * 8 + 8)));
    expect(Math.abs(mean)).toBeLessThan(1e-6);
    expect(Math.abs(biased - 1)).toBeLessThan(1e-5);
  }
});

test('batch norm in training uses the biased batch variance', async () => {
  const norm = batchNorm1d(D);
  const values = shaken(norm);
  const x = gaussian(N * D, 1, 2);
  const { y } = await runModule(norm, 'train', (f) => ({ y: f(input('x', [N, D])) }), { values, inputs: { x } });
  const [w, b] = [numbersOf(values, 'weight'), numbersOf(values, 'bias')];
  const expected = Array.from(x, (v, i) => {
    const { mean, biased } = moments(column(x, i % D));
    return ((v - mean) / Math.sqrt(biased + 1e-5)) * w[i % D]! + b[i % D]!;
  });
  expect(distance(y!, expected)).toBeLessThan(2e-6);
});

test('batch norm remembers the mean and the unbiased variance, with its momentum', async () => {
  const norm = batchNorm1d(D, { momentum: 0.3 });
  const values = shaken(norm);
  numbersOf(values, 'running_var').set([0.5, 2, 3]);
  const x = gaussian(N * D, 1, 2);
  const out = await runModule(norm, 'train', (f) => ({ y: f(input('x', [N, D])) }), { values, inputs: { x } });
  for (let d = 0; d < D; d++) {
    const { mean, biased } = moments(column(x, d));
    const old = [numbersOf(values, 'running_mean')[d]!, numbersOf(values, 'running_var')[d]!] as const;
    expect(out['update:running_mean']![d]).toBeCloseTo(0.7 * old[0] + 0.3 * mean, 5);
    expect(out['update:running_var']![d]).toBeCloseTo(0.7 * old[1] + (0.3 * biased * N) / (N - 1), 5);
  }
});

test('two uses in one trace update the running statistics one after the other', async () => {
  const norm = batchNorm1d(D);
  const x = gaussian(N * D, 1, 2);
  const out = await runModule(
    norm,
    'train',
    (f) => {
      const t = input('x', [N, D]);
      return { a: f(t), b: f(t) };
    },
    { inputs: { x } },
  );
  const { mean } = moments(column(x, 0));
  expect(out['update:running_mean']![0]).toBeCloseTo(0.9 * 0.1 * mean + 0.1 * mean, 6);
});

test('batch norm in evaluation uses the running statistics and updates nothing', async () => {
  const norm = batchNorm1d(D);
  const values = shaken(norm);
  numbersOf(values, 'running_var').set([0.5, 2, 3]);
  const x = gaussian(D, 1);
  const out = await runModule(norm, 'eval', (f) => ({ y: f(input('x', [1, D])) }), { values, inputs: { x } });
  const at = (name: string, d: number): number => numbersOf(values, name)[d]!;
  const expected = Array.from(
    x,
    (v, d) => ((v - at('running_mean', d)) / Math.sqrt(at('running_var', d) + 1e-5)) * at('weight', d) + at('bias', d),
  );
  expect(distance(out.y!, expected)).toBeLessThan(2e-6);
  expect(Object.keys(out)).toEqual(['y']);
});

test('batch norm of images takes its statistics per channel over images and pixels', async () => {
  const x = gaussian(2 * D * 2 * 2, 1, 2);
  const out = await runModule(batchNorm2d(D), 'train', (f) => ({ y: f(input('x', [2, D, 2, 2])) }), { inputs: { x } });
  for (let d = 0; d < D; d++) {
    const pick = (t: Float32Array): number[] => Array.from(t).filter((_, i) => Math.floor(i / 4) % D === d);
    const of = moments(pick(x));
    const expected = pick(x).map((v) => (v - of.mean) / Math.sqrt(of.biased + 1e-5));
    expect(distance(pick(out.y!), expected)).toBeLessThan(2e-6);
  }
});

test('batch norm refuses a single value per channel in training', async () => {
  await expect(runModule(batchNorm1d(D), 'train', (f) => ({ y: f(input('x', [1, D])) }))).rejects.toThrow(
    /at least two values per channel/,
  );
});

test('batch norm without scale and shift has no parameters', async () => {
  const norm = batchNorm1d(D, { affine: false });
  const x = gaussian(N * D, 1, 2);
  const { y } = await runModule(norm, 'train', (f) => ({ y: f(input('x', [N, D])) }), { inputs: { x } });
  const { mean, biased } = moments(column(y!, 1));
  expect(Math.abs(mean)).toBeLessThan(1e-6);
  expect(Math.abs(biased - 1)).toBeLessThan(1e-4);
});
