// What a loader's filling code needs, as plain data that can be posted to a worker: the windows, the columns in memory,
// and how one batch lies in bytes. Large parts are SharedArrayBuffers, so that all workers see one copy.

import { JepaError, type Key } from '../../core/index.ts';
import {
  ACTION,
  asBytes,
  type Column,
  columnArray,
  columnOf,
  type EpisodeSpan,
  PIXELS,
  rowBytes,
  rowSize,
} from '../episode.ts';
import type { EpisodeLocation, EpisodeReader } from '../formats/format.ts';
import { type Normaliser, normalise } from '../normaliser.ts';
import { type WindowShape, windowStarts } from '../windows.ts';
import type { LoaderThreads } from './slots.ts';

/** One of several readers that share every batch: reader `index` of `count` takes the windows [index, index + 1) B / count. */
export interface LoaderPart {
  readonly index: number;
  readonly count: number;
}

/** What to load, in which order, and how. */
export interface WindowLoaderOptions extends WindowShape, LoaderThreads {
  /** Where the episodes lie: a path whose format is recognised, or a location. */
  readonly source: string | EpisodeLocation;
  /** Indices of the episodes to draw windows from (one part of a split). */
  readonly episodes: readonly number[];
  /** Windows per batch (B); an epoch's last, smaller batch is dropped. */
  readonly batchSize: number;
  /**
   * This reader's part of each batch (default 0 of 1, the whole). The parts of all readers, one after another, are the
   * undivided batch.
   */
  readonly part?: LoaderPart;
  /** f32 columns to load beside `pixels` and `action` (default none). */
  readonly columns?: readonly string[];
  /** Normalisers of `action` and of other columns; a column without one is loaded raw. */
  readonly normalisers?: readonly Normaliser[];
  /** Names the order of the windows. */
  readonly key: Key;
  /** Images are kept in memory when those of the chosen episodes take at most this (default 1 GiB), else read from disk. */
  readonly memoryLimitBytes?: number;
}

/** One column of a batch: `byteLength` bytes from `offset` in a slot. */
export interface PlanColumn {
  readonly column: Column;
  /** `frames`: the rows at the T frames; `block`: all T F rows of the window (actions). */
  readonly rows: 'frames' | 'block';
  /** Rows of the chosen episodes one after another, normalised; null when they are read from disk. */
  readonly memory: SharedArrayBuffer | null;
  readonly offset: number;
  readonly byteLength: number;
}

/** Everything that determines the content of every batch. */
export interface LoaderPlan extends WindowShape {
  readonly source: EpisodeLocation;
  /** Windows of an undivided batch. */
  readonly batchSize: number;
  /** The windows of it that are loaded: `size` from `first`. */
  readonly part: { readonly first: number; readonly size: number };
  readonly key: Key;
  readonly columns: readonly PlanColumn[];
  /** Per window its first row in the dataset, and in the columns that are in memory (Int32). */
  readonly starts: SharedArrayBuffer;
  readonly memoryStarts: SharedArrayBuffer;
  /** Byte offset of the window rows (Int32) in a slot, and the length of a slot. */
  readonly rowsOffset: number;
  readonly slotBytes: number;
}

const ALIGN = 64;

function shared(bytes: ArrayBufferView): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.byteLength);
  new Uint8Array(buffer).set(asBytes(bytes));
  return buffer;
}

/** Loads a column of the chosen episodes, checksums verified; vectors are normalised and a missing action becomes 0. */
function loadColumn(
  source: EpisodeReader,
  column: Column,
  chosen: readonly number[],
  totalRows: number,
  normaliser: Normaliser | undefined,
): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(totalRows * rowBytes(column));
  const all = columnArray(column, totalRows, buffer);
  let row = 0;
  for (const index of chosen) {
    const { row: first, length } = source.episodes[index]!;
    const rows = all.subarray(row * rowSize(column), (row + length) * rowSize(column));
    if (source.readEpisode === undefined) source.read(column.name, first, length, rows);
    else source.readEpisode(column.name, index, rows);
    if (rows instanceof Float32Array) {
      if (normaliser !== undefined) normalise(normaliser, rows, rows);
      if (column.name === ACTION) for (let i = 0; i < rows.length; i++) if (Number.isNaN(rows[i]!)) rows[i] = 0;
    }
    row += length;
  }
  return buffer;
}

