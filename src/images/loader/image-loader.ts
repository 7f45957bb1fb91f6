// The image loader: batches of augmented views, prepared by worker threads while the trainer computes.
//
// B images, V views per image.

import { type LoaderStats, slotSource } from '../../data/node.ts';
import { imageFiller, imageStepsPerEpoch } from './fill.ts';
import { type ImageLoaderOptions, imagePlan } from './plan.ts';

/**
 * One batch of views. Its arrays belong to the loader and are valid until the next call of `next`, which takes them back.
 * They are ordinary memory, so that they can be fed to a session as they are.
 */
export interface ImageBatch {
  readonly step: number;
  /** Per view configuration [B, size, size, 3] bytes. */
  readonly views: readonly Uint8Array[];
  /** [B], the class of each image; -1 where the source has no labels. */
  readonly labels: Int32Array;
  /** [B], which image of the set. */
  readonly indices: Int32Array;
}

/** A running loader; `close` it. */
export interface ImageLoader {
  /** Number of images, and batches in an epoch: floor(images / B). */
  readonly images: number;
  readonly stepsPerEpoch: number;
  /** Shape of each array of `views`. */
  readonly shapes: readonly (readonly number[])[];
  /**
   * The batch of the next step; blocks the thread until it is ready.
   *
   * Errors: `runtime` when a worker died.
   */
  next(): ImageBatch;
  stats(): LoaderStats;
  close(): void;
}

/**
 * Starts a loader over the images of a set.
 *
 * Each epoch permutes the images; batch `step`, its images and what is drawn for their views, depends on `key` and `step`
 * only, not on the number of workers nor on where the loader started.
 *
 * Errors: `data` when there are fewer images than a batch needs; `usage` for wrong options.
 *
 * @example
 * const { train } = await openCifar10();
 * const loader = imageLoader({ set: train, batchSize: 256, views: augmentation('cifar-vicreg'), key: key(0) });
 * for (let i = 0; i < loader.stepsPerEpoch; i++) step(loader.next().views);
 * loader.close();
 */
export function imageLoader(options: ImageLoaderOptions): ImageLoader {
  const plan = imagePlan(options);
  const { batchSize, views } = plan;
  const source = slotSource({ module: 'images/loader/worker.js', plan, filler: imageFiller, ...options });
  let step = options.startStep ?? 0;
  return {
    images: plan.indices.length,
    stepsPerEpoch: imageStepsPerEpoch(plan),
    shapes: views.map(({ size }) => [batchSize, size, size, 3]),
    next() {
      const buffer = source.take();
      return {
        step: step++,
        views: views.map(({ size }, v) => new Uint8Array(buffer, plan.viewOffsets[v], batchSize * size * size * 3)),
        labels: new Int32Array(buffer, plan.labelsOffset, batchSize),
        indices: new Int32Array(buffer, plan.indicesOffset, batchSize),
      };
    },
    stats: source.stats,
    close: source.close,
  };
}
