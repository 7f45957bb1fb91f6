export { type CheckpointEncoder, checkpointEncoder } from './checkpoint-encoder.ts';
export { type CollectOptions, collect } from './collect.ts';
export { type ExportedFile, type ExportOptions, type ExportSizes, exportModel } from './export.ts';
export {
  type Aim,
  type HierarchicalModel,
  type HierarchicalModelOptions,
  hierarchicalModel,
  type MacroPlanning,
} from './hierarchical-model.ts';
export { type HierarchyFile, type HighLevel, readHierarchy, writeHierarchy } from './hierarchy-file.ts';
export { type ModelFile, type ModelOrigin, readModel, writeModel } from './model-file.ts';
export { observationBytes, observe, type Seen, writeObservation } from './observation.ts';
export { type PolicyModel, policyModel, policyPlanner } from './policy-model.ts';
export {
  type EncodedImages,
  type ImageEncoderModel,
  type ImageSize,
  type ReadPretrainedOptions,
  readPretrained,
} from './pretrained.ts';
export {
  type EmbeddedEpisodes,
  type EmbedOptions,
  embedEpisodes,
  type GoalPairs,
  goalPairs,
  type WaypointBatch,
  type WaypointOptions,
  waypointBatches,
} from './waypoints.ts';
export type { RolloutSize } from './world-graphs.ts';
export { type ImagineRequest, type LatentTasks, type WorldModel, worldModel } from './world-model.ts';
