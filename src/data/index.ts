export { writeFileAtomic } from './atomic.ts';
export { cacheFolder } from './cache-folder.ts';
export { checkEpisode } from './check-episode.ts';
export {
  ACTION,
  type Column,
  type ColumnArray,
  type ColumnDType,
  columnOf,
  type DatasetSpec,
  type EpisodeData,
  type EpisodeSource,
  type EpisodeSpan,
  PIXELS,
  readF32,
  readU8,
  rowSize,
} from './episode.ts';
export { type FileKind, fileKind } from './file-kind.ts';
export { compareDataset, type DatasetChange, type DatasetFingerprint, datasetFingerprint } from './fingerprint.ts';
export { f32Tensor, toFloat32 } from './formats/dtype.ts';
export type { EpisodeAppender, EpisodeFormat, EpisodeLocation, EpisodeReader, FormatModule } from './formats/format.ts';
export {
  createEpisodes,
  detectFormat,
  formatNames,
  locateEpisodes,
  openEpisodes,
  registerFormat,
} from './formats/registry.ts';
export type { SafeDType, SafeTensor } from './formats/safe-tensor.ts';
export {
  parseSafetensors,
  readSafetensors,
  type SafeFile,
  SHA256_KEY,
  writeSafetensors,
} from './formats/safetensors.ts';
export { checkpointCache, type FetchedFile, type FetchOptions, fetchCheckpoint } from './hub.ts';
export {
  type AugmentConfig,
  type Blur,
  type Crop,
  checkAugment,
  type Jitter,
  type Range,
} from './images/augment/config.ts';
export { AUGMENTATIONS, augmentation } from './images/augment/presets.ts';
export { augmentViews } from './images/augment/views.ts';
export { CIFAR10_CLASSES, type Cifar10, fetchCifar10, openCifar10 } from './images/cifar10.ts';
export type { ImageSet, SkippedImage } from './images/image-set.ts';
export { type ImageBatchesOptions, imageBatches, type PlainImages } from './images/loader/image-batches.ts';
export { type ImageBatch, type ImageLoader, imageLoader } from './images/loader/image-loader.ts';
export type { ImageLoaderOptions } from './images/loader/plan.ts';
export { type OpenImagesOptions, openImages } from './images/open-images.ts';
export { decodeImage } from './images/read/decode.ts';
export type { DecodedImage } from './images/read/decoded.ts';
export type { ColumnOptions } from './images/read/parquet-file.ts';
export { type LazyOptions, lazySource } from './lazy-source.ts';
export { READ_LIMITS, type ReadLimits, readLimits, requireLimit } from './limits.ts';
export type { LoaderPart, WindowLoaderOptions } from './loader/plan.ts';
export type { LoaderStats } from './loader/slots.ts';
export { type Batch, type WindowLoader, windowLoader } from './loader/window-loader.ts';
export { memorySource } from './memory-source.ts';
export { denormalise, fitNormaliser, type Normaliser, normalise } from './normaliser.ts';
export { readRegular } from './regular-file.ts';
export { type Split, type SplitFractions, splitEpisodes } from './split.ts';
export { isTemporary, removeStaleFiles } from './stale-files.ts';
export { describeStore, type EpisodeStore, openStore, type StoreDescription } from './store/reader.ts';
export { createStore, resumeStore, type StoreOptions, type StoreWriter } from './store/writer.ts';
export { libraryVersion } from './version.ts';
export { actionRows, frameRow, type WindowShape, windowCount, windowSpan, windowStarts } from './windows.ts';
