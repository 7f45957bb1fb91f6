// What an episode must satisfy before it enters a dataset.

import { JepaError, unknownName } from '../core/index.ts';
import { ACTION, type Column, type DatasetSpec, type EpisodeData, hasDType, rowSize } from './episode.ts';

/** The index of the first number that is not finite within [from, to), or -1. */
function firstNonFinite(values: Float32Array, from: number, to: number): number {
  for (let i = from; i < to; i++) if (!Number.isFinite(values[i]!)) return i;
  return -1;
}

/**
 * Refuses NaN and infinities in a column of an episode; the last row of `action` may be NaN throughout, since no action leaves
 * the last frame. Errors: `data`, with column, episode and row.
 */
export function checkFinite(column: Column, values: Float32Array, episode: number, where: string): void {
  const size = rowSize(column);
  const lastRow = values.length - size;
  const open = column.name === ACTION && values.subarray(lastRow).every(Number.isNaN);
  const at = firstNonFinite(values, 0, open ? lastRow : values.length);
  if (at < 0) return;
  const row = Math.floor(at / size);
  throw new JepaError(
    'data',
    `${where}: column '${column.name}' must be finite, got ${values[at]} in episode ${episode}, row ${row}, element ${at % size}; ` +
      (column.name === ACTION
        ? 'only the last row of an episode may be NaN, and then all of it'
        : 'check the environment'),
    { column: column.name, episode, row, element: at % size },
  );
}

/**
 * The number of rows of an episode, after checking it against the spec.
 *
 * @param episode the index it will get, for messages
 * @param where what is done with it, for messages
 *
 * Errors: `usage` for a missing or unknown column; `shape` for a wrong dtype, unequal lengths or no rows; `data` for a
 * value that is not finite, with column, episode and row.
 */
export function checkEpisode(spec: DatasetSpec, data: EpisodeData, episode: number, where = 'append'): number {
  const known = spec.columns.map((c) => c.name);
  for (const name of Object.keys(data)) if (!known.includes(name)) throw unknownName('column', name, known);
  let length: number | undefined;
  for (const column of spec.columns) {
    const { name, dtype, shape } = column;
    const values = data[name];
    if (values === undefined) {
      throw new JepaError(
        'usage',
        `${where}: episode ${episode} must have column '${name}', got ${Object.keys(data)}`,
        {
          column: name,
          episode,
        },
      );
    }
    const rows = values.length / rowSize(column);
    if (!hasDType(values, dtype) || !Number.isInteger(rows)) {
      throw new JepaError(
        'shape',
        `${where}: column '${name}' of episode ${episode} must be ${dtype} rows of [${shape}] (${rowSize(column)} numbers ` +
          `each), got ${values.length} numbers in a ${values.constructor.name}`,
        { column: name, episode },
      );
    }
    if (rows === 0) {
      throw new JepaError(
        'shape',
        `${where}: episode ${episode} must have at least one row, column '${name}' is empty`,
        {
          column: name,
          episode,
        },
      );
    }
    length ??= rows;
    if (rows !== length) {
      throw new JepaError(
        'shape',
        `${where}: all columns of episode ${episode} must have as many rows as '${known[0]}' (${length}), '${name}' has ${rows}`,
        { column: name, episode, rows, expected: length },
      );
    }
    if (values instanceof Float32Array) checkFinite(column, values, episode, where);
  }
  return length ?? 0;
}
