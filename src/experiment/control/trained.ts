// A trained model as the stages after training take it.

import type { WorldModel } from '../../agent/index.ts';
import type { TargetProbes } from '../../evals/index.ts';
import type { ExperimentData } from './data.ts';
import type { Learned } from './learned.ts';

/** A model at work and what belongs to it. */
export interface Trained {
  readonly model: WorldModel;
  readonly data: ExperimentData;
  /** What is learned on its embeddings when a planner asks for it. */
  readonly learned: Learned;
  /** Read the state off an embedding. */
  readonly probes: readonly TargetProbes[];
}
