// The append-only writer of an episode store. An episode's bytes go to the shards first and its line to the index last,
// so that a process killed at any moment, or a full disk, leaves every episode before it complete and findable.

import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { JepaError } from '../../core/index.ts';
import { ioError, syncFolder, writeAll, writeFileAtomic } from '../atomic.ts';
import { checkEpisode } from '../check-episode.ts';
import { asBytes, type Column, checkSpec, type DatasetSpec, type EpisodeData, rowBytes } from '../episode.ts';
import { removeStaleFiles } from '../stale-files.ts';
import { libraryVersion } from '../version.ts';
import { readContents } from './contents.ts';
import { DATASET_FILE, type DatasetFile, STORE_VERSION, writeDatasetFile } from './dataset-file.ts';
import { type ColumnPlace, INDEX_FILE, type Index, indexLine, shardPath } from './layout.ts';

/** How a store is laid out. */
export interface StoreOptions {
  /** A shard is closed before it would pass this many bytes (default 128 MiB); a longer episode gets its own. */
  readonly shardBytes?: number;
}

/** A store open for appending; one writer at a time. */
export interface StoreWriter {
  readonly spec: DatasetSpec;
  /** Episodes and rows that are in the store now. */
  readonly episodes: number;
  readonly rows: number;
  /**
   * Adds one episode and returns its index. Once it returns, a killed process cannot lose the episode; `flush` or
   * `close` makes it safe against a power cut.
   *
   * Errors: those of `checkEpisode`, before anything is written; `io` when the disk is full: the episodes before are
   * complete, and `append` may be called again when there is space.
   */
  append(episode: EpisodeData): number;
  /** Waits until everything appended is on the disk. */
  flush(): void;
  /**
   * Flushes, closes the files and writes into dataset.json how long the index is; the writer cannot be used afterwards.
   * From then on a reader finds whatever is missing or was added.
   */
  close(): void;
}

/** One column's open shard: everything before `bytes` belongs to indexed episodes. */
interface ShardState {
  readonly column: Column;
  shard: number;
  fd: number;
  bytes: number;
}

function openWriter(dir: string, file: DatasetFile, { entries, bytes, crc }: Omit<Index, 'fileBytes'>): StoreWriter {
  const { spec, shardBytes } = file;
  const last = entries.at(-1);
  let episodes = entries.length;
  let rows = last === undefined ? 0 : last.row + last.length;
  let indexAt = bytes;
  let indexCrc = crc;
  let closed = false;
  const saved = (): string => `the ${episodes} episodes (${rows} rows) appended before are complete in ${dir}`;

  const index = openSync(join(dir, INDEX_FILE), 'r+');
  ftruncateSync(index, indexAt);
  const shards = spec.columns.map((column): ShardState => {
    const place = last?.at[column.name];
    const shard = place?.shard ?? 0;
    const bytes = place === undefined || last === undefined ? 0 : place.offset + last.length * rowBytes(column);
    for (const name of readdirSync(dir)) {
      const number = name.startsWith(`${column.name}-`) ? /-(\d{5})\.bin$/.exec(name)?.[1] : undefined;
      const torn = Number(number) > shard && shardPath(dir, column.name, Number(number)) === join(dir, name);
      if (torn) rmSync(join(dir, name));
    }
    const fd = openSync(shardPath(dir, column.name, shard), last === undefined ? 'w' : 'r+');
    if (last !== undefined) ftruncateSync(fd, bytes);
    return { column, shard, fd, bytes };
  });
  const open = [index, ...shards.map((s) => s.fd)];

  /** Moves a column to its next shard when `size` more bytes would make the current one too long. */
  const roll = (state: ShardState, size: number): void => {
    if (state.bytes === 0 || state.bytes + size <= shardBytes) return;
    const fd = openSync(shardPath(dir, state.column.name, state.shard + 1), 'w');
    ftruncateSync(state.fd, state.bytes); // What a failed append could not cut off.
    fsyncSync(state.fd);
    closeSync(state.fd);
    open.splice(open.indexOf(state.fd), 1, fd);
    state.fd = fd;
    state.shard++;
    state.bytes = 0;
  };

  /** Gives back the space of an episode that could not be written; what cannot be cut is ignored by readers anyway. */
  const rollBack = (): void => {
    for (const [fd, bytes] of [[index, indexAt] as const, ...shards.map((s) => [s.fd, s.bytes] as const)]) {
      try {
        ftruncateSync(fd, bytes);
      } catch {
        // The bytes behind the last indexed one have no meaning, so nothing is lost.
      }
    }
  };

  const write = (data: EpisodeData, length: number): void => {
    const at: Record<string, ColumnPlace> = {};
    for (const state of shards) {
      const bytes = asBytes(data[state.column.name]!);
      roll(state, bytes.length);
      writeAll(state.fd, bytes, state.bytes);
      at[state.column.name] = { shard: state.shard, offset: state.bytes, crc: crc32(bytes) };
    }
    const line = new TextEncoder().encode(indexLine({ row: rows, length, at }));
    writeAll(index, line, indexAt);
    indexAt += line.length;
    indexCrc = crc32(line, indexCrc);
    for (const state of shards) state.bytes += length * rowBytes(state.column);
  };

  const checkOpen = (): void => {
    if (closed) throw new JepaError('usage', `the writer of ${dir} is closed; open it again with resumeStore`, { dir });
  };

  const flush = (): void => {
    checkOpen();
    try {
      // Shards before the index, so that the index never promises what is not there.
      for (const { fd } of shards) fsyncSync(fd);
      fsyncSync(index);
      syncFolder(dir);
    } catch (error) {
      throw ioError(`flushing ${dir}`, error, saved());
    }
  };

  return {
    spec,
    get episodes() {
      return episodes;
    },
    get rows() {
      return rows;
    },
    append(data) {
      checkOpen();
      const length = checkEpisode(spec, data, episodes);
      try {
        write(data, length);
      } catch (error) {
        rollBack();
        throw ioError(`appending episode ${episodes} to ${dir}`, error, saved());
      }
      rows += length;
      return episodes++;
    },
    flush,
    close() {
      if (closed) return;
      try {
        rollBack();
        flush();
      } finally {
        closed = true;
        for (const fd of open) closeSync(fd);
      }
      writeDatasetFile(dir, { ...file, closed: { episodes, indexBytes: indexAt, indexCrc } });
    },
  };
}

