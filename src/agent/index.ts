export { type CollectOptions, collect } from './collect.ts';
export { type ExportedFile, type ExportOptions, type ExportSizes, exportLeWm } from './export.ts';
export { type LeWmFile, type LeWmOrigin, readLeWm, writeLeWm } from './le-wm-file.ts';
export type { RolloutSize } from './le-wm-graphs.ts';
export { type ImagineRequest, type LeWmModel, leWmModel } from './le-wm-model.ts';
export {
  type EncodedImages,
  type ImageEncoderModel,
  type ImageSize,
  type ReadPretrainedOptions,
  readPretrained,
} from './pretrained.ts';
