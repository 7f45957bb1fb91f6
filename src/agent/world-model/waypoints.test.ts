// Legend: D embedding width, A numbers per block, B samples, W waypoints, K blocks of the longest chunk.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { memorySource, type Normaliser } from '../../data/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { oscillator, oscillatorValues } from './oscillator.law.ts';
import { type EmbeddedEpisodes, embedEpisodes, goalPairs, type WaypointOptions, waypointBatches } from './waypoints.ts';
import { worldModel } from './world-model.ts';

const model = worldModel(oscillator, oscillatorValues, runtime);

/** Embeddings that say where they are from (episode, row), and blocks that hold the number of their row. */
function labelled(lengths: readonly number[]): EmbeddedEpisodes {
  let row = 0;
  const episodes = lengths.map((length) => {
    row += length;
    return { row: row - length, length };
  });
  const z = Float32Array.from(episodes.flatMap(({ length }, e) => Array.from({ length }, (_, t) => [e, t]).flat()));
  return { z, blocks: Float32Array.from({ length: row }, (_, i) => i), episodes };
}
const data = labelled([9, 2, 1, 6, 12]);
const options: WaypointOptions = { batch: 200, waypoints: 3, maxBlocks: 4, key: key(1) };

/** The chunks of a batch: for each its start (episode, row), the numbers of its blocks, and what pads it. */
function jumpsOf(o: WaypointOptions, from: EmbeddedEpisodes = data, step = 0) {
  const { z, chunks } = waypointBatches(from, o)(step);
  const [W, K] = [o.waypoints, o.maxBlocks];
  return Array.from({ length: o.batch * (W - 1) }, (_, i) => {
    const at = (Math.floor(i / (W - 1)) * W + (i % (W - 1))) * 2;
    const rows = Array.from({ length: K }, (_r, k) => chunks.subarray((i * K + k) * 2, (i * K + k + 1) * 2));
    const real = rows.filter((r) => r[1] === 1);
    return {
      here: [z[at]!, z[at + 1]!] as const,
      next: [z[at + 2]!, z[at + 3]!] as const,
      blocks: real.map((r) => r[0]!),
      padding: rows.slice(real.length).flatMap((r) => [...r]),
    };
  });
}

test('waypoints of a sample follow each other in one episode, and a chunk is what was done between them', () => {
  const seen = new Set<number>();
  for (const { here, next, blocks, padding } of jumpsOf(options)) {
    seen.add(here[0]);
    expect(next[0]).toBe(here[0]);
    expect(next[1] - here[1]).toBe(blocks.length);
    expect(blocks.length).toBeGreaterThanOrEqual(1);
    const first = data.episodes[here[0]]!.row + here[1];
    expect(blocks).toEqual(blocks.map((_, k) => first + k));
    expect(padding.every((x) => x === 0)).toBe(true);
  }
  // Episodes of two and of one row have no room for three waypoints.
  expect([...seen].sort()).toEqual([0, 3, 4]);
});

test('gaps of every length are drawn, or of one length when asked', () => {
  const lengths = (o: WaypointOptions) => [...new Set(jumpsOf(o).map((j) => j.blocks.length))].sort();
  expect(lengths(options)).toEqual([1, 2, 3, 4]);
  expect(lengths({ ...options, minBlocks: 3, maxBlocks: 3 })).toEqual([3]);
});

test('an episode of exactly the needed length gives its one sample', () => {
  const jumps = jumpsOf({ ...options, batch: 2, minBlocks: 4 }, labelled([9, 8]));
  expect(jumps.map((j) => j.here)).toEqual([
    [0, 0],
    [0, 4],
    [0, 0],
    [0, 4],
  ]);
});

test('a step gives the same batch whenever it is asked, and another than other steps', () => {
  const batches = waypointBatches(data, options);
  const third = batches(3);
  batches(7);
  expect(batches(3)).toEqual(third);
  expect(batches(4).z).not.toEqual(third.z);
});