/** The columns that a loader serves: `pixels` and `action` where the dataset has them, then the asked ones. */
function servedColumns({ spec }: EpisodeReader, asked: readonly string[]): Column[] {
  const has = (name: string): boolean => spec.columns.some((c) => c.name === name);
  const names = [PIXELS, ACTION].filter(has);
  for (const name of asked) if (!names.includes(name)) names.push(name);
  return names.map((name) => {
    const column = columnOf(spec, name);
    const wanted = name === PIXELS ? 'u8' : 'f32';
    if (column.dtype !== wanted) {
      throw new JepaError('usage', `windowLoader: column '${name}' must be ${wanted}, it is ${column.dtype}`, { name });
    }
    return column;
  });
}

/** Refuses impossible counts, and normalisers that do not fit their column; those of columns not served are not used. */
function checkOptions(options: WindowLoaderOptions, { spec }: EpisodeReader): void {
  const atLeast = { batchSize: 1, startStep: 0, workers: 0, depth: 1, memoryLimitBytes: 0, stallTimeoutMs: 1 } as const;
  for (const [name, least] of Object.entries(atLeast)) {
    const value = options[name as keyof typeof atLeast];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
      throw new JepaError('usage', `windowLoader: ${name} must be an integer of at least ${least}, got ${value}`, {
        name,
      });
    }
  }
  if (new Set(options.episodes).size !== options.episodes.length) {
    throw new JepaError('usage', 'windowLoader: each episode must be given once', { episodes: options.episodes });
  }
  for (const { column, mean } of options.normalisers ?? []) {
    const size = rowSize(columnOf(spec, column));
    if (mean.length !== size) {
      throw new JepaError(
        'shape',
        `windowLoader: column '${column}' has ${size} numbers a row, its normaliser ${mean.length}; fit it on this dataset`,
        { column },
      );
    }
  }
}

/** The windows of a batch that a part takes. Errors: `usage` for an impossible part, or when a batch cannot be shared evenly. */
function windowsOfPart(batchSize: number, { index, count }: LoaderPart): LoaderPlan['part'] {
  const whole = Number.isSafeInteger(count) && count >= 1 && Number.isSafeInteger(index);
  if (!whole || index < 0 || index >= count || batchSize % count !== 0) {
    throw new JepaError(
      'usage',
      `windowLoader: part must be { index, count } with index in [0, count) and count a divisor of batchSize = ${batchSize}, ` +
        `got ${index} of ${count}`,
      { part: { index, count }, batchSize },
    );
  }
  const size = batchSize / count;
  return { first: index * size, size };
}

/**
 * Lays out a loader over the episodes of `store`, which lie at `source`: cuts the windows, loads what fits in memory,
 * places the columns in a slot.
 */
export function loaderPlan(store: EpisodeReader, source: EpisodeLocation, options: WindowLoaderOptions): LoaderPlan {
  const { frames, frameSkip, batchSize, key, episodes: chosen } = options;
  const { columns: asked = [], normalisers = [], memoryLimitBytes = 2 ** 30 } = options;
  const columns = servedColumns(store, asked);
  checkOptions(options, store);
  const part = windowsOfPart(batchSize, options.part ?? { index: 0, count: 1 });

  const starts = windowStarts(store.episodes, chosen, options);
  if (starts.length < batchSize) {
    throw new JepaError(
      'data',
      `windowLoader: a batch needs ${batchSize} windows, the ${chosen.length} episodes hold ${starts.length}; ` +
        'use a smaller batch or more episodes',
      { windows: starts.length, batchSize },
    );
  }
  const spans = chosen.map((index) => store.episodes[index]!);
  const totalRows = spans.reduce((sum, { length }) => sum + length, 0);
  let row = 0;
  const inMemory: EpisodeSpan[] = spans.map(({ length }) => {
    const span = { row, length };
    row += length;
    return span;
  });
  const memoryStarts = windowStarts(inMemory, [...inMemory.keys()], options);

  let at = 0;
  const place = (byteLength: number): number => {
    const offset = at;
    at = Math.ceil((at + byteLength) / ALIGN) * ALIGN;
    return offset;
  };
  const placed = columns.map((column): PlanColumn => {
    const rows = column.name === ACTION ? 'block' : 'frames';
    const byteLength = part.size * frames * (rows === 'block' ? frameSkip : 1) * rowBytes(column);
    const fits = column.dtype === 'f32' || totalRows * rowBytes(column) <= memoryLimitBytes;
    const normaliser = normalisers.find((n) => n.column === column.name);
    const memory = fits ? loadColumn(store, column, chosen, totalRows, normaliser) : null;
    return { column, rows, memory, offset: place(byteLength), byteLength };
  });
  const rowsOffset = place(4 * part.size);
  return {
    source,
    frames,
    frameSkip,
    batchSize,
    part,
    key,
    columns: placed,
    starts: shared(starts),
    memoryStarts: shared(memoryStarts),
    rowsOffset,
    slotBytes: at,
  };
}
