// What the narrow predictor may and may not depend on. Its numbers are those of `parity/ijepa`.
// Legend: B images, K context tokens, T target blocks, Kp tokens of a block, D width.

import { expect, test } from 'vitest';
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
  await expect(
    traced([
      [B, 2],
      [B, 3],
    ]),
  ).rejects.toThrow(/blocks of one shape/);
});
