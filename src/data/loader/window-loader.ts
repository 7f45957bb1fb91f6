// The loader: batches of windows, prepared by worker threads while the trainer computes.
//
// B windows of a batch, or of this reader's part of it, T frames, F frame skip, A action dimension, H W C image.

import { ACTION, PIXELS, rowSize } from '../episode.ts';
import { locateEpisodes, openEpisodes } from '../formats/registry.ts';
import { filler, stepsPerEpoch } from './fill.ts';
import { type LoaderPlan, loaderPlan, type PlanColumn, type WindowLoaderOptions } from './plan.ts';
import { type LoaderStats, slotSource } from './slots.ts';

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

/** A running loader; `close` it. */
export interface WindowLoader {
  /** Number of windows, and batches in an epoch: floor(windows / batchSize), whatever the part. */
  readonly windows: number;
  readonly stepsPerEpoch: number;
  /** Shapes of the arrays of a batch, by column name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Whether the images are in memory; otherwise they are read from disk. */
  readonly imagesInMemory: boolean;
  /**
   * The batch of the next step; blocks the thread until it is ready.
   *
   * Errors: `corrupt` when what is read fails its checksum, `io` when the disk fails, `runtime` when a worker died.
   */
  next(): Batch;
  stats(): LoaderStats;
  close(): void;
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
      rows: new Int32Array(buffer, plan.rowsOffset, plan.part.size),
    };
  };
}

function batchShapes(plan: LoaderPlan): Record<string, readonly number[]> {
  const { part, frames, frameSkip } = plan;
  const shapes = plan.columns.map(({ column, rows }): [string, readonly number[]] => {
    if (rows === 'block') return [column.name, [part.size, frames, frameSkip * rowSize(column)]];
    return [column.name, [part.size, frames, ...(column.name === PIXELS ? column.shape : [rowSize(column)])]];
  });
  return Object.fromEntries(shapes);
}

/**
 * Starts a loader over the windows of the chosen episodes.
 *
 * Each epoch permutes all windows; batch `step` depends on `key` and `step` only, not on the number of workers nor on
 * where the loader started, so that a resumed run sees the batches that an uninterrupted one would have seen.
 *
 * Errors: those of `openEpisodes` and `windowStarts`; `data` when there are fewer windows than a batch needs; `corrupt` when
 * what is loaded into memory fails its checksum; `usage` and `shape` for wrong options.
 *
 * @example
 * const loader = windowLoader({ source: 'data/two-room', episodes: split.train, frames: 4, frameSkip: 5, batchSize: 128, normalisers: [action], key: key(0) });
 * for (let i = 0; i < 1000; i++) train(loader.next());
 * console.log(loader.stats().waitShare);
 * loader.close();
 */
export function windowLoader(options: WindowLoaderOptions): WindowLoader {
  const { startStep = 0 } = options;
  const location = locateEpisodes(options.source);
  const store = openEpisodes(location);
  let plan: LoaderPlan;
  try {
    plan = loaderPlan(store, location, options);
  } finally {
    store.close();
  }
  const slots = slotSource({ module: 'data/loader/worker.js', plan, filler, ...options });
  const views = batchViews(plan);
  let batches = 0;
  return {
    windows: plan.starts.byteLength / 4,
    stepsPerEpoch: stepsPerEpoch(plan),
    shapes: batchShapes(plan),
    imagesInMemory: plan.columns.some((c) => c.column.name === PIXELS && c.memory !== null),
    next: () => {
      const batch = views(slots.take());
      return { step: startStep + batches++, ...batch };
    },
    stats: slots.stats,
    close: slots.close,
  };
}
