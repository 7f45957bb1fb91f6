// A source whose episodes are read one at a time, when their rows are asked for: for formats with a file per episode.

import { JepaError } from '../core/index.ts';
import { checkEpisode } from './check-episode.ts';
import {
  type ColumnArray,
  checkRows,
  checkSpec,
  columnOf,
  type DatasetSpec,
  type EpisodeData,
  type EpisodeSource,
  type EpisodeSpan,
  episodeOfRow,
  outputFor,
  rowSize,
} from './episode.ts';

/** How many episodes a lazy source keeps. */
export interface LazyOptions {
  /** Episodes kept in memory, those used last (default 16). */
  readonly keep?: number;
}

/**
 * A source of episodes of known lengths that `load` reads, each when it is needed. What `load` returns is checked as if it
 * were appended to a store.
 *
 * @param lengths rows of each episode
 * @param load reads episode `index`: every column of the spec
 *
 * @throws JepaError 'usage' for an invalid spec or length; of `read` also those of `checkEpisode`, and 'data' when an
 * episode has not the length that it should have
 *
 * @example
 * const source = lazySource(
 *   { env: 'toy', columns: [{ name: 'state', dtype: 'f32', shape: [1] }] },
 *   [2, 3],
 *   (index) => ({ state: new Float32Array([2, 3][index]).fill(index) }),
 * );
 * source.read('state', 1, 2); // Float32Array [0, 1]
 */
export function lazySource(
  spec: DatasetSpec,
  lengths: readonly number[],
  load: (index: number) => EpisodeData,
  { keep = 16 }: LazyOptions = {},
): EpisodeSource {
  checkSpec(spec);
  const episodes: EpisodeSpan[] = [];
  let rows = 0;
  for (const [index, length] of lengths.entries()) {
    if (!Number.isSafeInteger(length) || length < 1) {
      throw new JepaError('usage', `lazySource: episode ${index} must have at least one row, got length ${length}`, {
        index,
      });
    }
    episodes.push({ row: rows, length });
    rows += length;
  }
  const kept = new Map<number, EpisodeData>();

  const episodeAt = (index: number): EpisodeData => {
    let data = kept.get(index);
    if (data === undefined) {
      data = load(index);
      const length = checkEpisode(spec, data, index, 'read');
      if (length !== episodes[index]!.length) {
        throw new JepaError(
          'data',
          `read: episode ${index} of ${spec.env} must have ${episodes[index]!.length} rows, its file has ${length}`,
          { episode: index, length },
        );
      }
    }
    // Put last again, so that the first is the one unused for longest.
    kept.delete(index);
    kept.set(index, data);
    const [oldest] = kept.keys();
    if (kept.size > Math.max(1, keep) && oldest !== undefined) kept.delete(oldest);
    return data;
  };

  return {
    spec,
    episodes,
    rows,
    read(name, row, count, out): ColumnArray {
      const column = columnOf(spec, name);
      checkRows({ rows }, name, row, count);
      const target = outputFor(column, count, out);
      const size = rowSize(column);
      for (let at = row, episode = episodeOfRow(episodes, row); at < row + count; episode++) {
        const span = episodes[episode]!;
        const end = Math.min(row + count, span.row + span.length);
        const values = episodeAt(episode)[name]!;
        target.set(values.subarray((at - span.row) * size, (end - span.row) * size), (at - row) * size);
        at = end;
      }
      return target;
    },
  };
}
