export { episodesGif, type GifFile, type GifOptions } from './gif.ts';
export { type Part, parseRun, type Rollout, type RunFolder, readRollouts, readRunFolder } from './read.ts';
export type {
  EmbeddingFile,
  ImaginedPath,
  Instruments,
  MachineRecord,
  MetricsLine,
  Perturbation,
  PlanningFile,
  PlanningProtocol,
  Point,
  PolicyResult,
  ProbeDimension,
  ProbeFile,
  ProbeResult,
  ProbeSample,
  RolloutFile,
  RunFile,
  RunStatus,
  SurpriseCurve,
  SurpriseFile,
  TimeShares,
} from './schema.ts';
export { wilsonInterval } from './wilson.ts';
export { renderReport, writeReport } from './write.ts';
