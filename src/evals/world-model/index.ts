export { type EmbeddedRows, embedRows } from './embeddings.ts';
export { type ProbeOutcome, probeState } from './probe.ts';
export { type Violation, type ViolationOptions, violationSurprise } from './violations.ts';
