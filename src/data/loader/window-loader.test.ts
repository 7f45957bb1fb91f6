import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type ErrorCode, key } from '../../core/index.ts';
import { TOY_SPEC, toyAction, toyEpisodes, toyPixel, toyState } from '../episode-source.law.ts';
import { fitNormaliser, type Normaliser } from '../normaliser.ts';
import { openStore } from '../store/reader.ts';
import { createStore } from '../store/writer.ts';
import { windowStarts } from '../windows.ts';
import { loaderPlan, type WindowLoaderOptions } from './plan.ts';
import { startRing } from './ring.ts';
import { type Batch, windowLoader } from './window-loader.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-loader-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;

function toyStore(lengths: readonly number[], shardBytes = 100): string {
  const dir = join(root, String(count++));
  const writer = createStore(dir, TOY_SPEC, { shardBytes });
  for (const episode of toyEpisodes(lengths)) writer.append(episode);
  writer.close();
  return dir;
}

const LENGTHS = [9, 4, 12, 7, 20, 3];
const dir = toyStore(LENGTHS);
const store = openStore(dir);
afterAll(() => store.close());
const base: WindowLoaderOptions = {
  source: dir,
  episodes: [5, 0, 2, 4],
  frames: 3,
  frameSkip: 2,
  batchSize: 4,
  columns: ['state'],
  key: key(11),
  workers: 0,
};

/** Copies of the contents of `steps` batches. */
function batches(options: WindowLoaderOptions, steps: number): unknown[] {
  const loader = windowLoader(options);
  const seen = Array.from({ length: steps }, () => structuredClone(loader.next()));
  loader.close();
  return seen;
}

const failure = (code: ErrorCode): unknown => expect.objectContaining({ name: 'JepaError', code });

test('every window shows the frames F rows apart, the raw actions between them, and the state at the frames', () => {
  const lastRows = new Set(store.episodes.map(({ row, length }) => row + length - 1));
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(1000),
      fc.constantFrom(0, 2 ** 30),
      (frames, frameSkip, seed, memoryLimitBytes) => {
        const normaliser: Normaliser = { column: 'action', mean: [1, 2], std: [2, 4], rows: 9, constant: [] };
        const options = { ...base, frames, frameSkip, key: key(seed), memoryLimitBytes, normalisers: [normaliser] };
        const loader = windowLoader(options);
        const starts = new Set(windowStarts(store.episodes, base.episodes, options));
        const { pixels, action, columns, rows } = loader.next();
        for (let b = 0; b < 4; b++) {
          const start = rows[b]!;
          expect(starts).toContain(start);
          for (let k = 0; k < frames; k++) {
            const at = b * frames + k;
            const row = start + k * frameSkip;
            expect([...pixels.subarray(at * 6, at * 6 + 6)]).toEqual([0, 1, 2, 3, 4, 5].map((i) => toyPixel(row, i)));
            expect(columns.state![at]).toBe(toyState(row));
            const block = Array.from({ length: frameSkip }, (_, f) => row + f).flatMap((r) =>
              lastRows.has(r) ? [0, 0] : [(toyAction(r)[0] - 1) / 2, (toyAction(r)[1] - 2) / 4],
            );
            expect([...action.subarray(at * frameSkip * 2, (at + 1) * frameSkip * 2)]).toEqual(block);
          }
        }
        loader.close();
      },
    ),
    { numRuns: 40 },
  );
});

test('an epoch shows each window at most once and drops only what does not fill a batch', () => {
  const loader = windowLoader(base);
  const starts = windowStarts(store.episodes, base.episodes, base);
  expect(loader.windows).toBe(starts.length);
  expect(loader.stepsPerEpoch).toBe(Math.floor(starts.length / 4));
  const epochs = [0, 1].map(() => Array.from({ length: loader.stepsPerEpoch }, () => [...loader.next().rows]).flat());
  for (const rows of epochs) {
    expect(new Set(rows).size).toBe(loader.stepsPerEpoch * 4);
    for (const row of rows) expect(starts).toContain(row);
  }
  expect(epochs[0]).not.toEqual(epochs[1]);
  loader.close();
});

test('the batches do not depend on the number of workers, the depth, or where the images are', () => {
  const expected = batches(base, 30);
  for (const workers of [1, 3]) {
    for (const memoryLimitBytes of [0, 2 ** 30]) {
      expect(batches({ ...base, workers, depth: workers + 1, memoryLimitBytes }, 30)).toEqual(expected);
    }
  }
});

