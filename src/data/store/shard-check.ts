// Verifies a shard: reads it once from end to end and compares the checksum of every episode in it with the index.

import { closeSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { JepaError } from '../../core/index.ts';
import { ioError } from '../atomic.ts';
import { type Column, type DatasetSpec, rowBytes } from '../episode.ts';
import { openRegular } from '../regular-file.ts';
import { stampOf, verifiedFiles } from '../verified-files.ts';
import { damaged } from './dataset-file.ts';
import { type EpisodeEntry, shardPath } from './layout.ts';

const BLOCK_BYTES = 2 ** 20;

/** The error for a column of an episode whose bytes are not those that were written. */
export function checksumError(
  dir: string,
  column: string,
  episode: number,
  entry: EpisodeEntry,
  got: number,
): JepaError {
  const { shard, crc } = entry.at[column]!;
  return damaged(
    shardPath(dir, column, shard),
    `column '${column}' of episode ${episode} (rows ${entry.row} to ${entry.row + entry.length - 1}) has checksum ` +
      `${got}, the index says ${crc}`,
    { column, episode },
  );
}

/** The CRC-32 of `bytes` bytes of an open file from `position`. */
function checksum(fd: number, path: string, position: number, bytes: number, block: Uint8Array): number {
  let crc = 0;
  for (let at = 0; at < bytes; ) {
    const count = readSync(fd, block, 0, Math.min(block.length, bytes - at), position + at);
    if (count === 0) throw damaged(path, `it ended at byte ${position + at} while it was read`);
    crc = crc32(block.subarray(0, count), crc);
    at += count;
  }
  return crc;
}

/** Verifies shards of a store. */
export interface ShardCheck {
  /**
   * Verifies a shard of a column unless it was verified before, by this handle or as it stands now by another.
   *
   * @throws JepaError 'corrupt', naming file, column, episode and remedy; 'io'
   */
  verify(column: Column, shard: number): void;
}

/** A verifier of the shards of the store in `dir`. */
export function shardCheck(dir: string, spec: DatasetSpec, entries: readonly EpisodeEntry[]): ShardCheck {
  const memory = verifiedFiles(dir);
  const done = new Set<string>();
  const block = new Uint8Array(BLOCK_BYTES);
  /** Per column and shard the index of its first episode. */
  const firsts = new Map(
    spec.columns.map(({ name }): [string, number[]] => {
      const list: number[] = [];
      for (const [episode, entry] of entries.entries()) list[entry.at[name]!.shard] ??= episode;
      return [name, list];
    }),
  );

  const compare = (path: string, column: Column, episodes: readonly number[]): void => {
    const { fd } = openRegular(path);
    try {
      for (const episode of episodes) {
        const entry = entries[episode]!;
        const { offset, crc } = entry.at[column.name]!;
        const got = checksum(fd, path, offset, entry.length * rowBytes(column), block);
        if (got !== crc) throw checksumError(dir, column.name, episode, entry, got);
      }
    } finally {
      closeSync(fd);
    }
  };

  return {
    verify(column, shard) {
      const path = shardPath(dir, column.name, shard);
      if (done.has(path)) return;
      const list = firsts.get(column.name)!;
      const first = list[shard]!;
      const episodes = Array.from({ length: (list[shard + 1] ?? entries.length) - first }, (_, i) => first + i);
      const expected = String(crc32(JSON.stringify(episodes.map((episode) => entries[episode]!.at[column.name]))));
      try {
        const stamp = stampOf(path);
        if (!memory.has(basename(path), stamp, expected)) {
          compare(path, column, episodes);
          memory.add(basename(path), stamp, expected);
        }
      } catch (error) {
        if (error instanceof JepaError) throw error;
        throw ioError(`reading ${path}`, error, 'nothing was changed');
      }
      done.add(path);
    },
  };
}
