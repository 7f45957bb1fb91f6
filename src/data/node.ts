// The second door of the room: what reads and writes files, asks the network for them, or starts workers.

export { writeFileAtomic } from './atomic.ts';
export { cacheFolder } from './cache-folder.ts';
export { compareDataset, type DatasetChange, type DatasetFingerprint, datasetFingerprint } from './fingerprint.ts';
export type { EpisodeAppender, EpisodeFormat, EpisodeLocation, EpisodeReader, FormatModule } from './formats/format.ts';
export {
  createEpisodes,
  detectFormat,
  formatNames,
  locateEpisodes,
  openEpisodes,
  registerFormat,
} from './formats/registry.ts';
export { readSafetensors, writeSafetensors } from './formats/safetensors-file.ts';
export { checkpointCache, type FetchedFile, type FetchOptions, fetchCheckpoint } from './hub.ts';
export { CIFAR10_CLASSES, type Cifar10, fetchCifar10, openCifar10 } from './images/cifar10.ts';
export { type ImageBatch, type ImageLoader, imageLoader } from './images/loader/image-loader.ts';
export type { ImageLoaderOptions } from './images/loader/plan.ts';
export { type OpenImagesOptions, openImages } from './images/open-images.ts';
export { decodeImage } from './images/read/decode.ts';
export type { DecodedImage } from './images/read/decoded.ts';
export type { ColumnOptions } from './images/read/parquet-file.ts';
export type { LoaderPart, WindowLoaderOptions } from './loader/plan.ts';
export type { LoaderStats } from './loader/slots.ts';
export { type Batch, type WindowLoader, windowLoader } from './loader/window-loader.ts';
export { readRegular } from './regular-file.ts';
export { isTemporary, removeStaleFiles } from './stale-files.ts';
export { describeStore, type EpisodeStore, openStore, type StoreDescription } from './store/reader.ts';
export { createStore, resumeStore, type StoreOptions, type StoreWriter } from './store/writer.ts';
export { libraryVersion } from './version.ts';
