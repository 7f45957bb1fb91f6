// Random masks and tokens by id.

import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { key } from '../../core/index.ts';
import { input, reduceSum, square } from '../../tensor/index.ts';
import { randomMasks, takeTokens } from '../index.ts';
import { evaluate } from '../objectives/golden.law.ts';

test('each image keeps its own random patches, and the masked ones are the rest', () => {
  const { kept, masked } = randomMasks(key(1), 50, 16, 4);
  const counts = new Array<number>(16).fill(0);
  for (let b = 0; b < 50; b++) {
    const [k, m] = [kept.subarray(b * 4, b * 4 + 4), masked.subarray(b * 12, b * 12 + 12)];
    expect([...k, ...m].sort((x, y) => x - y)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect([...k]).toEqual([...k].sort((x, y) => x - y));
    for (const i of k) counts[i]! += 1;
  }
  // 50 draws of probability 1/4: mean 12.5, deviation 3.1.
  for (const n of counts) expect(Math.abs(n - 12.5)).toBeLessThan(12);
  expect(randomMasks(key(1), 50, 16, 4).kept).toEqual(kept);
  expect(randomMasks(key(2), 50, 16, 4).kept).not.toEqual(kept);
});

test('keeping nothing or everything is refused', () => {
  expect(() => randomMasks(key(0), 2, 16, 0)).toThrow(/between 1 and 15/);
  expect(() => randomMasks(key(0), 2, 16, 16)).toThrow(/something to predict/);
});

test('tokens are taken sample by sample, and their gradient returns to where they stood', async () => {
  const x = Float32Array.from({ length: 2 * 4 * 3 }, (_, i) => i);
  const tokens = input('x', [2, 4, 3]);
  const taken = takeTokens(tokens, input('ids', [2, 2], 'i32'));
  const out = await evaluate(
    { taken, dx: grad(reduceSum(square(taken)), [tokens])[0]! },
    { x, ids: Int32Array.of(3, 0, 1, 1) },
  );
  expect([...out.taken!]).toEqual([9, 10, 11, 0, 1, 2, 15, 16, 17, 15, 16, 17]);
  const expected = new Float32Array(24);
  for (const i of [0, 1, 2, 9, 10, 11]) expected[i] = 2 * i;
  for (const i of [15, 16, 17]) expected[i] = 4 * i;
  expect([...out.dx!]).toEqual([...expected]);
});

test('ids of another batch are refused', () => {
  expect(() => takeTokens(input('x', [2, 4, 3]), input('ids', [3, 2], 'i32'))).toThrow(/takeTokens/);
});
