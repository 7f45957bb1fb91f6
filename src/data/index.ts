// The room's first door: what runs anywhere, in a page too. What touches files and threads: `node.ts`.

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
} from './episode.ts';
export { type FileKind, fileKind } from './file-kind.ts';
export { f32Tensor, toFloat32 } from './formats/dtype.ts';
export type { SafeDType, SafeTensor } from './formats/safe-tensor.ts';
export { parseSafetensors, type SafeFile, SHA256_KEY } from './formats/safetensors.ts';
export { sha256 } from './formats/sha256.ts';
export { type LazyOptions, lazySource } from './lazy-source.ts';
export { READ_LIMITS, type ReadLimits, readLimits, requireLimit } from './limits.ts';
export { memorySource } from './memory-source.ts';
export { denormalise, fitNormaliser, type Normaliser, normalise } from './normaliser.ts';
export { type Split, type SplitFractions, splitEpisodes } from './split.ts';
export type { WindowShape } from './windows.ts';
export { actionRows, frameRow } from './windows.ts';
