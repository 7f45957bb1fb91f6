// How a convolution walks over an image.

/** [height, width] */
export type Pair = readonly [number, number];

/** Stride, padding and groups of a convolution, filled in. */
export interface ConvAttributes {
  readonly strides: Pair;
  /** [top, bottom] and [left, right]. */
  readonly padding: readonly [Pair, Pair];
  readonly groups: number;
}
