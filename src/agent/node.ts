// The second door of the room: what collects into a store, reads checkpoint folders, and writes and reads model files.

export { type ExportedFile, type ExportOptions, type ExportSizes, exportModel } from './artefact/export.ts';
export {
  readHierarchy,
  readModel,
  readPolicy,
  writeHierarchy,
  writeModel,
  writePolicy,
} from './artefact/files.ts';
export { type CollectOptions, collect } from './collect.ts';
export type { CollectionRecord } from './collection.ts';
export { type MixedPolicy, mainEpisodes } from './mix.ts';
export { type CheckpointEncoder, checkpointEncoder } from './perception/checkpoint-encoder.ts';
export {
  type EncodedImages,
  type ImageEncoderModel,
  type ImageSize,
  type ReadPretrainedOptions,
  readPretrained,
} from './perception/pretrained.ts';
