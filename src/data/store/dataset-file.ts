// dataset.json of an episode store: what the store holds, and how it was left.
//
// While a writer is at work `closed` is null; `close` writes how long the index then is and its checksum. A store that was
// closed must match exactly. One that was not may end in a torn episode, which readers ignore.
//
// Version 1 (jepa 0.1.0) had neither `closed` nor a checksum of the file; it is read as a store that was not closed.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { JepaError } from '../../core/index.ts';
import { ioError, writeFileAtomic } from '../atomic.ts';
import { checkSpec, type DatasetSpec } from '../episode.ts';
import { readText } from '../regular-file.ts';

/** Version of the layout of this folder; a reader refuses a newer one. */
export const STORE_VERSION = 2;
/** Name of the file that makes a folder a dataset. */
export const DATASET_FILE = 'dataset.json';

/** The index as `close` left it. */
export interface ClosedState {
  readonly episodes: number;
  readonly indexBytes: number;
  /** CRC-32 of the whole index. */
  readonly indexCrc: number;
}

/** What dataset.json holds. */
export interface DatasetFile {
  readonly format: 'jepa-episodes';
  readonly version: number;
  readonly library: string;
  readonly shardBytes: number;
  readonly spec: DatasetSpec;
  /** Null while a writer is at work, after one was killed, and in version 1. */
  readonly closed: ClosedState | null;
}

/** A `corrupt` error for a damaged dataset, with what to do about it. */
export function damaged(file: string, problem: string, details: Readonly<Record<string, unknown>> = {}): JepaError {
  return new JepaError(
    'corrupt',
    `dataset file ${file}: ${problem}; restore it from a copy or collect the dataset again`,
    { file, ...details },
  );
}

/** Whether `value` is an integer of at least 0. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The text of the file, its checksum last. */
function textOf({ format, version, library, shardBytes, spec, closed }: DatasetFile): string {
  const body = { format, version, library, shardBytes, spec, closed };
  return `${JSON.stringify({ ...body, crc: crc32(JSON.stringify(body)) }, null, 2)}\n`;
}

/** Replaces dataset.json. Errors: `io`. */
export function writeDatasetFile(dir: string, file: DatasetFile): void {
  writeFileAtomic(join(dir, DATASET_FILE), [new TextEncoder().encode(textOf(file))]);
}

/** Whether `file` is how a writer of this version wrote `text`. */
function isWhole(file: DatasetFile, text: string): boolean {
  const { closed } = file;
  const known = closed === null || [closed?.episodes, closed?.indexBytes, closed?.indexCrc].every(isCount);
  return known && text === textOf(file);
}

/**
 * Reads dataset.json.
 *
 * @throws JepaError 'data' when `dir` is not a dataset; 'corrupt' when the file is damaged; 'unsupported' when a newer
 * library wrote it; 'io'
 */
export function readDatasetFile(dir: string): DatasetFile {
  const path = join(dir, DATASET_FILE);
  if (!existsSync(path)) {
    throw new JepaError('data', `${dir} is not a dataset: it has no ${DATASET_FILE}; check the path, or collect one`, {
      dir,
    });
  }
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    if (error instanceof JepaError) throw error;
    throw ioError(`reading ${path}`, error, 'nothing was changed');
  }
  let parsed: (Partial<DatasetFile> & { readonly crc?: unknown }) | null;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw damaged(path, `it is not JSON (${error instanceof Error ? error.message : error})`);
  }
  if (parsed?.format !== 'jepa-episodes') throw damaged(path, "its 'format' must be 'jepa-episodes'");
  const { format, version, spec, shardBytes, library, closed = null, crc } = parsed;
  if (version !== STORE_VERSION && version !== 1) {
    throw new JepaError(
      'unsupported',
      `${path}: this library reads versions 1 and ${STORE_VERSION} of the format, the dataset has ${version} ` +
        `(written by ${library}); update the library`,
      { file: path, version },
    );
  }
  if (!Array.isArray(spec?.columns) || !isCount(shardBytes) || typeof library !== 'string') {
    throw damaged(path, "'spec', 'shardBytes' or 'library' is missing");
  }
  const file: DatasetFile = { format, version, library, shardBytes, spec, closed };
  const asWritten = version === 1 ? crc === undefined && closed === null : isWhole(file, text);
  if (!asWritten) throw damaged(path, 'its checksum does not match');
  try {
    checkSpec(spec);
  } catch (error) {
    throw damaged(path, error instanceof Error ? error.message : String(error));
  }
  return file;
}
