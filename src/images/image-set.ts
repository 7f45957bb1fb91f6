// Images in memory, decoded and of one size.

/** An image that was left out, and why. */
export interface SkippedImage {
  /** File and row, or file. */
  readonly where: string;
  readonly why: string;
}

/** A set of labelled images, held once in memory that threads share. */
export interface ImageSet {
  readonly name: string;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 3;
  /** [count, height, width, 3], red green blue, on a SharedArrayBuffer. */
  readonly pixels: Uint8Array;
  /** [count], indices into `classes`; -1 throughout where the source has no labels. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
  /** Corrupt images that were left out, where the caller allowed it. */
  readonly skipped: readonly SkippedImage[];
}
