// Legend: D = 2 numbers of the oscillator's state, A = 1 push per block, H blocks imagined.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { distance, runtime } from '../../nn/run-module.law.ts';
import { oscillator, oscillatorValues, swings } from '../world-model/oscillator.law.ts';
import { worldModel } from '../world-model/world-model.ts';
import { imaginedRows } from './imagined-rows.ts';

const model = worldModel(oscillator, oscillatorValues, runtime);
const whole = swings(6, 9);
/** Episodes of 9, 2 and 1 rows, and again 9; recorded pushes are the true ones. */
const data = {
  ...whole,
  episodes: [
    { row: 0, length: 9 },
    { row: 9, length: 2 },
    { row: 11, length: 1 },
    { row: 18, length: 9 },
  ],
};

test('a model that is exact imagines the recorded rows, each with the row whose time it carries', async () => {
  const H = 3;
  const { z, rows, steps } = await imaginedRows(model, data, { horizon: H, key: key(0) });
  const expected = data.episodes.flatMap(({ row, length }) =>
    Array.from({ length: length - 1 }, (_, t) =>
      Array.from({ length: Math.min(H, length - 1 - t) }, (_k, k) => [row + t + k + 1, k + 1]),
    ).flat(),
  );
  expect([...rows].map((row, i) => [row, steps[i]])).toEqual(expected);
  const recorded = [...rows].flatMap((row) => [...whole.z.subarray(2 * row, 2 * row + 2)]);
  expect(distance(z, recorded)).toBeLessThan(1e-5);
});

test('more rows than one call holds are imagined one by one', async () => {
  const many = swings(10, 20);
  const { z, rows } = await imaginedRows(model, many, { horizon: 2, key: key(0) });
  expect(rows.length).toBe(10 * (18 * 2 + 1));
  expect(
    distance(
      z,
      [...rows].flatMap((row) => [...many.z.subarray(2 * row, 2 * row + 2)]),
    ),
  ).toBeLessThan(1e-5);
});

test('of fewer starts, drawn by the key, each has all its rows', async () => {
  const many = swings(10, 20);
  const draw = (seed: number) => imaginedRows(model, many, { horizon: 1, starts: 40, key: key(seed) });
  const { rows } = await draw(1);
  expect(new Set(rows).size).toBe(40);
  expect(await draw(1)).toEqual(await draw(1));
  expect((await draw(2)).rows).not.toEqual(rows);
});

test('horizons that cannot be, recordings without blocks and a model that diverges are refused', async () => {
  await expect(imaginedRows(model, data, { horizon: 0, key: key(0) })).rejects.toThrow(/at least 1, got 0/);
  const short = worldModel({ ...oscillator, maxHorizon: 2 }, oscillatorValues, runtime);
  await expect(imaginedRows(short, data, { horizon: 3, key: key(0) })).rejects.toThrow(
    /horizon must be a whole number of 1 to 2, what oscillator can imagine, got 3/,
  );
  const none = { ...data, episodes: [{ row: 11, length: 1 }] };
  await expect(imaginedRows(model, none, { horizon: 1, key: key(0) })).rejects.toThrow(
    /a block must have been recorded/,
  );
  const wild = { ...data, blocks: data.blocks.map((x, i) => (i === 2 ? Number.NaN : x)) };
  await expect(imaginedRows(model, wild, { horizon: 1, key: key(0) })).rejects.toThrow(
    /got NaN for row 3 after 1 blocks/,
  );
});
