export { type PolicyModel, policyModel, policyPlanner } from './actor/policy-model.ts';
export { type ExportedFile, type ExportOptions, type ExportSizes, exportModel } from './artefact/export.ts';
export { type HierarchyFile, type HighLevel, readHierarchy, writeHierarchy } from './artefact/hierarchy-file.ts';
export { type ModelFile, type ModelOrigin, readModel, writeModel } from './artefact/model-file.ts';
export { type CollectOptions, collect } from './collect.ts';
export type { CollectionRecord } from './collection.ts';
export { type CheckpointEncoder, checkpointEncoder } from './perception/checkpoint-encoder.ts';
export { observationBytes, observe, type Seen, writeObservation } from './perception/observation.ts';
export {
  type EncodedImages,
  type ImageEncoderModel,
  type ImageSize,
  type ReadPretrainedOptions,
  readPretrained,
} from './perception/pretrained.ts';
export {
  type Aim,
  type HierarchicalModel,
  type HierarchicalModelOptions,
  hierarchicalModel,
  type MacroPlanning,
} from './world-model/hierarchical-model.ts';
export {
  type EmbeddedEpisodes,
  type EmbedOptions,
  embedEpisodes,
  type GoalPairs,
  goalPairs,
  type WaypointBatch,
  type WaypointOptions,
  waypointBatches,
} from './world-model/waypoints.ts';
export type { RolloutSize } from './world-model/world-graphs.ts';
export { type ImagineRequest, type LatentTasks, type WorldModel, worldModel } from './world-model/world-model.ts';
