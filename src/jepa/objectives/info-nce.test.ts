// SimCLR's and InfoNCE's losses against their definitions. Legend: N samples, D dimensions.

import { expect, test } from 'vitest';
import { gaussian } from '../../nn/run-module.law.ts';
import { input } from '../../tensor/index.ts';
import { infoNce, ntXent } from '../index.ts';
import { evaluate } from './golden.law.ts';

const [N, D] = [5, 4];
const rows = (x: Float32Array): number[][] =>
  Array.from({ length: x.length / D }, (_, i) => {
    const row = Array.from(x.slice(i * D, (i + 1) * D));
    const norm = Math.hypot(...row);
    return row.map((v) => v / norm);
  });
const dotOf = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);

test('NT-Xent is the mean of -log exp(s_ip / t) / sum_{j != i} exp(s_ij / t) over both views', async () => {
  const [a, b] = [gaussian(N * D, 1), gaussian(N * D, 2)];
  const t = 0.3;
  const { value } = await evaluate(
    { value: ntXent(input('a', [N, D]), input('b', [N, D]), { temperature: t }) },
    { a, b },
  );
  const all = [...rows(a), ...rows(b)];
  let expected = 0;
  all.forEach((z, i) => {
    const partner = all[(i + N) % (2 * N)]!;
    const among = all.reduce((sum, other, j) => (j === i ? sum : sum + Math.exp(dotOf(z, other) / t)), 0);
    expected -= Math.log(Math.exp(dotOf(z, partner) / t) / among) / (2 * N);
  });
  expect(value![0]!).toBeCloseTo(expected, 5);
});

test('InfoNCE is the mean of -log exp(s_ii / t) / sum_j exp(s_ij / t) over queries', async () => {
  const [q, k] = [gaussian(N * D, 3), gaussian(N * D, 4)];
  const t = 0.07;
  const { value } = await evaluate(
    { value: infoNce(input('q', [N, D]), input('k', [N, D]), { temperature: t }) },
    { q, k },
  );
  const [queries, keys] = [rows(q), rows(k)];
  let expected = 0;
  queries.forEach((z, i) => {
    const among = keys.reduce((sum, key) => sum + Math.exp(dotOf(z, key) / t), 0);
    expected -= Math.log(Math.exp(dotOf(z, keys[i]!) / t) / among) / N;
  });
  expect(value![0]!).toBeCloseTo(expected, 4);
});

test('a collapsed embedding costs log(2 N - 1) and log N', async () => {
  const z = input('z', [N, D]);
  const out = await evaluate({ both: ntXent(z, z), one: infoNce(z, z) }, { z: new Float32Array(N * D).fill(0.2) });
  expect(out.both![0]!).toBeCloseTo(Math.log(2 * N - 1), 5);
  expect(out.one![0]!).toBeCloseTo(Math.log(N), 5);
});

test('the length of an embedding has no influence, and a single sample is refused', async () => {
  const [a, b] = [gaussian(N * D, 1), gaussian(N * D, 2)];
  const traced = ntXent(input('a', [N, D]), input('b', [N, D]));
  const one = await evaluate({ value: traced }, { a, b });
  const two = await evaluate({ value: traced }, { a: a.map((v) => 9 * v), b });
  expect(two.value![0]!).toBeCloseTo(one.value![0]!, 5);
  expect(() => ntXent(input('a', [1, D]), input('b', [1, D]))).toThrow(/at least 2 samples/);
  expect(() => infoNce(input('a', [N, D]), input('b', [N, 3]))).toThrow(/one shape/);
});
