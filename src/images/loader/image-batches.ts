// Images in order and as they are, for evaluation.

import { JepaError } from '../../core/index.ts';
import { resizer, toBytes } from '../../raster/index.ts';
import type { ImageSet } from '../image-set.ts';
import { usedIndices } from './plan.ts';

/** Which images, and how many at a time. */
export interface ImageBatchesOptions {
  /** The images to use, in this order (default all). */
  readonly indices?: ArrayLike<number>;
  readonly batchSize: number;
  /** Side of the images: shortest side resized, centre taken (default: the images as they are). */
  readonly size?: number;
}

/** Some images, B of them. */
export interface PlainImages {
  /** [B, height, width, 3], bytes in ordinary memory of their own. */
  readonly pixels: Uint8Array;
  readonly labels: Int32Array;
  readonly indices: Int32Array;
  readonly height: number;
  readonly width: number;
}

/**
 * The images of a set, each once, without augmentation; the last batch holds what is left.
 *
 * Errors: `usage` for an index that is not in the set, a batch size or a size that is not at least 1.
 *
 * @example
 * for (const { pixels, labels } of imageBatches(test, { batchSize: 512 })) score(pixels, labels);
 */
export function* imageBatches(
  set: ImageSet,
  { indices, batchSize, size }: ImageBatchesOptions,
): Generator<PlainImages, void, undefined> {
  for (const [name, value] of Object.entries({ batchSize, size: size ?? 1 })) {
    if (!(Number.isSafeInteger(value) && value >= 1)) {
      throw new JepaError('usage', `imageBatches: ${name} must be an integer of at least 1, got ${value}`, { name });
    }
  }
  const used = usedIndices(set, indices);
  const [height, width] = size === undefined ? [set.height, set.width] : [size, size];
  const from = set.height * set.width * 3;
  const to = height * width * 3;
  const resize = resizer();
  const values = new Float32Array(size === undefined ? 0 : to);
  for (let first = 0; first < used.length; first += batchSize) {
    const chosen = Int32Array.from(used.subarray(first, first + batchSize));
    const pixels = new Uint8Array(chosen.length * to);
    for (const [b, index] of chosen.entries()) {
      const image = set.pixels.subarray(index * from, (index + 1) * from);
      if (size === undefined) pixels.set(image, b * to);
      else {
        resize.centre(image, set.height, set.width, size, values);
        toBytes(values, to, pixels, b * to);
      }
    }
    yield { pixels, labels: chosen.map((index) => set.labels[index]!), indices: chosen, height, width };
  }
}
