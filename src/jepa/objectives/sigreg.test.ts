// Anchors of SIGReg (specification objectives 3.2 to 3.4). Legend: N samples, D dimensions, M slices.

import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { compile } from '../../compile/index.ts';
import { key } from '../../core/index.ts';
import { distance, gaussian, runtime } from '../../nn/run-module.law.ts';
import { type HostArray, input, type Tensor } from '../../tensor/index.ts';
import { type EppsPulleyOptions, eppsPulley, eppsPulleyGrid, sigreg, sigregDirections, unitColumns } from '../index.ts';

async function run(
  outputs: Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, HostArray>>,
  seed = 0,
): Promise<Record<string, Float32Array>> {
  const program = await compile(outputs, { runtime });
  const results = await program.run({ inputs, key: key(seed) });
  await program.dispose();
  return results as Record<string, Float32Array>;
}

/** The statistic of columns of x [N, M]. */
async function statistic(x: Float32Array, N: number, options: EppsPulleyOptions = {}): Promise<Float32Array> {
  return (await run({ t: eppsPulley(input('x', [1, N, x.length / N]), options) }, { x })).t!;
}

test('the weights sum to 2.4996663 (anchor A7)', () => {
  expect(eppsPulleyGrid().weight.reduce((a, b) => a + b)).toBeCloseTo(2.4996663, 6);
});

test.each([
  ['default', {}, 1.05246],
  ['the paper: 17 knots on [-5, 5]', { tMax: 5, interval: 'full' }, 1.05942],
  ['5 knots up to 1', { tMax: 1, knots: 5 }, 0.3852],
] as const)(
  'the expectation on N(0, 1), sum of w (1 - phi^2), is that of the table: %s',
  (_name, options, expected) => {
    const { phi, weight } = eppsPulleyGrid(options);
    expect(weight.reduce((sum, w, k) => sum + w * (1 - phi[k]! ** 2), 0)).toBeCloseTo(expected, 4);
  },
);

test.each([4, 64])('on N(0, I) the statistic is 1.0525 on average, whatever N: N = %i (anchor A8)', async (N) => {
  const M = 4096;
  const t = await statistic(gaussian(N * M, 11), N);
  const mean = t.reduce((a, b) => a + b) / M;
  // The deviation of one statistic is about 1: five deviations of the mean.
  expect(Math.abs(mean - 1.05246)).toBeLessThan(5 / Math.sqrt(M));
});

test('on a constant embedding at 0 the statistic is 0.4020476 N (anchor A9: 51.4621 at N = 128)', async () => {
  const N = 128;
  const z = new Float32Array(N * 6);
  const { value } = await run({ value: sigreg(input('z', [N, 6]), sigregDirections(6, 8)).value }, { z });
  expect(value![0]).toBeCloseTo(51.4621, 3);
});

test('an embedding that has diverged costs a bounded 1.2597 N, and its gradient stays bounded', async () => {
  const [N, D, M] = [256, 64, 256] as const;
  const x = gaussian(N * D, 5, 1000);
  const z = input('z', [N, D]);
  const { value } = sigreg(z, sigregDirections(D, M));
  const out = await run({ value, dz: grad(value, [z])[0]! }, { z: x });
  // Spread without limit the characteristic function is 0 but for t = 0, where it is 1: sum over t > 0 of w phi^2, and
  // for each of those knots the variance 1 / N of a mean of N unit vectors.
  const { phi, weight } = eppsPulleyGrid();
  const limit = weight.reduce((sum, w, k) => (k === 0 ? sum : sum + w * (phi[k]! ** 2 + 1 / N)), 0);
  expect(limit).toBeCloseTo(1.2597 + 2.3122 / N, 4);
  expect(Math.abs(out.value![0]! / N - limit)).toBeLessThan(0.02);
  // |dT / dx| <= 2 sum_k w_k t_k (|C - phi| + |S|) <= 2 * 2.5 * 3 * 3
  expect(out.dz!.every((v) => Number.isFinite(v) && Math.abs(v) < 45)).toBe(true);
});

test('the gradient is zero at exact collapse', async () => {
  const z = input('z', [16, 4]);
  const { value } = sigreg(z, sigregDirections(4, 32));
  const { dz } = await run({ dz: grad(value, [z])[0]! }, { z: new Float32Array(64) });
  expect(distance(dz!, new Float32Array(64))).toBeLessThan(1e-7);
});

