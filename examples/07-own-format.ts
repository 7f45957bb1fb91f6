// Episodes in a format of your own: `07-own-format-lines.js` reads folders of JSON lines, in thirty lines. Registered by its
// URL it is recognised by `openEpisodes`, and the loader's threads read it as they read our own store: the batches are equal.
// Run with `npx jiti examples/07-own-format.ts`; ends with "ok" when everything it claims is true.

import { deepEqual, ok } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { key, stream } from 'jepa/core';
import { type DatasetSpec, fitNormaliser, splitEpisodes } from 'jepa/data';
import {
  type Batch,
  compareDataset,
  createStore,
  datasetFingerprint,
  openEpisodes,
  registerFormat,
  windowLoader,
} from 'jepa/data/node';

const folder = mkdtempSync(join(tmpdir(), 'jepa-example-'));
try {
  // 1. Recordings as another program might leave them: a ball that is pushed along a line, and a store of the same.
  const path = join(folder, 'recordings');
  const spec: DatasetSpec = {
    env: 'line',
    columns: [
      { name: 'pixels', dtype: 'u8', shape: [1, 32, 1] },
      { name: 'action', dtype: 'f32', shape: [1] },
      { name: 'state', dtype: 'f32', shape: [1] },
    ],
  };
  const lengths = [20, 35, 28, 40, 24];
  mkdirSync(path);
  const store = createStore(join(folder, 'store'), spec);
  const random = stream(key(0));
  for (const [index, length] of lengths.entries()) {
    let at = 16;
    const rows = Array.from({ length }, (_, t) => {
      const push = t + 1 < length ? Math.fround(random.uniform() * 2 - 1) : null;
      const pixels = Array.from({ length: 32 }, (_, x) => (x === Math.round(at) ? 255 : 0));
      const row = { pixels, action: push === null ? null : [push], state: [Math.fround(at)] };
      at = Math.min(Math.max(at + (push ?? 0), 0), 31);
      return row;
    });
    writeFileSync(join(path, `episode-${index}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    store.append({
      pixels: Uint8Array.from(rows.flatMap((row) => row.pixels)),
      action: Float32Array.from(rows.flatMap((row) => row.action ?? [Number.NaN])),
      state: Float32Array.from(rows.flatMap((row) => row.state)),
    });
  }
  store.close();
  writeFileSync(join(path, 'spec.json'), JSON.stringify({ ...spec, lengths }));

  // 2. The format is made known, and recognised.
  await registerFormat(new URL('./07-own-format-lines.js', import.meta.url), 'lines');
  const source = openEpisodes(path);
  console.log(`${source.episodes.length} episodes, ${source.rows} rows`);
  ok(source.rows === 147);

  // 3. Everything that takes a store takes it: split, normaliser, fingerprint.
  const split = splitEpisodes(source.episodes.length, { train: 0.8, val: 0.2, test: 0 }, key(1));
  const action = fitNormaliser(source, 'action', split.train);
  const own = openEpisodes(join(folder, 'store'));
  deepEqual(compareDataset(datasetFingerprint(source), own).kind, 'same');
  own.close();
  source.close();

  // 4. And the loader's threads do.
  const take = (from: string, workers: number): Omit<Batch, 'columns'>[] => {
    const loader = windowLoader({
      source: from,
      episodes: split.train,
      frames: 3,
      frameSkip: 2,
      batchSize: 8,
      normalisers: [action],
      key: key(2),
      workers,
      memoryLimitBytes: 0, // so that the threads read, too
    });
    const batches = Array.from({ length: 20 }, () => structuredClone(loader.next()));
    loader.close();
    return batches;
  };
  const expected = take(join(folder, 'store'), 0);
  for (const workers of [0, 2]) deepEqual(take(path, workers), expected);
  console.log(`${expected.length} batches of ${expected[0]?.rows.length} windows equal those from a store`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log('ok');
