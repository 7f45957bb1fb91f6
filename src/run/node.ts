// The second door of the room: what reads and writes files.

export {
  type Checkpoint,
  type CheckpointHeader,
  type InstrumentMemory,
  instrumentMemory,
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
  type NewestOptions,
  newestCheckpoint,
  pruneCheckpoints,
} from './checkpoint-folder.ts';
export { type ClaimOptions, claimFolder, claimRun, type RunClaim } from './claim.ts';
export { createRun, openRun, type RunDescription, type RunFolder } from './folder.ts';
export { type LockFile, lockRun, type RunLock } from './lock.ts';
export { machineRecord, ownVersion, packageVersion, versionRecord } from './machine.ts';
export { makeFolder } from './make-folder.ts';
export { type MetricRecord, readMetrics } from './metrics.ts';
export { type OtherResult, readOtherResults } from './others.ts';
export {
  jsonPart,
  type Rollout,
  type RunContents,
  readRollouts,
  readRunFolder,
} from './read.ts';
export { isRunFolder, readRunFile, writeRunFile } from './record.ts';
export { type TrainedValues, trainedValues } from './trained.ts';
