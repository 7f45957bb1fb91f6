// Where encoded images come from, as plain data that can be posted to a worker: jobs, each with some images in a row.

import type { FileIdentity } from '../../data/node.ts';

/** A row group of a Parquet file. */
export interface ParquetJob {
  readonly kind: 'parquet';
  readonly file: string;
  readonly imageColumn: string;
  readonly labelColumn: string | null;
  /** The number of each class by what the column holds: a name, or a number that stands for another one. */
  readonly numbers: ReadonlyMap<string | number, number> | null;
  /** First row in the file, and number of rows. */
  readonly row: number;
  readonly rows: number;
}

/** Some files of an image folder. */
export interface FilesJob {
  readonly kind: 'files';
  readonly files: readonly string[];
  readonly labels: readonly number[];
}

/** A piece of work of one thread, and the position of its first image in the set. */
export type Job = (ParquetJob | FilesJob) & { readonly first: number };

/** A whole source of images. */
export interface ImageSource {
  readonly jobs: readonly Job[];
  readonly count: number;
  /** Empty where there are no labels or their names are not known. */
  readonly classes: readonly string[];
  /** Every file, which together identify the content. */
  readonly files: readonly FileIdentity[];
}

/** One encoded image. */
export interface EncodedImage {
  /** File and row, or file: for errors. */
  readonly where: string;
  readonly bytes: Uint8Array;
  readonly label: number;
}
