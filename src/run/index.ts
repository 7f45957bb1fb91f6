export { type Found, field, list, number, optional, text } from './check.ts';
export {
  type Checkpoint,
  type CheckpointHeader,
  loadModel,
  type ModelState,
  readCheckpoint,
  restore,
  type TimeTotals,
  writeCheckpoint,
} from './checkpoint.ts';
export {
  checkpointPath,
  claimLatestCheckpoint,
  KEPT,
  latestCheckpoint,
  listCheckpoints,
  pruneCheckpoints,
} from './checkpoint-folder.ts';
export { claimFolder, isRunFolder, makeFolder, readRunFile, writeRunFile } from './claim.ts';
export { createRun, openRun, type RunDescription, type RunFolder, type RunManifest } from './folder.ts';
export { machineRecord, ownVersion, packageVersion, versionRecord } from './machine.ts';
export { type InstrumentValues, type MetricRecord, readMetrics, type Timing } from './metrics.ts';
export {
  jsonPart,
  type Part,
  parsePlanning,
  parseProbe,
  parseProtocol,
  parseRun,
  parseSurprise,
  part,
  type Rollout,
  type RunContents,
  readMetricLines,
  readRollouts,
  readRunFolder,
} from './read.ts';
export type {
  DataUri,
  EmbeddingFile,
  FeaturesFile,
  GeneralisationFile,
  GroupGeneralisation,
  ImaginedPath,
  Instruments,
  LongHorizonFile,
  MachineRecord,
  MetricsLine,
  Perturbation,
  PicturesFile,
  PlanningFile,
  PlanningProtocol,
  Point,
  PolicyGeneralisation,
  PolicyResult,
  ProbeDimension,
  ProbeFile,
  ProbeResult,
  ProbeSample,
  RolloutFile,
  RunFile,
  RunStatus,
  SuccessCount,
  SurpriseCurve,
  SurpriseFile,
  TimeShares,
} from './schema.ts';
export { type TrainedValues, trainedValues } from './trained.ts';
