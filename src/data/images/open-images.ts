// Opens labelled images from Parquet files or a folder: decoded once, then read from a cache.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { JepaError } from '../../core/index.ts';
import { cacheFolder } from '../cache-folder.ts';
import { readImageCache, writeImageCache } from './cache-file.ts';
import type { ImageSet } from './image-set.ts';
import { decodeAll } from './read/decode-all.ts';
import { folderSource } from './read/folder.ts';
import { type ColumnOptions, parquetSource } from './read/parquet.ts';
import type { ImageSource } from './read/source.ts';

/** How to read a source of images. */
export interface OpenImagesOptions {
  /** Side to which all images are brought (shortest side resized, centre taken); needed when they differ in size. */
  readonly size?: number;
  /** Which part: files that begin with `<split>-` or are called `<split>.parquet`, or the folder `<split>`. */
  readonly split?: string;
  /** Columns of Parquet files, where they have other names. */
  readonly columns?: ColumnOptions;
  /** Names of the classes in the order of their numbers, where the source does not know them. */
  readonly classes?: readonly string[];
  /** Leaves corrupt images out and lists them in `skipped`, instead of refusing the whole. */
  readonly skipCorrupt?: boolean;
  /** Folder of the cache (default: see `cacheFolder`), or false to decode each time. */
  readonly cache?: string | false;
  /** Threads that decode (default: the machine's cores, at most 4). */
  readonly workers?: number;
  /** Called while images are decoded; never when the cache is used. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const isParquet = (name: string): boolean => name.toLowerCase().endsWith('.parquet');

async function sourceAt(path: string, { split, columns }: OpenImagesOptions): Promise<ImageSource> {
  if (!existsSync(path)) {
    throw new JepaError('usage', `images: '${path}' must be a Parquet file or a folder; check the path`, { path });
  }
  if (!statSync(path).isDirectory()) {
    if (isParquet(path)) return parquetSource([path], columns);
    throw new JepaError('usage', `images: '${path}' must be a Parquet file (.parquet) or a folder`, { path });
  }
  const parquet = readdirSync(path).filter(isParquet).sort();
  if (parquet.length > 0) {
    const chosen = parquet.filter(
      (name) => split === undefined || name.startsWith(`${split}-`) || name === `${split}.parquet`,
    );
    if (chosen.length === 0) {
      throw new JepaError('usage', `${path}: no Parquet file of split '${split}', there are ${parquet.join(', ')}`, {
        split,
      });
    }
    return parquetSource(
      chosen.map((name) => join(path, name)),
      columns,
    );
  }
  if (split === undefined) return folderSource(path);
  const part = join(path, split);
  if (!existsSync(part)) {
    throw new JepaError('usage', `${path}: no folder '${split}' and no Parquet file of that split`, { split });
  }
  return folderSource(part);
}

/** What the decoded images depend on: the files by name, size and time of change, and how they are read. */
function fingerprintOf(source: ImageSource, { size, columns, skipCorrupt = false }: OpenImagesOptions): string {
  const what = { files: source.files, size: size ?? null, columns: columns ?? null, skipCorrupt };
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32);
}

/** The names of the classes, as many as the labels need: given, known to the source, or the numbers themselves. */
function namesOf(
  labels: Int32Array,
  given: readonly string[] | undefined,
  known: readonly string[],
): readonly string[] {
  const most = labels.reduce((a, b) => Math.max(a, b), -1) + 1;
  const names = given ?? (known.length > 0 ? known : Array.from({ length: most }, (_, i) => String(i)));
  if (names.length < most) {
    throw new JepaError('data', `images: labels go up to ${most - 1}, there are names for ${names.length} classes`, {
      classes: names,
    });
  }
  return names;
}

/**
 * Opens the images at `path`: a Parquet file, a folder of Parquet files, or a folder with a folder of images per class.
 *
 * The first time they are decoded in worker threads and written to the cache; later they are read from it, checksum
 * verified, as long as names, sizes and times of the source's files are the same.
 *
 * Errors: `usage` for a path, column or split that is not there; `corrupt` for a truncated Parquet file, a corrupt image
 * (unless skipped) or a damaged cache; `data` for an empty folder, a file that is no image, or images of several sizes
 * when none is given; `io` when the cache cannot be written.
 *
 * @example
 * const set = await openImages('data/flowers', { size: 64 });
 * console.log(set.count, set.classes);
 */
export async function openImages(path: string, options: OpenImagesOptions = {}): Promise<ImageSet> {
  const { size, split, classes, skipCorrupt = false, cache = cacheFolder(), workers, onProgress, signal } = options;
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 1)) {
    throw new JepaError('usage', `openImages: size must be an integer of at least 1, got ${size}`, { size });
  }
  const source = await sourceAt(path, options);
  const fingerprint = fingerprintOf(source, options);
  const name = [basename(resolve(path)).replace(/\.parquet$/i, ''), ...(split === undefined ? [] : [split])].join('-');
  const file = cache === false ? undefined : join(cache, 'images', `${name}-${fingerprint.slice(0, 12)}.images`);
  let set = file === undefined ? undefined : readImageCache(file, fingerprint);
  if (set === undefined) {
    const decoded = await decodeAll(source, {
      size: size ?? null,
      skipCorrupt,
      ...(workers === undefined ? {} : { workers }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    });
    set = { ...decoded, name, channels: 3, classes: namesOf(decoded.labels, undefined, source.classes) };
    if (file !== undefined) writeImageCache(file, set, fingerprint);
  }
  return { ...set, name, classes: classes === undefined ? set.classes : namesOf(set.labels, classes, []) };
}
