// The files of an episode store, and how the index is read back:
//
//   dataset.json         the spec, the format's version and the library's, and how the store was left (`dataset-file.ts`)
//   episodes.jsonl       the index: one line per episode, appended after the episode's bytes, each with its checksum
//   <column>-00000.bin   shards: the rows of a column, little-endian, without headers; an episode never spans two shards
//
// An episode exists when its line, ended by a newline, stands in the index. In a store that was not closed, whatever lies
// behind the last newline of the index, or behind the last indexed byte of a shard, is the torn tail of a process that was
// killed: readers ignore it, `resumeStore` cuts it off.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { JepaError } from '../../core/index.ts';
import { ioError } from '../atomic.ts';
import { type DatasetSpec, type EpisodeSpan, rowBytes } from '../episode.ts';
import { requireFile } from '../regular-file.ts';
import { damaged, isCount } from './dataset-file.ts';

/** Name of the index of episodes. */
export const INDEX_FILE = 'episodes.jsonl';

/** Where the rows of one column of one episode lie: shard number, byte offset in it, and the CRC-32 of the bytes. */
export interface ColumnPlace {
  readonly shard: number;
  readonly offset: number;
  readonly crc: number;
}

/** One line of the index. */
export interface EpisodeEntry extends EpisodeSpan {
  readonly at: Readonly<Record<string, ColumnPlace>>;
}

/** The complete entries of an index, the length in bytes of the lines that hold them, and the CRC-32 of the whole file. */
export interface Index {
  readonly entries: readonly EpisodeEntry[];
  readonly bytes: number;
  readonly fileBytes: number;
  readonly crc: number;
}

/** Path of a shard of a column. */
export function shardPath(dir: string, column: string, shard: number): string {
  return join(dir, `${column}-${String(shard).padStart(5, '0')}.bin`);
}

/** The line of the index for an episode, with its newline. */
export function indexLine(entry: EpisodeEntry): string {
  return `${JSON.stringify({ crc: crc32(JSON.stringify(entry)), entry })}\n`;
}

function parseLine(file: string, line: string, number: number): EpisodeEntry {
  let parsed: { readonly crc?: unknown; readonly entry?: unknown };
  try {
    parsed = JSON.parse(line);
  } catch {
    throw damaged(file, `line ${number} is not JSON`, { line: number });
  }
  if (parsed === null || parsed.crc !== crc32(JSON.stringify(parsed.entry ?? null))) {
    throw damaged(file, `the checksum of line ${number} does not match`, { line: number });
  }
  return parsed.entry as EpisodeEntry; // The checksum says that `indexLine` wrote it.
}

/** Whether an entry's columns lie behind those of the entry before it, in the same shard or at the start of the next. */
function follows(spec: DatasetSpec, entry: EpisodeEntry, before: EpisodeEntry | undefined): boolean {
  const row = before === undefined ? 0 : before.row + before.length;
  if (entry.row !== row || !isCount(entry.length) || entry.length === 0) return false;
  return spec.columns.every((column) => {
    const place = entry.at[column.name];
    if (!isCount(place?.shard) || !isCount(place.offset) || !isCount(place.crc)) return false;
    const last = before?.at[column.name];
    if (before === undefined || last === undefined) return place.shard === 0 && place.offset === 0;
    if (place.shard === last.shard) return place.offset === last.offset + before.length * rowBytes(column);
    return place.shard === last.shard + 1 && place.offset === 0;
  });
}

/** Reads the index of a dataset. Errors: `corrupt`, with the line, when a complete line is damaged; `io`. */
export function readIndex(dir: string, spec: DatasetSpec): Index {
  const file = join(dir, INDEX_FILE);
  let content: Buffer;
  try {
    requireFile(file);
    content = readFileSync(file);
  } catch (error) {
    if (error instanceof JepaError) throw error;
    throw ioError(`reading ${file}`, error, 'nothing was changed');
  }
  const bytes = content.lastIndexOf(0x0a) + 1;
  const entries: EpisodeEntry[] = [];
  const lines = content.toString('utf8', 0, bytes).split('\n').slice(0, -1);
  for (const [i, line] of lines.entries()) {
    const entry = parseLine(file, line, i + 1);
    if (!follows(spec, entry, entries.at(-1))) {
      throw damaged(file, `line ${i + 1} does not follow the line before it`, { line: i + 1 });
    }
    entries.push(entry);
  }
  return { entries, bytes, fileBytes: content.length, crc: crc32(content) };
}
