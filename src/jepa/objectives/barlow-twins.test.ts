// Golden values (specification objectives 13.2), the gradient of section 5, and what must be refused.
// Legend: N samples, D dimensions.

import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { distance, gaussian } from '../../nn/run-module.law.ts';
import { input, mul } from '../../tensor/index.ts';
import { barlowTwins } from '../index.ts';
import { evaluate, view, z1, z2 } from './golden.law.ts';

test('the loss and its parts have their golden values', async () => {
  const { value, onDiagonal, offDiagonal } = barlowTwins(view('a'), view('b'));
  const out = await evaluate({ value, onDiagonal, offDiagonal }, { a: z1, b: z2 });
  expect(out.onDiagonal![0]! / 0.11407952255).toBeCloseTo(1, 5);
  expect(out.offDiagonal![0]! / 4.47136966817).toBeCloseTo(1, 5);
  expect(out.value![0]! / 0.13688350786).toBeCloseTo(1, 5);
});

test('the gradient is b^ G^T / N through the batch normalisation, G = 2 (c_ii - 1) and 2 lambda c_ij', async () => {
  const [N, D, lambda] = [8, 3, 0.3];
  const [x, y] = [gaussian(N * D, 1), gaussian(N * D, 2)];
  const [a, b] = [input('a', [N, D]), input('b', [N, D])];
  const { da } = await evaluate({ da: grad(barlowTwins(a, b, { lambda }).value, [a])[0]! }, { a: x, b: y });
  const [hx, hy] = [normalised(x, N, D), normalised(y, N, D)];
  const G = (i: number, j: number): number => {
    let c = 0;
    for (let n = 0; n < N; n++) c += (hx.unit[n * D + i]! * hy.unit[n * D + j]!) / N;
    return i === j ? 2 * (c - 1) : 2 * lambda * c;
  };
  const dUnit = Float64Array.from(x, (_, at) => {
    let sum = 0;
    for (let j = 0; j < D; j++) sum += (hy.unit[Math.floor(at / D) * D + j]! * G(at % D, j)) / N;
    return sum;
  });
  // Backward through the normalisation: (d - mean d - unit mean(d unit)) / sqrt(variance + epsilon).
  const [mean, along] = [new Float64Array(D), new Float64Array(D)];
  dUnit.forEach((d, i) => {
    mean[i % D]! += d / N;
    along[i % D]! += (d * hx.unit[i]!) / N;
  });
  const expected = dUnit.map((d, i) => (d - mean[i % D]! - hx.unit[i]! * along[i % D]!) / hx.scale[i % D]!);
  expect(distance(da!, expected)).toBeLessThan(2e-6);
});

/** Columns with mean 0 and biased variance 1, and the deviations they were divided by. */
function normalised(x: Float32Array, N: number, D: number): { unit: Float64Array; scale: Float64Array } {
  const [mean, scale] = [new Float64Array(D), new Float64Array(D)];
  for (let i = 0; i < N * D; i++) mean[i % D]! += x[i]! / N;
  for (let i = 0; i < N * D; i++) scale[i % D]! += (x[i]! - mean[i % D]!) ** 2 / N;
  scale.forEach((v, d) => {
    scale[d] = Math.sqrt(v + 1e-5);
  });
  return { unit: Float64Array.from(x, (v, i) => (v - mean[i % D]!) / scale[i % D]!), scale };
}

test('two equal views of uncorrelated dimensions cost nothing, and the scale of a view has no influence', async () => {
  // Columns of a Hadamard matrix: mean 0, variance 1, orthogonal.
  const x = Float32Array.of(1, 1, 1, -1, 1, -1, 1, -1, -1, -1, -1, 1);
  const z = input('z', [4, 3]);
  const out = await evaluate({ equal: barlowTwins(z, z).value, scaled: barlowTwins(z, mul(z, 50)).value }, { z: x });
  expect(out.equal![0]).toBeLessThan(1e-8);
  expect(out.scaled![0]).toBeLessThan(1e-8);
});

test('a collapsed embedding correlates with nothing: the loss is D', async () => {
  const z = input('z', [8, 5]);
  const { value } = await evaluate({ value: barlowTwins(z, z).value }, { z: new Float32Array(40).fill(2) });
  expect(value![0]).toBeCloseTo(5, 5);
});

test('a batch of one and unequal views are refused', () => {
  expect(() => barlowTwins(input('a', [1, 4]), input('b', [1, 4]))).toThrow(/batchNorm/);
  expect(() => barlowTwins(input('a', [4, 3]), input('b', [4, 2]))).toThrow(/two views of one shape/);
});
