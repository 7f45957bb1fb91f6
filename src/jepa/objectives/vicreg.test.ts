// Golden values (specification objectives 13.2), closed forms of the gradients (2.1), and what must be refused.
// Legend: N samples, D dimensions.

import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { distance, gaussian } from '../../nn/run-module.law.ts';
import { add, input, mul, type Tensor } from '../../tensor/index.ts';
import { covariancePenalty, type VicRegTerms, varianceHinge, vicregTerms } from '../index.ts';
import { evaluate, view, z1, z2 } from './golden.law.ts';

const total = ({ invariance, variance, covariance }: VicRegTerms, weights: readonly [number, number, number]): Tensor =>
  add(add(mul(invariance, weights[0]), mul(variance, weights[1])), mul(covariance, weights[2]));

test('the terms and the three published weightings have their golden values', async () => {
  const [a, b] = [view('a'), view('b')];
  const out = await evaluate(
    {
      invariance: vicregTerms(a, b).invariance,
      hinge1: varianceHinge(a),
      hinge2: varianceHinge(b),
      halved: varianceHinge(mul(a, 0.5)),
      cov1: covariancePenalty(a),
      cov2: covariancePenalty(b),
      pairs1: covariancePenalty(a, 'off-diagonal-mean'),
      pairs2: covariancePenalty(b, 'off-diagonal-mean'),
      code: total(vicregTerms(a, b), [25, 25, 1]),
      paper: total(vicregTerms(a, b, { variance: 'summed' }), [25, 25, 1]),
      ebJepa: total(vicregTerms(a, b, { variance: 'summed', covariance: 'off-diagonal-mean' }), [1, 1, 80]),
    },
    { a: z1, b: z2 },
  );
  const golden = {
    invariance: 0.19570925583,
    hinge1: 0.18630663046,
    hinge2: 0.18526345293,
    halved: 0.5930608871,
    cov1: 0.38859449507,
    cov2: 0.35967150097,
    pairs1: 0.12953149836,
    pairs2: 0.11989050032,
    code: 10.2856234342,
    paper: 14.9302494766,
    ebJepa: 20.5210392334,
  };
  for (const [name, value] of Object.entries(golden)) expect(out[name]![0]! / value, name).toBeCloseTo(1, 5);
});

/** Column means and unbiased variances of x [N, D]. */
function moments(x: Float32Array, N: number, D: number): { mean: Float64Array; variance: Float64Array } {
  const [mean, variance] = [new Float64Array(D), new Float64Array(D)];
  for (let i = 0; i < N * D; i++) mean[i % D]! += x[i]! / N;
  for (let i = 0; i < N * D; i++) variance[i % D]! += (x[i]! - mean[i % D]!) ** 2 / (N - 1);
  return { mean, variance };
}

test('the gradient of the hinge is -(z - mean) / (D (N - 1) std) where the deviation is too small, else 0', async () => {
  const [N, D] = [9, 5];
  // Half of the dimensions vary too little.
  const x = gaussian(N * D, 4).map((v, i) => v * (i % D < 2 ? 3 : 0.4));
  const z = input('z', [N, D]);
  const { dz } = await evaluate({ dz: grad(varianceHinge(z), [z])[0]! }, { z: x });
  const { mean, variance } = moments(x, N, D);
  const expected = Array.from(x, (v, i) => {
    const std = Math.sqrt(variance[i % D]! + 1e-4);
    return std < 1 ? -(v - mean[i % D]!) / (D * (N - 1) * std) : 0;
  });
  expect(expected.some((v) => v === 0) && expected.some((v) => v !== 0)).toBe(true);
  expect(distance(dz!, expected)).toBeLessThan(1e-6);
});

test('the gradient of the covariance penalty is 4 / (D (N - 1)) (z - mean) offdiag(C)', async () => {
  const [N, D] = [7, 4];
  const x = gaussian(N * D, 8);
  const z = input('z', [N, D]);
  const { dz } = await evaluate({ dz: grad(covariancePenalty(z), [z])[0]! }, { z: x });
  const { mean } = moments(x, N, D);
  const centred = Array.from(x, (v, i) => v - mean[i % D]!);
  const covariance = (i: number, j: number): number => {
    let sum = 0;
    for (let n = 0; n < N; n++) sum += centred[n * D + i]! * centred[n * D + j]!;
    return sum / (N - 1);
  };
  const expected = centred.map((_, at) => {
    const [n, j] = [Math.floor(at / D), at % D];
    let sum = 0;
    for (let i = 0; i < D; i++) if (i !== j) sum += centred[n * D + i]! * covariance(i, j);
    return (4 * sum) / (D * (N - 1));
  });
  expect(distance(dz!, expected)).toBeLessThan(1e-6);
});

test('a collapsed embedding costs nothing in covariance and 1 - sqrt(epsilon) in variance', async () => {
  const z = input('z', [6, 3]);
  const { hinge, covariance } = await evaluate(
    { hinge: varianceHinge(z), covariance: covariancePenalty(z) },
    { z: new Float32Array(18).fill(0.7) },
  );
  expect(hinge![0]).toBeCloseTo(0.99, 5);
  expect(covariance![0]).toBeCloseTo(0, 10);
});

test('leading axes are groups with their own statistics, and their mean is taken', async () => {
  const x = gaussian(3 * 6 * 4, 2, 0.7);
  const outputs = (z: Tensor): Record<string, Tensor> => ({ v: varianceHinge(z), c: covariancePenalty(z) });
  const all = await evaluate(outputs(input('z', [3, 6, 4])), { z: x });
  const sum = { v: 0, c: 0 };
  for (let g = 0; g < 3; g++) {
    const one = await evaluate(outputs(input('z', [6, 4])), { z: x.slice(g * 24, g * 24 + 24) });
    sum.v += one.v![0]! / 3;
    sum.c += one.c![0]! / 3;
  }
  expect(all.v![0]).toBeCloseTo(sum.v, 5);
  expect(all.c![0]).toBeCloseTo(sum.c, 5);
});

test('a batch of one, unequal views and a single dimension to pair are refused', () => {
  expect(() => varianceHinge(input('z', [1, 4]))).toThrow(/at least 2 samples/);
  expect(() => covariancePenalty(input('z', [1, 4]))).toThrow(/at least 2 samples/);
  expect(() => covariancePenalty(input('z', [4, 1]), 'off-diagonal-mean')).toThrow(/at least 2 dimensions/);
  expect(() => vicregTerms(input('a', [4, 3]), input('b', [4, 2]))).toThrow(/two views of one shape/);
});
