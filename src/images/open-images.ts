// Opens labelled images from Parquet files or a folder: decoded once, then read from a cache.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { JepaError } from '../core/index.ts';
import { type ReadLimits, readLimits } from '../data/index.ts';
import { cacheFolder } from '../data/node.ts';
import { readImageCache, writeImageCache } from './cache-file.ts';
import type { ImageSet } from './image-set.ts';
import { decodeAll } from './read/decode-all.ts';
import { folderClasses, folderSource } from './read/folder.ts';
import { parquetClasses, parquetSource } from './read/parquet.ts';
import type { ColumnOptions } from './read/parquet-file.ts';
import type { ImageSource } from './read/source.ts';

/** How to read a source of images. */
export interface OpenImagesOptions {
  /** Side to which all images are brought (shortest side resized, centre taken); needed when they differ in size. */
  readonly size?: number;
  /** Which part: files that begin with `<split>-` or are called `<split>.parquet`, or the folder `<split>`. */
  readonly split?: string;
  /** Columns of Parquet files, where they have other names. */
  readonly columns?: ColumnOptions;
  /**
   * The classes in the order of their numbers. Default: those of the part `train` where there is one, so that all parts have
   * the same numbers, else those of the source. A source that has names is matched by them; where it has numbers only,
   * these are their names.
   */
  readonly classes?: readonly string[];
  /** Leaves out images that are corrupt or of a kind that is not read, listed in `skipped`, instead of refusing the whole. */
  readonly skipCorrupt?: boolean;
  /** Upper bounds of what is read, where `READ_LIMITS` are too low. */
  readonly limits?: Partial<ReadLimits>;
  /** Folder of the cache (default: see `cacheFolder`), or false to decode each time. */
  readonly cache?: string | false;
  /** Threads that decode (default: the machine's cores, at most 4). */
  readonly workers?: number;
  /** Called while images are decoded; never when the cache is used. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const isParquet = (name: string): boolean => name.toLowerCase().endsWith('.parquet');

/** The part whose classes all others have. */
const REFERENCE = 'train';

/** The Parquet files of a part; of all parts without one. */
const filesOf = (names: readonly string[], split: string | undefined): readonly string[] =>
  names.filter((name) => split === undefined || name.startsWith(`${split}-`) || name === `${split}.parquet`);

async function parquetAt(
  folder: string,
  names: readonly string[],
  { split, columns = {}, classes }: OpenImagesOptions,
  limits: ReadLimits,
): Promise<ImageSource> {
  const within = (part: string | undefined): string[] => filesOf(names, part).map((name) => join(folder, name));
  const chosen = within(split);
  if (chosen.length === 0) {
    throw new JepaError('usage', `${folder}: no Parquet file of split '${split}', there are ${names.join(', ')}`, {
      split,
    });
  }
  const reference = split === undefined || split === REFERENCE ? [] : within(REFERENCE);
  const known = classes ?? (reference.length === 0 ? undefined : await parquetClasses(reference, columns, limits));
  return parquetSource(chosen, columns, limits, known);
}

async function sourceAt(path: string, options: OpenImagesOptions, limits: ReadLimits): Promise<ImageSource> {
  const { split, columns = {}, classes } = options;
  if (!existsSync(path)) {
    throw new JepaError('usage', `images: '${path}' must be a Parquet file or a folder; check the path`, { path });
  }
  if (!statSync(path).isDirectory()) {
    if (isParquet(path)) return parquetSource([path], columns, limits, classes);
    throw new JepaError('usage', `images: '${path}' must be a Parquet file (.parquet) or a folder`, { path });
  }
  const parquet = readdirSync(path).filter(isParquet).sort();
  if (parquet.length > 0) return parquetAt(path, parquet, options, limits);
  if (split === undefined) return folderSource(path, limits, classes);
  const part = join(path, split);
  if (!existsSync(part)) {
    throw new JepaError('usage', `${path}: no folder '${split}' and no Parquet file of that split`, { split });
  }
  const reference = join(path, REFERENCE);
  const known = classes ?? (split !== REFERENCE && existsSync(reference) ? folderClasses(reference) : undefined);
  return folderSource(part, limits, known);
}

/** Raised whenever the same files give other pixels or labels, so that what older versions decoded is not used. */
const DECODING = 2;

/** What the decoded images depend on: the state of the files, their classes, and how they are read. */
function fingerprintOf(source: ImageSource, options: OpenImagesOptions, limits: ReadLimits): string {
  const { files, classes } = source;
  const { size = null, columns = null, skipCorrupt = false } = options;
  const what = { decoding: DECODING, files, classes, size, columns, skipCorrupt, limits: skipCorrupt ? limits : null };
  return createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32);
}

/** The names of the classes, as many as the labels need: known, or the numbers themselves. */
function namesOf(labels: Int32Array, known: readonly string[]): readonly string[] {
  const most = labels.reduce((a, b) => Math.max(a, b), -1) + 1;
  const names = known.length > 0 ? known : Array.from({ length: most }, (_, i) => String(i));
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
 * verified, as long as the source's files are the same by place, inode, size and times, in nanoseconds.
 *
 * @throws JepaError 'usage' for a path, column or split that is not there; 'corrupt' for a truncated Parquet file, a corrupt
 * image (unless skipped) or a damaged cache; 'data' for an empty folder, a file that is no image or no regular file, a link
 * that leads nowhere, a class that the part `train` does not have, or images of several sizes when none is given;
 * 'unsupported' above a limit, and for a kind of image that is not read (unless skipped); 'io' when the cache cannot be
 * written.
 *
 * @example
 * const set = await openImages('data/flowers', { size: 64 });
 * console.log(set.count, set.classes);
 */
export async function openImages(path: string, options: OpenImagesOptions = {}): Promise<ImageSet> {
  const { size, split, skipCorrupt = false, cache = cacheFolder(), workers, onProgress, signal } = options;
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 1)) {
    throw new JepaError('usage', `openImages: size must be an integer of at least 1, got ${size}`, { size });
  }
  const limits = readLimits(options.limits);
  const source = await sourceAt(path, options, limits);
  const fingerprint = fingerprintOf(source, options, limits);
  const name = [basename(resolve(path)).replace(/\.parquet$/i, ''), ...(split === undefined ? [] : [split])].join('-');
  const file = cache === false ? undefined : join(cache, 'images', `${name}-${fingerprint.slice(0, 12)}.images`);
  let set = file === undefined ? undefined : readImageCache(file, fingerprint);
  if (set === undefined) {
    const decoded = await decodeAll(source, {
      size: size ?? null,
      skipCorrupt,
      limits,
      ...(workers === undefined ? {} : { workers }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    });
    set = { ...decoded, name, channels: 3, classes: namesOf(decoded.labels, source.classes) };
    if (file !== undefined) writeImageCache(file, set, fingerprint);
  }
  return { ...set, name };
}
