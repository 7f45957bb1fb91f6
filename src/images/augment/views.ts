// Views of images: for each image of a batch and each configuration one distorted crop. Pixels are f32 from the crop to
// the end and are rounded to bytes once; torchvision on byte tensors rounds after every operation.
//
// B images, V views, h w sides of a view.

import { fold, JepaError, type Key } from '../../core/index.ts';
import { resizer, toBytes } from '../../raster/index.ts';
import type { ImageSet } from '../image-set.ts';
import { type Blurrer, blurrer, gaussianKernel } from './blur.ts';
import { brightness, contrast, grayscale, hue, saturation, solarise } from './colour.ts';
import { type AugmentConfig, checkAugment } from './config.ts';
import { BRIGHTNESS, CONTRAST, drawView, type JitterDraw, SATURATION, type ViewDraw } from './draw.ts';

/** Applies drawn views, with buffers of its own; one per thread. */
export interface Augmenter {
  /**
   * Writes the view that was drawn into `out` at `at`, [size, size, 3] bytes.
   *
   * @param image one image, [height, width, 3] bytes
   */
  apply(
    config: AugmentConfig,
    draw: ViewDraw,
    image: Uint8Array,
    height: number,
    width: number,
    out: Uint8Array,
    at?: number,
  ): void;
}

function jitterColours(pixels: Float32Array, count: number, { order, factors }: JitterDraw): void {
  for (const part of order) {
    const factor = factors[part]!;
    if (part === BRIGHTNESS) brightness(pixels, count, factor);
    else if (part === CONTRAST) contrast(pixels, count, factor);
    else if (part === SATURATION) saturation(pixels, count, factor);
    else hue(pixels, count, factor);
  }
}

/** An augmenter for one thread. */
export function augmenter(): Augmenter {
  const resize = resizer();
  const blur: Blurrer = blurrer();
  let pixels: Float32Array = new Float32Array(0);
  return {
    apply(config, draw, image, height, width, out, at = 0) {
      const { size } = config;
      const count = size * size * 3;
      if (pixels.length < count) pixels = new Float32Array(count);
      if (draw.box === null) resize.centre(image, height, width, size, pixels, draw.flip);
      else resize.box(image, height, width, draw.box, size, size, pixels, draw.flip);
      if (draw.jitter !== null) jitterColours(pixels, count, draw.jitter);
      if (draw.grayscale) grayscale(pixels, count);
      if (draw.blurSigma !== null) blur(pixels, size, size, gaussianKernel(config.blur!.kernel, draw.blurSigma));
      if (draw.solarise) solarise(pixels, count, config.solarise!.threshold);
      toBytes(pixels, count, out, at);
    },
  };
}

/**
 * The views of some images: per configuration [B, size, size, 3] bytes. View v of position b of the batch is drawn under
 * fold(key, b, v), so it depends on neither the other images nor the other configurations.
 *
 * Errors: `usage` for a configuration that means nothing, or an index that is not in the set.
 *
 * @example
 * const [global, local] = augmentViews(cifar, [0, 1, 2], AUGMENTATIONS['cifar-dino'], key(0));
 */
export function augmentViews(
  set: ImageSet,
  indices: ArrayLike<number>,
  views: readonly AugmentConfig[],
  key: Key,
): Uint8Array[] {
  for (const view of views) checkAugment(view);
  const { apply } = augmenter();
  const out = views.map(({ size }) => new Uint8Array(indices.length * size * size * 3));
  for (let b = 0; b < indices.length; b++) {
    const index = indices[b]!;
    if (!(Number.isInteger(index) && index >= 0 && index < set.count)) {
      throw new JepaError('usage', `augmentViews: images of ${set.name} are 0 to ${set.count - 1}, got ${index}`, {
        index,
      });
    }
    writeViews(set, index, b, views, key, apply, out);
  }
  return out;
}

/** Writes all views of one image, at position `b` of the batch. */
export function writeViews(
  set: Pick<ImageSet, 'pixels' | 'height' | 'width'>,
  index: number,
  b: number,
  views: readonly AugmentConfig[],
  key: Key,
  apply: Augmenter['apply'],
  out: readonly Uint8Array[],
): void {
  const { height, width, pixels } = set;
  const bytes = height * width * 3;
  const image = pixels.subarray(index * bytes, (index + 1) * bytes);
  for (let v = 0; v < views.length; v++) {
    const config = views[v]!;
    const draw = drawView(config, height, width, fold(key, b, v));
    apply(config, draw, image, height, width, out[v]!, b * config.size * config.size * 3);
  }
}
