// Episodes held in memory: for tests, for short recordings, and for a browser.

import { checkEpisode } from './check-episode.ts';
import {
  type ColumnArray,
  checkRows,
  checkSpec,
  columnArray,
  columnOf,
  type DatasetSpec,
  type EpisodeData,
  type EpisodeSource,
  type EpisodeSpan,
  outputFor,
  rowSize,
} from './episode.ts';

/**
 * A source of the given episodes, copied. Errors: those of `checkEpisode`, and `usage` for an invalid spec.
 *
 * @example
 * const source = memorySource(
 *   { env: 'toy', columns: [{ name: 'state', dtype: 'f32', shape: [1] }] },
 *   [{ state: Float32Array.of(0, 1, 2) }],
 * );
 * source.read('state', 1, 2); // Float32Array [1, 2]
 */
export function memorySource(spec: DatasetSpec, data: readonly EpisodeData[]): EpisodeSource {
  checkSpec(spec);
  const episodes: EpisodeSpan[] = [];
  let rows = 0;
  for (const [index, episode] of data.entries()) {
    const length = checkEpisode(spec, episode, index);
    episodes.push({ row: rows, length });
    rows += length;
  }
  const table = new Map<string, ColumnArray>();
  for (const column of spec.columns) {
    const all = columnArray(column, rows);
    for (const [i, { row }] of episodes.entries()) all.set(data[i]![column.name]!, row * rowSize(column));
    table.set(column.name, all);
  }
  return {
    spec,
    episodes,
    rows,
    read(name, row, count, out) {
      const column = columnOf(spec, name);
      checkRows({ rows }, name, row, count);
      const target = outputFor(column, count, out);
      const size = rowSize(column);
      target.set(table.get(name)!.subarray(row * size, (row + count) * size));
      return target;
    },
  };
}
