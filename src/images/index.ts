// The room's first door: what runs in a page too. What touches files and threads: `node.ts`.

export {
  type AugmentConfig,
  type AugmentRange,
  type Blur,
  type Crop,
  checkAugment,
  type Jitter,
} from './augment/config.ts';
export { AUGMENTATIONS, augmentation } from './augment/presets.ts';
export { augmentViews } from './augment/views.ts';
export type { ImageSet, SkippedImage } from './image-set.ts';
export { type ImageBatchesOptions, imageBatches, type PlainImages } from './loader/image-batches.ts';
