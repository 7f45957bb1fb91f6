export {
  type Checkpoint,
  type CheckpointHeader,
  loadModel,
  type ModelState,
  readCheckpoint,
  type TimeTotals,
} from './checkpoint.ts';
export { checkpointPath, latestCheckpoint, listCheckpoints } from './checkpoint-folder.ts';
export type { NonFinite } from './finite.ts';
export { type JepaProgram, type JepaProgramOptions, jepaProgram } from './jepa-program.ts';
export { train } from './loop.ts';
export { type MetricRecord, readMetrics, type Timing } from './metrics.ts';
export {
  type ModuleProgram,
  type ModuleProgramOptions,
  moduleProgram,
  type StepInputs,
  type TracedLoss,
} from './module-program.ts';
export type { Instruments, Progress, TrainOptions, TrainOutcome } from './options.ts';
export type { BatchSource, LossProgram, StepResult } from './program.ts';
export { createRun, openRun, type RunDescription, type RunFolder, type RunManifest } from './run-folder.ts';
export { type SizedJepaOptions, sizedJepaProgram } from './sized-program.ts';
export { type TrainedValues, trainedValues } from './trained.ts';
