export type { ProbeTarget } from '../../envs/index.ts';
export { type EmbeddedRows, embedRows } from './embeddings.ts';
export { type ViolationGap, violationGaps, violationsOf } from './impossible.ts';
export { type ProbeOutcome, probeState, type TargetProbes } from './probe.ts';
export { probeTargetsOf, targetColumns, targetValues } from './targets.ts';
export type { Effect, Violation } from './violation.ts';
export { type ViolationOptions, violationSurprise } from './violations.ts';
