// What the filling code of an image loader needs, as plain data that can be posted to a worker. A slot holds one batch: per
// configuration the views [B, size, size, 3] bytes, then labels and indices [B] (Int32).

import { JepaError, type Key } from '../../core/index.ts';
import type { LoaderThreads } from '../../data/node.ts';
import { type AugmentConfig, checkAugment } from '../augment/config.ts';
import type { ImageSet } from '../image-set.ts';

/** What to load, in which order, and how. */
export interface ImageLoaderOptions extends LoaderThreads {
  readonly set: ImageSet;
  /** The images to use (default all): a low-shot subset, a part of a split. */
  readonly indices?: ArrayLike<number>;
  /** Images per batch (B); an epoch's last, smaller batch is dropped. */
  readonly batchSize: number;
  /** The views made of each image. */
  readonly views: readonly AugmentConfig[];
  /** Names the order of the images and the draws of the views. */
  readonly key: Key;
}

/** Everything that determines the content of every batch. */
export interface ImagePlan {
  readonly pixels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly labels: Int32Array;
  readonly indices: Int32Array;
  readonly batchSize: number;
  readonly views: readonly AugmentConfig[];
  readonly key: Key;
  /** Byte offset of each configuration's views in a slot. */
  readonly viewOffsets: readonly number[];
  readonly labelsOffset: number;
  readonly indicesOffset: number;
  readonly slotBytes: number;
}

const ALIGN = 64;

function check(options: ImageLoaderOptions, count: number): void {
  const atLeast = { batchSize: 1, startStep: 0, workers: 0, depth: 1, stallTimeoutMs: 1 } as const;
  for (const [name, least] of Object.entries(atLeast)) {
    const value = options[name as keyof typeof atLeast];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
      throw new JepaError('usage', `imageLoader: ${name} must be an integer of at least ${least}, got ${value}`, {
        name,
      });
    }
  }
  if (options.views.length === 0) throw new JepaError('usage', 'imageLoader: views must name at least one view');
  for (const config of options.views) {
    checkAugment(config);
    const { size, crop } = config;
    const least = Math.min(options.set.height, options.set.width);
    if (crop.kind === 'shift' && size > least + 2 * crop.padding) {
      throw new JepaError(
        'usage',
        `imageLoader: a shifted view of ${size} pixels must fit into the padded image, ${least} + 2 x ${crop.padding}`,
        { crop },
      );
    }
  }
  if (count < options.batchSize) {
    throw new JepaError(
      'data',
      `imageLoader: a batch needs ${options.batchSize} images, there are ${count}; use a smaller batch`,
      { count, batchSize: options.batchSize },
    );
  }
}

/** The image numbers that are used, checked. */
export function usedIndices(set: ImageSet, indices: ArrayLike<number> | undefined): Int32Array {
  const used = new Int32Array(new SharedArrayBuffer(4 * (indices?.length ?? set.count)));
  for (let i = 0; i < used.length; i++) {
    const index = indices === undefined ? i : indices[i]!;
    if (!(Number.isInteger(index) && index >= 0 && index < set.count)) {
      throw new JepaError('usage', `images of ${set.name} are 0 to ${set.count - 1}, got ${index}`, { index });
    }
    used[i] = index;
  }
  return used;
}

/** Lays out a loader. */
export function imagePlan(options: ImageLoaderOptions): ImagePlan {
  const { set, batchSize, views, key } = options;
  const indices = usedIndices(set, options.indices);
  check(options, indices.length);
  let at = 0;
  const place = (byteLength: number): number => {
    const offset = at;
    at = Math.ceil((at + byteLength) / ALIGN) * ALIGN;
    return offset;
  };
  return {
    pixels: set.pixels,
    height: set.height,
    width: set.width,
    labels: set.labels,
    indices,
    batchSize,
    views,
    key,
    viewOffsets: views.map(({ size }) => place(batchSize * size * size * 3)),
    labelsOffset: place(4 * batchSize),
    indicesOffset: place(4 * batchSize),
    slotBytes: at,
  };
}
