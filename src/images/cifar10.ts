// CIFAR-10 (Krizhevsky 2009): 60,000 images of 32 x 32 pixels in ten classes, as the public Parquet files.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { cacheFolder, type FetchedFile, type FetchOptions, fetchFiles } from '../data/node.ts';
import type { ImageSet } from './image-set.ts';
import { type OpenImagesOptions, openImages } from './open-images.ts';

/** The classes in the order of their numbers. */
export const CIFAR10_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

const FILES = ['train-00000-of-00001.parquet', 'test-00000-of-00001.parquet'] as const;
const REPOSITORY = 'datasets/uoft-cs/cifar10/resolve/main/plain_text';

/** Where `fetchCifar10` puts the files when no folder is named. */
const defaultFolder = (): string => join(cacheFolder(), 'cifar10');

/** Train and test images. */
export interface Cifar10 {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** Training images of CIFAR-10. */
const TRAIN_COUNT = 50_000;

/** Whether a set that knows no names is CIFAR-10: its files as the hub has them, its number of images, ten numbers. */
function isCifar10(folder: string, train: ImageSet): boolean {
  const numbered = train.classes.join() === CIFAR10_CLASSES.map((_, i) => i).join();
  const files = FILES.every((file) => existsSync(join(folder, file)));
  return numbered && files && train.count + train.skipped.length === TRAIN_COUNT;
}

/**
 * Opens CIFAR-10, or images of your own in two parts `train` and `test`, from a folder: `path`, else the variable
 * JEPA_CIFAR10, else the folder that `jepa fetch cifar10` fills. Both parts have one list of classes, that of `train`; names
 * come from the data, and CIFAR-10's own files, which have none, get `CIFAR10_CLASSES`.
 *
 * @throws JepaError 'data' when the files are not there, with what to do; those of `openImages`.
 *
 * @example
 * const { train, test } = await openCifar10();
 */
export async function openCifar10(
  path?: string,
  options: Omit<OpenImagesOptions, 'split' | 'classes'> = {},
): Promise<Cifar10> {
  const named = path ?? (process.env.JEPA_CIFAR10 || undefined);
  const folder = named ?? defaultFolder();
  if (!existsSync(folder)) {
    const remedy = 'run jepa fetch cifar10, or name a folder with the Parquet files by --data PATH or JEPA_CIFAR10';
    throw new JepaError('data', `CIFAR-10 must be in ${folder}, there is no such folder; ${remedy}`, { folder });
  }
  const train = await openImages(folder, { ...options, split: 'train' });
  const test = await openImages(folder, { ...options, split: 'test' });
  if (!isCifar10(folder, train)) return { train, test };
  return { train: { ...train, classes: CIFAR10_CLASSES }, test: { ...test, classes: CIFAR10_CLASSES } };
}

/**
 * Downloads the public Parquet files of CIFAR-10 (about 144 MB). Files that are there are kept; an interrupted download
 * continues; the hub's SHA-256 is verified where it gives one.
 *
 * Errors: `io` when the hub cannot be reached or answers with a failure; `corrupt` when a checksum is wrong.
 */
export async function fetchCifar10(options: FetchOptions = {}): Promise<readonly FetchedFile[]> {
  return fetchFiles(REPOSITORY, FILES, options.dir ?? defaultFolder(), options, { magic: 'PAR1' });
}
