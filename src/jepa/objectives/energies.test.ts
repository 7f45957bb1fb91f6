// Energies and pixel targets against their definitions. Legend: B samples, K slots, D dimensions.

import { expect, test } from 'vitest';
import { distance, gaussian } from '../../nn/run-module.law.ts';
import { input, reduceMean } from '../../tensor/index.ts';
import { cosine, type Energy, l1, l2, normMse, pixelTargets, smoothL1Energy } from '../index.ts';
import { evaluate, view, z1, z2 } from './golden.law.ts';

const [B, K, D] = [2, 3, 5];
const [p, t] = [gaussian(B * K * D, 1), gaussian(B * K * D, 2)];
const slot = (x: Float32Array, s: number): number[] => Array.from(x.slice(s * D, (s + 1) * D));
const perSlot = (f: (a: number[], b: number[]) => number): number[] =>
  Array.from({ length: B * K }, (_, s) => f(slot(p, s), slot(t, s)));
const mean = (f: (d: number) => number) => (a: number[], b: number[]) =>
  a.reduce((sum, v, i) => sum + f(v - b[i]!), 0) / D;
const cos = (a: number[], b: number[]): number =>
  a.reduce((sum, v, i) => sum + v * b[i]!, 0) / (Math.hypot(...a) * Math.hypot(...b));

const cases: readonly (readonly [Energy, (a: number[], b: number[]) => number])[] = [
  [l1, mean(Math.abs)],
  [l2, mean((d) => d * d)],
  [smoothL1Energy(), mean((d) => (Math.abs(d) < 1 ? (d * d) / 2 : Math.abs(d) - 0.5))],
  [smoothL1Energy(0.4), mean((d) => (Math.abs(d) < 0.4 ? (d * d) / 0.8 : Math.abs(d) - 0.2))],
  [cosine, (a, b) => 1 - cos(a, b)],
  [normMse, (a, b) => 2 - 2 * cos(a, b)],
];

test.each(cases.map(([energy, formula]) => [energy.name, energy, formula] as const))(
  '%s is its formula on each slot',
  async (_name, energy, formula) => {
    const traced = energy.perSlot(input('p', [B, K, D]), input('t', [B, K, D]));
    expect(traced.shape).toEqual([B, K]);
    expect(distance((await evaluate({ e: traced }, { p, t })).e!, perSlot(formula))).toBeLessThan(1e-5);
  },
);

test('smooth L1 has its golden value against layer-normalised targets (specification 13.4)', async () => {
  const normed = Float32Array.from(z2, (v, i) => {
    const row = Array.from(z2.slice(i - (i % 4), i - (i % 4) + 4));
    const m = row.reduce((a, b) => a + b) / 4;
    return (v - m) / Math.sqrt(row.reduce((a, b) => a + (b - m) ** 2, 0) / 4 + 1e-5);
  });
  const energy = reduceMean(smoothL1Energy().perSlot(view('a'), view('b')));
  expect((await evaluate({ energy }, { a: z1, b: normed })).energy![0]! / 0.16202924473).toBeCloseTo(1, 5);
});

test('pixel targets have mean 0 and variance 1 within each patch, and a patch of one colour is 0', async () => {
  const images = gaussian(2 * 3 * 4 * 4, 5, 2);
  // The first patch of the first image: one number everywhere.
  for (let c = 0; c < 3; c++) for (const at of [0, 1, 4, 5]) images[c * 16 + at] = 0.7;
  const traced = pixelTargets(input('images', [2, 3, 4, 4]), 2);
  expect(traced.shape).toEqual([2, 4, 12]);
  const { rows } = await evaluate({ rows: traced }, { images });
  expect(Math.max(...rows!.slice(0, 12).map(Math.abs))).toBeLessThan(1e-3);
  for (let n = 1; n < 8; n++) {
    const row = rows!.slice(n * 12, n * 12 + 12);
    expect(row.reduce((a, b) => a + b) / 12).toBeCloseTo(0, 5);
    expect(row.reduce((a, b) => a + b * b, 0) / 11).toBeCloseTo(1, 4);
  }
});

test('u8 pixels are normalised before patches are formed, in the order row, column, channel', async () => {
  const images = Uint8Array.from({ length: 2 * 2 * 3 }, (_, i) => 20 * i);
  const traced = pixelTargets(input('images', [1, 2, 2, 3], 'u8'), 2, { normalise: false });
  const { rows } = await evaluate({ rows: traced }, { images });
  const [m, s] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ];
  const expected = Array.from(images, (v, i) => (v / 255 - m[i % 3]!) / s[i % 3]!);
  expect(distance(rows!, expected)).toBeLessThan(1e-5);
});

test('a negative beta is refused', () => {
  expect(() => smoothL1Energy(-1)).toThrow(/at least 0/);
});
