// What a store holds, with every check that costs no reading of shards: dataset.json, the index, how long each shard is.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../core/index.ts';
import { ioError, systemCode } from '../atomic.ts';
import { type DatasetSpec, rowBytes } from '../episode.ts';
import { requireRegular } from '../regular-file.ts';
import { type DatasetFile, damaged, readDatasetFile } from './dataset-file.ts';
import { type EpisodeEntry, INDEX_FILE, type Index, readIndex, shardPath } from './layout.ts';

/** The two files that describe a store. */
export interface StoreContents {
  readonly file: DatasetFile;
  readonly index: Index;
}

/** What is wrong with the index of a store that was closed, or undefined. */
function indexFault({ closed }: DatasetFile, index: Index): string | undefined {
  if (closed === null) return undefined;
  const { entries, fileBytes, crc } = index;
  if (fileBytes === closed.indexBytes && crc === closed.indexCrc && entries.length === closed.episodes)
    return undefined;
  if (fileBytes < closed.indexBytes) {
    return `its end is missing: it has ${entries.length} complete episodes (${fileBytes} bytes), the store was closed with ${closed.episodes} (${closed.indexBytes} bytes)`;
  }
  if (fileBytes > closed.indexBytes) {
    return `it has ${fileBytes - closed.indexBytes} bytes behind the ${closed.episodes} episodes with which the store was closed`;
  }
  return `its checksum is ${crc}, the store was closed with ${closed.indexCrc}`;
}

function sizeOf(path: string, column: string, episode: number): number {
  try {
    const stats = statSync(path);
    requireRegular(path, stats);
    return stats.size;
  } catch (error) {
    if (error instanceof JepaError) throw error;
    if (systemCode(error) !== 'ENOENT') throw ioError(`reading ${path}`, error, 'nothing was changed');
    throw damaged(path, `it is missing; column '${column}' of episode ${episode} should start in it`, {
      column,
      episode,
    });
  }
}

/** Checks that each shard is as long as the index says; `exact`: not longer either. */
function checkShards(dir: string, spec: DatasetSpec, entries: readonly EpisodeEntry[], exact: boolean): void {
  for (const column of spec.columns) {
    const { name } = column;
    let size = 0;
    for (const [episode, { length, at }] of entries.entries()) {
      const { shard, offset } = at[name]!;
      const path = shardPath(dir, name, shard);
      if (offset === 0) size = sizeOf(path, name, episode);
      const end = offset + length * rowBytes(column);
      if (end > size) {
        throw damaged(
          path,
          `it is truncated: column '${name}' of episode ${episode} ends at byte ${end}, the file at ${size}`,
          { column: name, episode },
        );
      }
      const isLast = entries[episode + 1]?.at[name]?.shard !== shard;
      if (exact && isLast && end !== size) {
        throw damaged(path, `it has ${size - end} bytes behind episode ${episode}, its last`, {
          column: name,
          episode,
        });
      }
    }
  }
}

/**
 * Reads dataset.json and the index of `dir` and checks them, and the lengths of the shards, against each other.
 *
 * @throws JepaError 'data' when `dir` is not a dataset; 'corrupt', naming the file and where one is concerned the episode;
 * 'unsupported' when a newer library wrote it; 'io'
 */
export function readContents(dir: string): StoreContents {
  let file = readDatasetFile(dir);
  let index = readIndex(dir, file.spec);
  if (indexFault(file, index) !== undefined) {
    // A writer may have opened or closed the store between the two readings: both once more.
    file = readDatasetFile(dir);
    index = readIndex(dir, file.spec);
    const fault = indexFault(file, index);
    if (fault !== undefined) throw damaged(join(dir, INDEX_FILE), fault);
  }
  checkShards(dir, file.spec, index.entries, file.closed !== null);
  return { file, index };
}