test('a loader started at step n continues bit for bit, across epochs', () => {
  const expected = batches(base, 30);
  for (const startStep of [1, 7, 20]) {
    for (const workers of [0, 2]) {
      expect(batches({ ...base, startStep, workers }, 30 - startStep)).toEqual(expected.slice(startStep));
    }
  }
});

test('another key gives another order', () => {
  expect(batches({ ...base, key: key(12) }, 1)).not.toEqual(batches(base, 1));
});

test('the arrays of a batch are ordinary memory of the listed shapes, and are taken back by the next call', () => {
  const loader = windowLoader({ ...base, workers: 1 });
  const first = loader.next();
  expect(first.pixels.buffer).toBeInstanceOf(ArrayBuffer);
  expect(loader.shapes).toEqual({ pixels: [4, 3, 2, 3, 1], action: [4, 3, 4], state: [4, 3, 1] });
  expect([first.pixels.length, first.action.length, first.rows.length]).toEqual([72, 48, 4]);
  loader.next();
  expect([first.pixels.length, first.action.length, first.rows.length]).toEqual([0, 0, 0]);
  loader.close();
});

test('a closed loader says so, whether it has workers or not', () => {
  for (const workers of [0, 1]) {
    const loader = windowLoader({ ...base, workers });
    loader.close();
    expect(() => loader.next()).toThrow(/closed/);
  }
});

test('the share of time spent waiting is between 0 and 1', () => {
  const loader = windowLoader({ ...base, workers: 1 });
  expect(loader.stats()).toEqual({ batches: 0, firstWaitMs: 0, waitMs: 0, totalMs: 0, waitShare: 0 });
  for (let i = 0; i < 5; i++) loader.next();
  const { batches: done, firstWaitMs, waitMs, totalMs, waitShare } = loader.stats();
  expect(done).toBe(5);
  expect(firstWaitMs).toBeLessThanOrEqual(waitMs);
  expect(waitMs).toBeLessThanOrEqual(totalMs);
  expect(waitShare).toBeCloseTo(waitMs / totalMs, 12);
  loader.close();
});

test('a corrupted frame surfaces as a corrupt error: on starting when in memory, in next when read by a worker', () => {
  const bad = toyStore(LENGTHS);
  const file = join(bad, 'pixels-00000.bin');
  const bytes = readFileSync(file);
  bytes[10]! ^= 1; // Episode 0.
  writeFileSync(file, bytes);
  expect(() => windowLoader({ ...base, source: bad })).toThrow(failure('corrupt'));
  for (const workers of [0, 2]) {
    const loader = windowLoader({ ...base, source: bad, memoryLimitBytes: 0, workers });
    const epoch = (): void => {
      for (let i = 0; i < loader.stepsPerEpoch; i++) loader.next();
    };
    expect(epoch).toThrow(/'pixels' of episode 0/);
    expect(() => loader.next()).toThrow(failure('corrupt'));
    loader.close();
  }
});

test('a shard that is cut while it is read surfaces in next', () => {
  const bad = toyStore([40]);
  const loader = windowLoader({ ...base, source: bad, episodes: [0], memoryLimitBytes: 0, workers: 0 });
  loader.next();
  truncateSync(join(bad, 'pixels-00000.bin'), 3);
  expect(() => loader.next()).toThrow(failure('corrupt'));
  loader.close();
});

test('a worker that dies without a word is reported by next', () => {
  const plan = loaderPlan(store, { format: 'jepa-episodes', path: dir }, base);
  const silent = new URL('data:text/javascript,process.exit(3)');
  const ring = startRing(silent, plan, { workers: 2, depth: 2, startStep: 0, stallTimeoutMs: 300 });
  expect(() => ring.take()).toThrow(/worker \d gave no sign of life for 300 ms.*--resume/);
  ring.close();
});