/**
 * Makes a new, empty store in `dir` (created when missing) and opens it for appending.
 *
 * Errors: `usage` for an invalid spec or when `dir` holds a dataset already; `io` when the folder cannot be written.
 *
 * @example
 * const store = createStore('data/two-room', {
 *   env: 'two-room',
 *   columns: [
 *     { name: 'pixels', dtype: 'u8', shape: [64, 64, 3] },
 *     { name: 'action', dtype: 'f32', shape: [2] },
 *   ],
 * });
 * store.append({ pixels: new Uint8Array(3 * 64 * 64 * 3), action: Float32Array.of(0, 1, 1, 0, NaN, NaN) });
 * store.close();
 */
export function createStore(
  dir: string,
  spec: DatasetSpec,
  { shardBytes = 128 * 2 ** 20 }: StoreOptions = {},
): StoreWriter {
  checkSpec(spec);
  if (!Number.isSafeInteger(shardBytes) || shardBytes < 1) {
    throw new JepaError('usage', `createStore: shardBytes must be a positive integer, got ${shardBytes}`, {
      shardBytes,
    });
  }
  const file: DatasetFile = {
    format: 'jepa-episodes',
    version: STORE_VERSION,
    library: libraryVersion(),
    shardBytes,
    spec,
    closed: null,
  };
  try {
    mkdirSync(dir, { recursive: true });
    if (readdirSync(dir).includes(DATASET_FILE)) {
      throw new JepaError(
        'usage',
        `createStore: ${dir} holds a dataset already; choose another folder, or add to it with resumeStore`,
        { dir },
      );
    }
    removeStaleFiles(dir);
    writeFileAtomic(join(dir, INDEX_FILE), []);
    writeDatasetFile(dir, file);
    return openWriter(dir, file, { entries: [], bytes: 0, crc: 0 });
  } catch (error) {
    if (error instanceof JepaError) throw error;
    throw ioError(`creating the dataset ${dir}`, error, 'nothing was saved yet');
  }
}

/**
 * Opens an existing store for appending after its last complete episode; the torn tail and the temporary files of a
 * killed writer are removed. Until `close` the store counts as not closed.
 *
 * Errors: `data` when `dir` is not a dataset; `corrupt` when its index or shards are damaged; `io`.
 */
export function resumeStore(dir: string): StoreWriter {
  const { file, index } = readContents(dir);
  const { entries, bytes } = index;
  try {
    removeStaleFiles(dir);
    const opened: DatasetFile = { ...file, version: STORE_VERSION, closed: null };
    writeDatasetFile(dir, opened);
    const crc = crc32(readFileSync(join(dir, INDEX_FILE)).subarray(0, bytes));
    return openWriter(dir, opened, { entries, bytes, crc });
  } catch (error) {
    if (error instanceof JepaError) throw error;
    throw ioError(`opening the dataset ${dir}`, error, `its ${entries.length} episodes are complete`);
  }
}
