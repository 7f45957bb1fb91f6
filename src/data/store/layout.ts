// The files of an episode store, and how they are read back:
//
//   dataset.json         the spec, the format's version and the library's; written once, whole
//   episodes.jsonl       the index: one line per episode, appended after the episode's bytes, each with its checksum
//   <column>-00000.bin   shards: the rows of a column, little-endian, without headers; an episode never spans two shards
//
// An episode exists when its line, ended by a newline, stands in the index. Whatever lies behind the last newline of the
// index, or behind the last indexed byte of a shard, is the torn tail of a process that was killed: readers ignore it,
// `resumeStore` cuts it off.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { JepaError } from '../../core/index.ts';
import { ioError } from '../atomic.ts';
import { checkSpec, type DatasetSpec, type EpisodeSpan } from '../episode.ts';

/** Version of the layout of this folder; a reader refuses a newer one. */
export const STORE_VERSION = 1;
/** Name of the file that makes a folder a dataset. */
export const DATASET_FILE = 'dataset.json';
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

/** What dataset.json holds. */
export interface DatasetFile {
  readonly format: 'jepa-episodes';
  readonly version: number;
  readonly library: string;
  readonly shardBytes: number;
  readonly spec: DatasetSpec;
}

/** The complete entries of an index, and the length in bytes of the lines that hold them. */
export interface Index {
  readonly entries: readonly EpisodeEntry[];
  readonly bytes: number;
}

/** Path of a shard of a column. */
export function shardPath(dir: string, column: string, shard: number): string {
  return join(dir, `${column}-${String(shard).padStart(5, '0')}.bin`);
}

/** A `corrupt` error for a damaged dataset, with what to do about it. */
export function damaged(file: string, problem: string, details: Readonly<Record<string, unknown>> = {}): JepaError {
  return new JepaError(
    'corrupt',
    `dataset file ${file}: ${problem}; restore it from a copy or collect the dataset again`,
    { file, ...details },
  );
}

/** The line of the index for an episode, with its newline. */
export function indexLine(entry: EpisodeEntry): string {
  return `${JSON.stringify({ crc: crc32(JSON.stringify(entry)), entry })}\n`;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
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

/** Reads the index of a dataset. Errors: `corrupt`, with the line, when a complete line is damaged; `io`. */
export function readIndex(dir: string, spec: DatasetSpec): Index {
  const file = join(dir, INDEX_FILE);
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (error) {
    throw ioError(`reading ${file}`, error, 'nothing was changed');
  }
  const bytes = content.lastIndexOf(0x0a) + 1;
  const entries: EpisodeEntry[] = [];
  let row = 0;
  const lines = content.toString('utf8', 0, bytes).split('\n').slice(0, -1);
  for (const [i, line] of lines.entries()) {
    const entry = parseLine(file, line, i + 1);
    const whole = spec.columns.every(({ name }) => isCount(entry.at[name]?.shard) && isCount(entry.at[name]?.offset));
    if (entry.row !== row || !isCount(entry.length) || !whole) {
      throw damaged(file, `line ${i + 1} does not follow the line before it`, { line: i + 1 });
    }
    row += entry.length;
    entries.push(entry);
  }
  return { entries, bytes };
}

/**
 * Reads dataset.json. Errors: `data` when `dir` is not a dataset; `corrupt` when the file is damaged; `unsupported` when
 * a newer library wrote it.
 */
export function readDatasetFile(dir: string): DatasetFile {
  const file = join(dir, DATASET_FILE);
  if (!existsSync(file)) {
    throw new JepaError('data', `${dir} is not a dataset: it has no ${DATASET_FILE}; check the path, or collect one`, {
      dir,
    });
  }
  let parsed: Partial<DatasetFile> | null;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw ioError(`reading ${file}`, error, 'nothing was changed');
    throw damaged(file, `it is not JSON (${error.message})`);
  }
  if (parsed?.format !== 'jepa-episodes') throw damaged(file, "its 'format' must be 'jepa-episodes'");
  const { version, spec, shardBytes, library } = parsed;
  if (version !== STORE_VERSION) {
    throw new JepaError(
      'unsupported',
      `${file}: this library reads version ${STORE_VERSION} of the format, the dataset has ${version} ` +
        `(written by ${library}); update the library`,
      { file, version },
    );
  }
  if (!Array.isArray(spec?.columns) || !isCount(shardBytes) || typeof library !== 'string') {
    throw damaged(file, "'spec', 'shardBytes' or 'library' is missing");
  }
  try {
    checkSpec(spec);
  } catch (error) {
    throw damaged(file, error instanceof Error ? error.message : String(error));
  }
  return { format: parsed.format, version, library, shardBytes, spec };
}