test('what a worker throws is reported by next when the event loop is free', async () => {
  const plan = loaderPlan(store, { format: 'jepa-episodes', path: dir }, base);
  const broken = new URL('data:text/javascript,throw new Error("out of luck")');
  const ring = startRing(broken, plan, { workers: 1, depth: 2, startStep: 0, stallTimeoutMs: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect(() => ring.take()).toThrow(/worker 0 failed: out of luck/);
  ring.close();
});

test('a dataset without actions or images gives empty arrays for them', () => {
  const plain = join(root, 'plain');
  const writer = createStore(plain, { env: 'toy', columns: [{ name: 'state', dtype: 'f32', shape: [1] }] });
  writer.append({ state: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) });
  writer.close();
  const loader = windowLoader({ ...base, source: plain, episodes: [0] });
  const { pixels, action, columns } = loader.next();
  expect([pixels.length, action.length, columns.state?.length]).toEqual([0, 0, 12]);
  loader.close();
});

test('normalised columns use the fitted values', () => {
  const state = fitNormaliser(store, 'state', base.episodes);
  const loader = windowLoader({ ...base, normalisers: [state] });
  const { columns, rows } = loader.next();
  expect(columns.state![0]).toBeCloseTo((toyState(rows[0]!) - state.mean[0]!) / state.std[0]!, 6);
  loader.close();
});

test('wrong options are refused with what must hold', () => {
  const wrong: readonly (readonly [Partial<WindowLoaderOptions>, RegExp])[] = [
    [{ batchSize: 1000 }, /a batch needs 1000 windows/],
    [{ batchSize: 0 }, /batchSize must be an integer of at least 1/],
    [{ workers: -1 }, /workers/],
    [{ startStep: 0.5 }, /startStep/],
    [{ columns: ['stat'] }, /did you mean 'state'/],
    [{ columns: ['label'] }, /'label' must be f32, it is i32/],
    [{ episodes: [99] }, /episodes are 0 to 5, got 99/],
    [{ episodes: [2, 2] }, /each episode must be given once/],
    [{ episodes: [] }, /no episodes were chosen; if they are a part of a split/],
    [{ frames: 50 }, /at least 100 rows/],
    [{ frameSkip: 30 }, /frameSkip 30 need episodes of at least 90 rows, the longest of 4 has 20.*smaller frameSkip/],
    [
      { normalisers: [{ column: 'action', mean: [0], std: [1], rows: 1, constant: [] }] },
      /2 numbers a row, its normaliser 1/,
    ],
  ];
  for (const [options, message] of wrong) expect(() => windowLoader({ ...base, ...options })).toThrow(message);
});

test('the parts of a batch, one after another, are the undivided batch, for any count that divides it', () => {
  const counts = fc.constantFrom(1, 2, 3, 4, 6, 12);
  fc.assert(
    fc.property(
      counts,
      fc.nat(1000),
      fc.nat(8),
      fc.constantFrom(0, 2 ** 30),
      (parts, seed, startStep, memoryLimitBytes) => {
        const options = { ...base, batchSize: 12, key: key(seed), startStep, memoryLimitBytes };
        const whole = windowLoader(options);
        const shares = Array.from({ length: parts }, (_, index) =>
          windowLoader({ ...options, part: { index, count: parts } }),
        );
        for (const { windows, stepsPerEpoch } of shares) {
          expect([windows, stepsPerEpoch]).toEqual([whole.windows, whole.stepsPerEpoch]);
        }
        for (let i = 0; i < 3; i++) {
          const expected = whole.next();
          const got = shares.map((loader) => loader.next());
          const joined = (pick: (batch: Batch) => ArrayLike<number>): number[] =>
            got.flatMap((b) => Array.from(pick(b)));
          expect(joined((b) => b.rows)).toEqual(Array.from(expected.rows));
          expect(joined((b) => b.pixels)).toEqual(Array.from(expected.pixels));
          expect(joined((b) => b.action)).toEqual(Array.from(expected.action));
          expect(joined((b) => b.columns.state!)).toEqual(Array.from(expected.columns.state!));
          expect(got.map((b) => b.rows.length)).toEqual(shares.map(() => 12 / parts));
        }
        for (const loader of [whole, ...shares]) loader.close();
      },
    ),
    { numRuns: 30 },
  );
});

test('a part has the shapes of its share, with workers too', () => {
  const expected = batches(base, 6) as Batch[];
  const loader = windowLoader({ ...base, part: { index: 1, count: 2 }, workers: 2 });
  expect(loader.shapes).toEqual({ pixels: [2, 3, 2, 3, 1], action: [2, 3, 4], state: [2, 3, 1] });
  for (const { rows } of expected) expect([...loader.next().rows]).toEqual([...rows.slice(2)]);
  loader.close();
});

test('a part outside of the count, or a count that does not divide the batch, is refused', () => {
  for (const [index, count] of [
    [2, 2],
    [-1, 2],
    [0, 3],
    [0, 0],
    [0.5, 2],
  ] as const) {
    expect(() => windowLoader({ ...base, part: { index, count } })).toThrow(
      /index in \[0, count\) and count a divisor of batchSize = 4/,
    );
  }
});
