// A trained model as the stages after training take it.

import type { WorldModel } from '../../agent/index.ts';
import type { TargetProbes } from '../../evals/index.ts';
import type { ExperimentData } from './data.ts';

/** A model at work and what belongs to it. */
export interface Trained {
  readonly model: WorldModel;
  readonly data: ExperimentData;
  /** Read the state off an embedding. */
  readonly probes: readonly TargetProbes[];
}
