// The reader of an episode store: opens cheaply (index and file sizes), reads any rows, and verifies each shard before the
// first rows are taken from it.

import { closeSync, existsSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { JepaError } from '../../core/index.ts';
import { ioError } from '../atomic.ts';
import {
  asBytes,
  type ColumnArray,
  checkRows,
  columnOf,
  type DatasetSpec,
  episodeOfRow,
  outputFor,
  rowBytes,
} from '../episode.ts';
import type { EpisodeReader } from '../formats/format.ts';
import { openRegular } from '../regular-file.ts';
import { readContents } from './contents.ts';
import { DATASET_FILE, damaged } from './dataset-file.ts';
import { type EpisodeEntry, INDEX_FILE, shardPath } from './layout.ts';
import { checksumError, shardCheck } from './shard-check.ts';

/** A store open for reading. It holds open files; `close` it. */
export interface EpisodeStore extends EpisodeReader {
  readonly dir: string;
  /** Version of the library that wrote it. */
  readonly library: string;
  /**
   * False while a writer is at work, after one was killed (what it was appending is then not among the episodes), and for
   * stores of version 1, which do not say.
   */
  readonly closed: boolean;
  /**
   * Rows [row, row + count) of a column, into `out` when given. The first rows of a shard are given out after the whole
   * shard has been verified; shards found unchanged since an earlier verification are not read again (`verified-files.ts`).
   *
   * @throws JepaError 'corrupt', naming file, column, episode and remedy; 'usage' for an unknown column or range; 'io'
   */
  read(column: string, row: number, count: number, out?: ColumnArray): ColumnArray;
  /**
   * One column of one whole episode, its checksum verified now, into `out` when given.
   * Errors: `corrupt`, naming column, episode and file.
   */
  readEpisode(column: string, episode: number, out?: ColumnArray): ColumnArray;
  /** The CRC-32 of one column of an episode, from the index. */
  episodeCrc(column: string, episode: number): number;
  /**
   * Reads everything and verifies every checksum, whatever was verified before (about 1 GB a second).
   * Errors: `corrupt` at the first that does not match.
   */
  verify(): void;
}

/** What stands in a store's describing files. */
export interface StoreDescription {
  readonly spec: DatasetSpec;
  readonly library: string;
  readonly episodes: number;
  readonly rows: number;
  /** False while a writer is at work, after one was killed, and for stores of version 1, which do not say. */
  readonly closed: boolean;
}

/**
 * Describes the store in `dir`, also one without episodes; undefined when there is none. Errors: `corrupt`, `unsupported`
 * and `io` as of `openStore`.
 */
export function describeStore(dir: string): StoreDescription | undefined {
  if (!existsSync(join(dir, DATASET_FILE))) return undefined;
  const { file, index } = readContents(dir);
  const { spec, library, closed } = file;
  const last = index.entries.at(-1);
  const rows = last === undefined ? 0 : last.row + last.length;
  return { spec, library, episodes: index.entries.length, rows, closed: closed !== null };
}

/**
 * Opens the dataset in `dir` for reading. An unfinished episode at the end of a store that was not closed is ignored.
 *
 * Errors: `data` when `dir` is not a dataset or has no episodes; `corrupt` when dataset.json or the index is damaged, or a
 * shard is missing or not as long as the index says; `unsupported` when a newer library wrote it.
 *
 * @example
 * const store = openStore('data/two-room');
 * const first = store.read('pixels', store.episodes[0].row, 1);
 */
export function openStore(dir: string): EpisodeStore {
  const { file, index } = readContents(dir);
  const { spec, library } = file;
  const { entries } = index;
  const last = entries.at(-1);
  if (last === undefined) {
    throw new JepaError('data', `dataset ${dir} has no episodes: ${INDEX_FILE} is empty; collect some first`, { dir });
  }
  const rows = last.row + last.length;
  const files = new Map<string, number>();
  const check = shardCheck(dir, spec, entries);

  const readBytes = (path: string, out: Uint8Array, position: number): void => {
    try {
      let fd = files.get(path);
      if (fd === undefined) {
        fd = openRegular(path).fd;
        files.set(path, fd);
      }
      for (let at = 0; at < out.length; ) {
        const count = readSync(fd, out, at, out.length - at, position + at);
        if (count === 0) throw damaged(path, `it ended at byte ${position + at} while it was read`);
        at += count;
      }
    } catch (error) {
      if (error instanceof JepaError) throw error;
      throw ioError(`reading ${path}`, error, 'nothing was changed');
    }
  };

  const entryOf = (episode: number): EpisodeEntry => {
    const entry = entries[episode];
    if (entry !== undefined) return entry;
    throw new JepaError('usage', `${dir}: episodes are 0 to ${entries.length - 1}, got ${episode}`, { episode });
  };

  const store: EpisodeStore = {
    dir,
    library,
    closed: file.closed !== null,
    spec,
    episodes: entries,
    rows,
    read(name, row, count, out) {
      const column = columnOf(spec, name);
      checkRows({ rows }, name, row, count);
      const target = outputFor(column, count, out);
      const bytes = asBytes(target);
      const width = rowBytes(column);
      for (let at = row, episode = episodeOfRow(entries, row); at < row + count; episode++) {
        const entry = entries[episode]!;
        const { shard, offset } = entry.at[name]!;
        check.verify(column, shard);
        const end = Math.min(row + count, entry.row + entry.length);
        const part = bytes.subarray((at - row) * width, (end - row) * width);
        readBytes(shardPath(dir, name, shard), part, offset + (at - entry.row) * width);
        at = end;
      }
      return target;
    },
    readEpisode(name, episode, out) {
      const entry = entryOf(episode);
      const target = outputFor(columnOf(spec, name), entry.length, out);
      const bytes = asBytes(target);
      const { shard, offset, crc } = entry.at[name]!;
      readBytes(shardPath(dir, name, shard), bytes, offset);
      const got = crc32(bytes);
      if (got !== crc) throw checksumError(dir, name, episode, entry, got);
      return target;
    },
    episodeCrc(name, episode) {
      columnOf(spec, name);
      return entryOf(episode).at[name]!.crc;
    },
    verify() {
      for (const { name } of spec.columns) for (let i = 0; i < entries.length; i++) store.readEpisode(name, i);
    },
    close() {
      for (const fd of files.values()) closeSync(fd);
      files.clear();
    },
  };
  return store;
}