test('episodes that are too short, and sizes that cannot be, are refused', () => {
  expect(() => waypointBatches(labelled([2, 2]), options)).toThrow(
    /3 of them at least 1 blocks apart need an episode of 2 blocks, the longest of 2 has 1/,
  );
  expect(() => waypointBatches({ z: data.z, blocks: data.blocks, episodes: [] }, options)).toThrow(
    /the longest of 0 has 0/,
  );
  expect(() => waypointBatches(data, { ...options, waypoints: 1 })).toThrow(/waypoints must be .* at least 2, got 1/);
  expect(() => waypointBatches(data, { ...options, minBlocks: 5 })).toThrow(/maxBlocks must be .* at least 5, got 4/);
});

const columns = [
  { name: 'state', dtype: 'f32', shape: [2] },
  { name: 'action', dtype: 'f32', shape: [1] },
] as const;
const episode = (length: number, offset: number) => ({
  state: Float32Array.from({ length: 2 * length }, (_, i) => offset + i),
  action: Float32Array.from({ length }, (_, t) => (t === length - 1 ? Number.NaN : offset + t)),
});
const source = memorySource({ env: 'oscillator', columns }, [episode(5, 100), episode(3, 200), episode(4, 300)]);
const actions: Normaliser = { column: 'action', mean: [1], std: [2], rows: 9, constant: [] };

test('chosen episodes are embedded row by row, with normalised actions between the rows', async () => {
  const { z, blocks, episodes } = await embedEpisodes(model, source, { episodes: [2, 0], frameSkip: 1, actions });
  expect(episodes).toEqual([
    { row: 0, length: 4 },
    { row: 4, length: 5 },
  ]);
  expect([...z.subarray(0, 8)]).toEqual([300, 301, 302, 303, 304, 305, 306, 307]);
  expect([...z.subarray(8)]).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
  const z1 = (action: number) => (action - 1) / 2;
  expect([...blocks]).toEqual([300, 301, 302].map(z1).concat(0, [100, 101, 102, 103].map(z1), 0));
});

test('with a frame skip, rows between are passed over and their actions make one block', async () => {
  const two = worldModel({ ...oscillator, actionDim: 2 }, oscillatorValues, runtime);
  const { z, blocks, episodes } = await embedEpisodes(two, source, { episodes: [0, 2], frameSkip: 2, actions });
  // Five rows give frames 0, 2, 4; four rows give 0 and 2.
  expect(episodes.map((e) => e.length)).toEqual([3, 2]);
  expect([...z]).toEqual([100, 101, 104, 105, 108, 109, 300, 301, 304, 305]);
  expect([...blocks]).toEqual([49.5, 50, 50.5, 51, 0, 0, 149.5, 150, 0, 0]);
  await expect(embedEpisodes(model, source, { episodes: [0], frameSkip: 2, actions })).rejects.toThrow(
    /a block of oscillator has 1 numbers, got frameSkip 2 x 1/,
  );
  await expect(embedEpisodes(model, source, { episodes: [3], frameSkip: 1, actions })).rejects.toThrow(/0 to 2, got 3/);
});

test('goal pairs are a row, a later one of its episode, and the block taken at the first', () => {
  const { embeddings, blocks } = goalPairs(data, { batch: 300, maxDistance: 3, key: key(2) })(0);
  const distances = new Set<number>();
  for (let b = 0; b < 300; b++) {
    const [e, t, later, at] = embeddings.subarray(4 * b, 4 * b + 4) as unknown as [number, number, number, number];
    expect(later).toBe(e);
    expect(blocks[b]).toBe(data.episodes[e]!.row + t);
    distances.add(at - t);
  }
  expect([...distances].sort()).toEqual([1, 2, 3]);
});

test('pairs say how many blocks are between their ends where it is asked for, and are the same otherwise', () => {
  const drawn = { batch: 300, maxDistance: 3, key: key(2) };
  const { left, ...pairs } = goalPairs(data, { ...drawn, withLeft: true })(4);
  expect(pairs).toEqual(goalPairs(data, drawn)(4));
  const { embeddings: z } = pairs;
  expect([...left!]).toEqual(Array.from({ length: 300 }, (_, b) => z[4 * b + 3]! - z[4 * b + 1]!));
  expect(new Set(left)).toEqual(new Set([1, 2, 3]));
});
