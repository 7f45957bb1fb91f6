// What the narrow predictor may and may not depend on. Its numbers are those of `parity/ijepa`.
// Legend: B images, M contexts of K tokens, T target blocks of Kp tokens, D width.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { key, permutation } from '../../core/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { input } from '../../tensor/index.ts';
import { narrowVit } from '../index.ts';

const [B, K, Kp, D] = [2, 3, 2, 6];
const predictor = narrowVit({ inDim: D, dim: 8, depth: 2, heads: 2, grid: [3, 3] });
const values = shaken(predictor);
const context = gaussian(B * K * D, 1);
const ids = Int32Array.of(0, 4, 7, 1, 2, 8);

/** Predictions of target blocks. */
async function predict(
  blocks: readonly Int32Array[],
  given: { readonly context?: Float32Array; readonly ids?: Int32Array } = {},
): Promise<Float32Array> {
  const targets = blocks.map((_, t) => input(`t${t}`, [B, Kp], 'i32'));
  const inputs = Object.fromEntries(blocks.map((block, t) => [`t${t}`, block]));
  const out = await runModule(
    predictor,
    'eval',
    (m) => ({ y: m(input('context', [B, K, D]), input('ids', [B, K], 'i32'), targets) }),
    { values, inputs: { context, ids, ...given, ...inputs } },
  );
  return out.y!;
}

const one = Int32Array.of(5, 6, 3, 4);
const two = Int32Array.of(1, 2, 6, 7);

test('blocks do not see each other, and come one after another along the batch', async () => {
  const both = await predict([one, two]);
  expect(both.length).toBe(2 * B * Kp * D);
  expect(distance(both.subarray(0, B * Kp * D), await predict([one]))).toBeLessThan(1e-5);
  expect(distance(both.subarray(B * Kp * D), await predict([two]))).toBeLessThan(1e-5);
});

test('the order of context tokens has no influence, but their positions have', async () => {
  const y = await predict([one]);
  const swapped = context.slice();
  swapped.copyWithin(0, D, 2 * D);
  swapped.set(context.subarray(0, D), D);
  const order = Int32Array.of(4, 0, 7, 1, 2, 8);
  expect(distance(await predict([one], { context: swapped, ids: order }), y)).toBeLessThan(1e-5);
  expect(distance(await predict([one], { ids: order }), y)).toBeGreaterThan(1e-3);
});

test('predictions follow the order of the target ids', async () => {
  const y = await predict([one]);
  const reversed = await predict([Int32Array.of(6, 5, 4, 3)]);
  for (let b = 0; b < B; b++)
    for (let k = 0; k < Kp; k++) {
      const at = (b * Kp + k) * D;
      const mirror = (b * Kp + Kp - 1 - k) * D;
      expect(distance(reversed.subarray(mirror, mirror + D), y.subarray(at, at + D))).toBeLessThan(1e-5);
    }
});

test('images do not see each other', async () => {
  const y = await predict([one]);
  const changed = context.slice();
  changed.fill(9, K * D);
  const out = await predict([one], { context: changed });
  expect(distance(out.subarray(0, Kp * D), y.subarray(0, Kp * D))).toBeLessThan(1e-6);
  expect(distance(out.subarray(Kp * D), y.subarray(Kp * D))).toBeGreaterThan(1e-3);
});

const rectangles = {
  grid: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 5 })),
  images: fc.integer({ min: 1, max: 3 }),
  contexts: fc.integer({ min: 1, max: 3 }),
  blocks: fc.integer({ min: 1, max: 3 }),
  seed: fc.integer({ min: 1, max: 99 }),
};

test('any number of contexts: rows are in the order target block, context, image, each as when it is alone', () =>
  fc.assert(
    fc.asyncProperty(fc.record(rectangles), async ({ grid, images: Bi, contexts: M, blocks: T, seed }) => {
      const N = grid[0] * grid[1];
      const [Kc, Kt] = [1 + (seed % N), 1 + ((seed * 7) % N)];
      const net = narrowVit({ inDim: D, dim: 8, depth: 1 + (seed % 2), heads: 2, grid });
      const weights = shaken(net);
      const choose = (count: number, rows: number, first: number): Int32Array =>
        Int32Array.from(
          Array.from({ length: rows }, (_, b) => Array.from(permutation(key(first + b), N).subarray(0, count))).flat(),
        );
      const tokens = gaussian(M * Bi * Kc * D, seed);
      const seen = choose(Kc, M * Bi, seed);
      const asked = Array.from({ length: T }, (_, t) => choose(Kt, Bi, seed + 1000 * (t + 1)));
      const run = async (rows: number, c: Float32Array, ids: Int32Array, targets: readonly Int32Array[]) => {
        const B1 = targets[0]!.length / Kt;
        const inputs = Object.fromEntries(targets.map((t, i) => [`t${i}`, t]));
        const traced = targets.map((_, i) => input(`t${i}`, [B1, Kt], 'i32'));
        const out = await runModule(
          net,
          'eval',
          (m) => ({ y: m(input('c', [rows, Kc, D]), input('ids', [rows, Kc], 'i32'), traced) }),
          { values: weights, inputs: { c, ids, ...inputs } },
        );
        return out.y!;
      };
      const all = await run(M * Bi, tokens, seen, asked);
      expect(all.length).toBe(T * M * Bi * Kt * D);
      const [t, m, b] = [seed % T, seed % M, seed % Bi];
      const row = m * Bi + b;
      const alone = await run(1, tokens.slice(row * Kc * D, (row + 1) * Kc * D), seen.slice(row * Kc, (row + 1) * Kc), [
        asked[t]!.slice(b * Kt, (b + 1) * Kt),
      ]);
      const at = ((t * M + m) * Bi + b) * Kt * D;
      expect(distance(all.subarray(at, at + Kt * D), alone)).toBeLessThan(2e-5);
    }),
    { numRuns: 8 },
  ));

test('widths that do not fit, no target and unequal blocks are refused', async () => {
  expect(() => narrowVit({ inDim: 8, dim: 10, depth: 1, heads: 2, grid: [3, 3] })).toThrow(/multiple of 4/);
  const traced = (targets: readonly (readonly [number, number])[]) =>
    runModule(predictor, 'eval', (m) => ({
      y: m(
        input('context', [B, K, D]),
        input('ids', [B, K], 'i32'),
        targets.map((shape, t) => input(`t${t}`, shape, 'i32')),
      ),
    }));
  await expect(traced([])).rejects.toThrow(/narrowVit/);
  await expect(traced([[B + 1, 2]])).rejects.toThrow(/contexts \[M B, K, D\]/);
  await expect(
    traced([
      [B, 2],
      [B, 3],
    ]),
  ).rejects.toThrow(/blocks of one shape/);
});