test('the gradient is 2 sum_k w_k t_k [-(C_k - phi_k) sin + S_k cos], as one writes it down', async () => {
  const N = 12;
  const x = gaussian(N, 3);
  const node = input('x', [1, N, 1]);
  const { reduced } = await run(
    { reduced: grad(eppsPulley(node), [node], { seed: input('one', [1, 1]) })[0]! },
    {
      x,
      one: Float32Array.of(1),
    },
  );
  const { t, phi, weight } = eppsPulleyGrid();
  const mean = (f: (v: number) => number): number => x.reduce((sum, v) => sum + f(v), 0) / N;
  const expected = Array.from(x, (v) => {
    let sum = 0;
    for (let k = 0; k < t.length; k++) {
      const c = mean((u) => Math.cos(t[k]! * u)) - phi[k]!;
      const s = mean((u) => Math.sin(t[k]! * u));
      sum += 2 * weight[k]! * t[k]! * (-c * Math.sin(t[k]! * v) + s * Math.cos(t[k]! * v));
    }
    return sum;
  });
  expect(distance(reduced!, expected)).toBeLessThan(1e-5);
});

test('with a wide and fine grid the statistic is its closed form', async () => {
  const N = 20;
  const x = gaussian(N, 9, 1.3);
  const [t] = await statistic(x, N, { tMax: 8, knots: 129 });
  let pairs = 0;
  for (const a of x) for (const b of x) pairs += Math.exp(-((a - b) ** 2) / 2);
  const singles = x.reduce((sum, a) => sum + Math.exp((-a * a) / 4), 0);
  const expected = Math.sqrt(2 * Math.PI) * (pairs / N - Math.SQRT2 * singles + N / Math.sqrt(3));
  expect(Math.abs(t! - expected)).toBeLessThan(2e-4);
});

test('the half grid and the full grid of twice the knots are the same statistic', async () => {
  const x = gaussian(24 * 3, 2, 1.7);
  const half = await statistic(x, 24);
  const full = await statistic(x, 24, { knots: 33, interval: 'full' });
  expect(distance(half, full)).toBeLessThan(1e-5);
});

test('directions become unit vectors, and their length has no influence', async () => {
  const a = gaussian(5 * 7, 1, 3);
  const z = gaussian(9 * 5, 2);
  const [dirs, twice] = [input('a', [5, 7]), input('b', [5, 7])];
  const out = await run(
    {
      unit: unitColumns(dirs),
      one: sigreg(input('z', [9, 5]), dirs).perSlice,
      two: sigreg(input('z', [9, 5]), twice).perSlice,
    },
    { a, b: a.map((v) => 2 * v), z },
  );
  for (let m = 0; m < 7; m++) {
    let squares = 0;
    for (let d = 0; d < 5; d++) squares += out.unit![d * 7 + m]! ** 2;
    expect(squares).toBeCloseTo(1, 5);
  }
  expect(distance(out.one!, out.two!)).toBeLessThan(1e-5);
});

test('groups are tested by themselves, and the value is their mean', async () => {
  const z = gaussian(3 * 8 * 4, 6);
  const a = gaussian(4 * 5, 7);
  const dirs = input('a', [4, 5]);
  const all = await run({ v: sigreg(input('z', [3, 8, 4]), dirs).value }, { z, a });
  let sum = 0;
  for (let t = 0; t < 3; t++)
    sum += (await run({ v: sigreg(input('z', [8, 4]), dirs).value }, { z: z.slice(t * 32, t * 32 + 32), a })).v![0]!;
  expect(all.v![0]).toBeCloseTo(sum / 3, 5);
});

test('directions are drawn anew under each key, and are the same under the same key', async () => {
  const z = gaussian(8 * 4, 6);
  const at = async (seed: number) =>
    (await run({ v: sigreg(input('z', [8, 4]), sigregDirections(4, 5)).perSlice }, { z }, seed)).v!;
  expect(await at(1)).toEqual(await at(1));
  expect(await at(1)).not.toEqual(await at(2));
});

test('an embedding of the wrong rank is refused, and so is a grid without knots', () => {
  expect(() => sigreg(input('z', [8]), sigregDirections(8, 4))).toThrow(/needs embeddings \[T, N, D\] or \[N, D\]/);
  expect(() => eppsPulleyGrid({ knots: 1 })).toThrow(/at least 2 knots/);
});
