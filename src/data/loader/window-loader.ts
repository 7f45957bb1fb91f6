// The loader: batches of windows, prepared by worker threads while the trainer computes.
//
// B batch, T frames, F frame skip, A action dimension, H W C image.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { JepaError } from '../../core/index.ts';
import { ACTION, PIXELS, rowSize } from '../episode.ts';
import { openStore } from '../store/reader.ts';
import { filler, stepsPerEpoch } from './fill.ts';
import { type LoaderPlan, loaderPlan, type PlanColumn, type WindowLoaderOptions } from './plan.ts';
import { type Ring, startRing } from './ring.ts';

/**
 * One batch. Its arrays belong to the loader and are valid until the next call of `next`, which takes them back (arrays
 * kept from a worker's batch are then empty). They are ordinary memory, so that they can be fed to a session as they are.
 */
export interface Batch {
  readonly step: number;
  /** [B, T, H, W, C], raw bytes; empty when the dataset has no images. */
  readonly pixels: Uint8Array;
  /** [B, T, F A], normalised, the missing action after an episode's last frame 0; empty when there are no actions. */
  readonly action: Float32Array;
  /** The other asked columns by name, each [B, T, D] at the frames, normalised where there is a normaliser. */
  readonly columns: Readonly<Record<string, Float32Array>>;
  /** [B], each window's first row in the dataset. */
  readonly rows: Int32Array;
}

/**
 * How long the trainer waited for data: `waitMs` of the `totalMs` since the first call of `next`, and the share of the
 * two. `firstWaitMs` is the part of it that the first batch took (starting the workers).
 */
export interface LoaderStats {
  readonly batches: number;
  readonly firstWaitMs: number;
  readonly waitMs: number;
  readonly totalMs: number;
  readonly waitShare: number;
}

/** A running loader; `close` it. */
export interface WindowLoader {
  /** Number of windows, and batches in an epoch: floor(windows / B). */
  readonly windows: number;
  readonly stepsPerEpoch: number;
  /** Shapes of the arrays of a batch, by column name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Whether the images are in memory; otherwise they are read from disk. */
  readonly imagesInMemory: boolean;
  /**
   * The batch of the next step; blocks the thread until it is ready.
   *
   * Errors: `corrupt` when an episode fails its checksum, `io` when the disk fails, `runtime` when a worker died.
   */
  next(): Batch;
  stats(): LoaderStats;
  close(): void;
}

/** The compiled worker module: workers cannot load TypeScript on Node 20, so from the sources the build's is used. */
function workerUrl(): URL {
  const url = import.meta.url.endsWith('.ts')
    ? new URL('../../../dist/src/data/loader/worker.js', import.meta.url)
    : new URL('./worker.js', import.meta.url);
  if (!existsSync(fileURLToPath(url))) {
    throw new JepaError(
      'runtime',
      `windowLoader: the worker module ${fileURLToPath(url)} is missing; run npm run build`,
    );
  }
  return url;
}

/** Fills batches in the calling thread. */
function inThread(plan: LoaderPlan, startStep: number): Ring {
  const { fill, close } = filler(plan);
  const buffer = new ArrayBuffer(plan.slotBytes);
  let step = startStep;
  let closed = false;
  return {
    take() {
      if (closed) throw new JepaError('usage', 'the loader is closed; make a new one');
      fill(step++, new Uint8Array(buffer));
      return buffer;
    },
    close() {
      closed = true;
      close();
    },
  };
}

/** The arrays of a batch as views of its buffer. */
function batchViews(plan: LoaderPlan): (buffer: ArrayBuffer) => Omit<Batch, 'step'> {
  const named = (name: string): PlanColumn | undefined => plan.columns.find((c) => c.column.name === name);
  const pixels = named(PIXELS);
  const action = named(ACTION);
  const others = plan.columns.filter((c) => c !== pixels && c !== action);
  return (buffer) => {
    const floats = (c: PlanColumn | undefined): Float32Array =>
      new Float32Array(buffer, c?.offset, (c?.byteLength ?? 0) / 4);
    return {
      pixels: new Uint8Array(buffer, pixels?.offset, pixels?.byteLength ?? 0),
      action: floats(action),
      columns: Object.fromEntries(others.map((c) => [c.column.name, floats(c)])),
      rows: new Int32Array(buffer, plan.rowsOffset, plan.batchSize),
    };
  };
}

function batchShapes(plan: LoaderPlan): Record<string, readonly number[]> {
  const { batchSize, frames, frameSkip } = plan;
  const shapes = plan.columns.map(({ column, rows }): [string, readonly number[]] => {
    if (rows === 'block') return [column.name, [batchSize, frames, frameSkip * rowSize(column)]];
    return [column.name, [batchSize, frames, ...(column.name === PIXELS ? column.shape : [rowSize(column)])]];
  });
  return Object.fromEntries(shapes);
}

/**
 * Starts a loader over the windows of the chosen episodes.
 *
 * Each epoch permutes all windows; batch `step` depends on `key` and `step` only, not on the number of workers nor on
 * where the loader started, so that a resumed run sees the batches that an uninterrupted one would have seen.
 *
 * Errors: those of `openStore` and `windowStarts`; `data` when there are fewer windows than a batch needs; `corrupt` when
 * what is loaded into memory fails its checksum; `usage` and `shape` for wrong options.
 *
 * @example
 * const loader = windowLoader({ dir, episodes: split.train, frames: 4, frameSkip: 5, batchSize: 128, normalisers: [action], key: key(0) });
 * for (let i = 0; i < 1000; i++) train(loader.next());
 * console.log(loader.stats().waitShare);
 * loader.close();
 */
export function windowLoader(options: WindowLoaderOptions): WindowLoader {
  const { workers = 1, depth = 4, startStep = 0, stallTimeoutMs = 60_000 } = options;
  const store = openStore(options.dir);
  let plan: LoaderPlan;
  try {
    plan = loaderPlan(store, options);
  } finally {
    store.close();
  }
  const ring =
    workers === 0
      ? inThread(plan, startStep)
      : startRing(workerUrl(), plan, { workers, depth, startStep, stallTimeoutMs });

  const views = batchViews(plan);
  let batches = 0;
  let waitMs = 0;
  let startMs = 0;
  let firstWaitMs = 0;
  let lastMs = 0;
  return {
    windows: plan.starts.byteLength / 4,
    stepsPerEpoch: stepsPerEpoch(plan),
    shapes: batchShapes(plan),
    imagesInMemory: plan.columns.some((c) => c.column.name === PIXELS && c.memory !== null),
    next() {
      const before = performance.now();
      if (batches === 0) startMs = before;
      const batch = views(ring.take());
      lastMs = performance.now();
      waitMs += lastMs - before;
      if (batches === 0) firstWaitMs = waitMs;
      return { step: startStep + batches++, ...batch };
    },
    stats() {
      const totalMs = batches === 0 ? 0 : lastMs - startMs;
      return { batches, firstWaitMs, waitMs, totalMs, waitShare: totalMs === 0 ? 0 : waitMs / totalMs };
    },
    close: () => ring.close(),
  };
}
