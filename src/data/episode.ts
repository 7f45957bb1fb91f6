// Episodes: what one recorded run of an environment is, and the contract by which everything reads them.
//
// A dataset is a table. Each row is one time step; the rows of an episode follow each other; a column is one quantity
// (`pixels`, `action`, `state`) with a fixed dtype and shape per row. Row t of `action` is the action taken FROM the
// observation of row t, so the last row of an episode has none and holds NaN.
// Source: the column conventions of stable-worldmodel (data/format.py, world.py).

import { JepaError, unknownName } from '../core/index.ts';

/** Element type of a column: images are `u8`, real vectors `f32`, labels and counters `i32`. */
export type ColumnDType = 'u8' | 'f32' | 'i32';

/** The elements of some rows of a column, row-major; which of the three follows from the column's dtype. */
export type ColumnArray = Uint8Array | Float32Array | Int32Array;

/** One quantity of a dataset: `shape` is that of a single row (`[64, 64, 3]` for an image, `[2]` for an action). */
export interface Column {
  readonly name: string;
  readonly dtype: ColumnDType;
  readonly shape: readonly number[];
}

/**
 * What a dataset holds: the environment's id, its columns, the rate of its rows, and free metadata (policy, seed,
 * factors). An image column is `u8` of shape [height, width, channels], which is where the image size stands.
 */
export interface DatasetSpec {
  readonly env: string;
  readonly columns: readonly Column[];
  readonly frameRateHz?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Where an episode lies in the table: `length` rows from `row`. */
export interface EpisodeSpan {
  readonly row: number;
  readonly length: number;
}

/** One episode as it is appended: per column `length` rows, row-major, of the column's dtype. */
export type EpisodeData = Readonly<Record<string, ColumnArray>>;

/**
 * A readable table of episodes. Laws (`episode-source.law.ts`): spans are consecutive from row 0, `rows` is the sum of
 * their lengths, and `read` returns what was appended, for any range of rows, across episodes too.
 */
export interface EpisodeSource {
  readonly spec: DatasetSpec;
  readonly episodes: readonly EpisodeSpan[];
  readonly rows: number;
  /** Rows [row, row + count) of a column, into `out` when given. Errors: `usage` for an unknown column or range. */
  read(column: string, row: number, count: number, out?: ColumnArray): ColumnArray;
}

/** The column of images. */
export const PIXELS = 'pixels';
/** The column of actions; the only one whose last row of an episode may be NaN. */
export const ACTION = 'action';

/** Number of elements of one row of the column. */
export function rowSize(column: Column): number {
  return column.shape.reduce((a, b) => a * b, 1);
}

/** Bytes of one row of the column. */
export function rowBytes(column: Column): number {
  return rowSize(column) * (column.dtype === 'u8' ? 1 : 4);
}

/** A new array of the column's dtype for `count` rows, zeros; over `buffer` when given. */
export function columnArray(column: Column, count: number, buffer?: ArrayBufferLike): ColumnArray {
  const size = count * rowSize(column);
  const storage = buffer ?? new ArrayBuffer(count * rowBytes(column));
  if (column.dtype === 'u8') return new Uint8Array(storage, 0, size);
  return column.dtype === 'f32' ? new Float32Array(storage, 0, size) : new Int32Array(storage, 0, size);
}

/** The bytes of a typed array, viewed. */
export function asBytes(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Whether `array` is the typed array of this dtype. */
export function hasDType(array: unknown, dtype: ColumnDType): array is ColumnArray {
  if (dtype === 'u8') return array instanceof Uint8Array;
  return dtype === 'f32' ? array instanceof Float32Array : array instanceof Int32Array;
}

/** The column of that name. Errors: `usage` for an unknown name, with the known ones. */
export function columnOf(spec: DatasetSpec, name: string): Column {
  const column = spec.columns.find((c) => c.name === name);
  if (column === undefined) {
    throw unknownName(
      `column of dataset ${spec.env}`,
      name,
      spec.columns.map((c) => c.name),
    );
  }
  return column;
}

/** The index of the episode that holds `row`, a row of the table (binary search over the spans). */
export function episodeOfRow(episodes: readonly EpisodeSpan[], row: number): number {
  let low = 0;
  let high = episodes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (episodes[middle]!.row <= row) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Refuses rows outside of the table. Errors: `usage`. */
export function checkRows(source: { readonly rows: number }, column: string, row: number, count: number): void {
  if (Number.isInteger(row) && Number.isInteger(count) && row >= 0 && count >= 0 && row + count <= source.rows) return;
  throw new JepaError('usage', `read ${column}: rows must lie in [0, ${source.rows}), got ${count} rows from ${row}`, {
    column,
    row,
    count,
    rows: source.rows,
  });
}

/** `out` when it fits `count` rows of the column, a new array when it is absent. Errors: `shape`. */
export function outputFor(column: Column, count: number, out: ColumnArray | undefined): ColumnArray {
  if (out === undefined) return columnArray(column, count);
  const size = count * rowSize(column);
  if (!hasDType(out, column.dtype) || out.length !== size) {
    throw new JepaError(
      'shape',
      `read ${column.name}: out must hold ${size} ${column.dtype} numbers (${count} rows of [${column.shape}]), ` +
        `got ${out.length} in a ${out.constructor.name}`,
      { column: column.name, count },
    );
  }
  return out;
}

/** Rows of an f32 column. Errors: `usage` when the column has another dtype. */
export function readF32(source: EpisodeSource, column: string, row: number, count: number): Float32Array {
  const rows = source.read(column, row, count);
  if (rows instanceof Float32Array) return rows;
  throw new JepaError('usage', `column '${column}' must be f32, it is ${columnOf(source.spec, column).dtype}`, {
    column,
  });
}

/** Rows of a u8 column (images). Errors: `usage` when the column has another dtype. */
export function readU8(source: EpisodeSource, column: string, row: number, count: number): Uint8Array {
  const rows = source.read(column, row, count);
  if (rows instanceof Uint8Array) return rows;
  throw new JepaError('usage', `column '${column}' must be u8, it is ${columnOf(source.spec, column).dtype}`, {
    column,
  });
}

/**
 * Refuses a spec without columns, with a column name given twice or unfit for a file name, or with an impossible shape.
 * Errors: `usage`, naming the column.
 */
export function checkSpec(spec: DatasetSpec): void {
  const refuse = (problem: string): never => {
    throw new JepaError('usage', `dataset ${spec.env}: ${problem}`, { env: spec.env });
  };
  if (spec.columns.length === 0) refuse('it must have at least one column');
  const names = new Set<string>();
  for (const { name, dtype, shape } of spec.columns) {
    if (!/^[A-Za-z][A-Za-z0-9_.]*$/.test(name)) refuse(`column names are letters, digits, '_' and '.', got '${name}'`);
    if (names.has(name)) refuse(`column '${name}' is given twice`);
    names.add(name);
    if (!['u8', 'f32', 'i32'].includes(dtype)) refuse(`column '${name}': dtype must be u8, f32 or i32, got ${dtype}`);
    if (!shape.every((n) => Number.isSafeInteger(n) && n > 0)) {
      refuse(`column '${name}': shape must be positive integers, got [${shape}]`);
    }
  }
  if (spec.frameRateHz !== undefined && !(spec.frameRateHz > 0 && Number.isFinite(spec.frameRateHz))) {
    refuse(`frameRateHz must be positive, got ${spec.frameRateHz}`);
  }
}
