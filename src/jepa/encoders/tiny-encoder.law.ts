// A very small encoder for tests: 16 patches of a 16-pixel image, 12 wide.

import { type ImageEncoder, vitEncoder } from './image-encoder.ts';

/** Side of its images in pixels. */
export const SIZE = 16;

/** A vision transformer of one layer. */
export const encoder: ImageEncoder = vitEncoder({
  imageSize: SIZE,
  patchSize: 4,
  dim: 12,
  depth: 1,
  heads: 3,
  mlpDim: 24,
  positions: 'sincos',
});
