// The reader of an episode store: opens cheaply (index and file sizes), reads any rows, and checks checksums on demand.

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { JepaError } from '../../core/index.ts';
import { ioError, systemCode } from '../atomic.ts';
import {
  asBytes,
  type ColumnArray,
  checkRows,
  columnOf,
  type DatasetSpec,
  type EpisodeSource,
  episodeOfRow,
  outputFor,
  rowBytes,
} from '../episode.ts';
import { damaged, type EpisodeEntry, INDEX_FILE, readDatasetFile, readIndex, shardPath } from './layout.ts';

/** A store open for reading. It holds open files; `close` it. */
export interface EpisodeStore extends EpisodeSource {
  readonly dir: string;
  /** Version of the library that wrote it. */
  readonly library: string;
  /**
   * One column of one whole episode, its checksum verified, into `out` when given.
   * Errors: `corrupt`, naming column, episode and file.
   */
  readEpisode(column: string, episode: number, out?: ColumnArray): ColumnArray;
  /** Verifies every checksum (about 1 GB a second). Errors: `corrupt` at the first that does not match. */
  verify(): void;
  close(): void;
}

/** Checks that each shard is as long as the index says. Errors: `corrupt`, naming column, episode and file. */
export function checkShards(dir: string, spec: DatasetSpec, entries: readonly EpisodeEntry[]): void {
  for (const column of spec.columns) {
    let file = '';
    let size = 0;
    for (const [episode, { length, at }] of entries.entries()) {
      const { shard, offset } = at[column.name]!;
      const path = shardPath(dir, column.name, shard);
      if (path !== file) {
        file = path;
        try {
          size = statSync(file).size;
        } catch (error) {
          if (systemCode(error) !== 'ENOENT') throw ioError(`reading ${file}`, error, 'nothing was changed');
          throw damaged(file, `it is missing; column '${column.name}' of episode ${episode} should start in it`);
        }
      }
      const end = offset + length * rowBytes(column);
      if (end > size) {
        throw damaged(
          file,
          `it is truncated: column '${column.name}' of episode ${episode} ends at byte ${end}, the file at ${size}`,
          { column: column.name, episode },
        );
      }
    }
  }
}

/**
 * Opens the dataset in `dir` for reading. An unfinished episode at its end is ignored.
 *
 * Errors: `data` when `dir` is not a dataset or has no episodes; `corrupt` when the index is damaged or a shard is missing
 * or truncated; `unsupported` when a newer library wrote it.
 *
 * @example
 * const store = openStore('data/two-room');
 * const first = store.read('pixels', store.episodes[0].row, 1);
 */
export function openStore(dir: string): EpisodeStore {
  const { spec, library } = readDatasetFile(dir);
  const { entries } = readIndex(dir, spec);
  const last = entries.at(-1);
  if (last === undefined) {
    throw new JepaError('data', `dataset ${dir} has no episodes: ${INDEX_FILE} is empty; collect some first`, { dir });
  }
  checkShards(dir, spec, entries);
  const rows = last.row + last.length;
  const files = new Map<string, number>();

  const readBytes = (path: string, out: Uint8Array, position: number): void => {
    try {
      let fd = files.get(path);
      if (fd === undefined) {
        fd = openSync(path, 'r');
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

  const store: EpisodeStore = {
    dir,
    library,
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
        const end = Math.min(row + count, entry.row + entry.length);
        const part = bytes.subarray((at - row) * width, (end - row) * width);
        readBytes(shardPath(dir, name, shard), part, offset + (at - entry.row) * width);
        at = end;
      }
      return target;
    },
    readEpisode(name, episode, out) {
      const entry = entries[episode];
      if (entry === undefined) {
        throw new JepaError('usage', `${dir}: episodes are 0 to ${entries.length - 1}, got ${episode}`, { episode });
      }
      const rowsOfIt = store.read(name, entry.row, entry.length, out);
      const { shard, crc } = entry.at[name]!;
      const got = crc32(asBytes(rowsOfIt));
      if (got !== crc) {
        throw damaged(
          shardPath(dir, name, shard),
          `column '${name}' of episode ${episode} (rows ${entry.row} to ${entry.row + entry.length - 1}) has checksum ` +
            `${got}, the index says ${crc}`,
          { column: name, episode },
        );
      }
      return rowsOfIt;
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
