export { writeFileAtomic } from './atomic.ts';
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
export { f32Tensor, toFloat32 } from './formats/dtype.ts';
export {
  parseSafetensors,
  readSafetensors,
  type SafeDType,
  type SafeFile,
  type SafeTensor,
  SHA256_KEY,
  writeSafetensors,
} from './formats/safetensors.ts';
export type { WindowLoaderOptions } from './loader/plan.ts';
export type { LoaderStats } from './loader/slots.ts';
export { type Batch, type WindowLoader, windowLoader } from './loader/window-loader.ts';
export { memorySource } from './memory-source.ts';
export { denormalise, fitNormaliser, type Normaliser, normalise } from './normaliser.ts';
export { type Split, type SplitFractions, splitEpisodes } from './split.ts';
export { type EpisodeStore, openStore } from './store/reader.ts';
export { createStore, resumeStore, type StoreOptions, type StoreWriter } from './store/writer.ts';
export { libraryVersion } from './version.ts';
export { actionRows, frameRow, type WindowShape, windowCount, windowSpan, windowStarts } from './windows.ts';
