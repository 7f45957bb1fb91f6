// The complete configuration of a LeWorldModel experiment: collect episodes in a world, learn from the pixels, evaluate,
// plan. Plain data; every number can be set from the command line.

import type { LeWmConfig } from '../../src/world/index.ts';

/** Everything that determines an experiment, apart from the seed. */
export interface LeWmExperiment {
  readonly env: { readonly id: string; readonly imageSize: number };
  readonly collect: {
    readonly policy: string;
    readonly episodes: number;
    /** Longest episode in environment steps. */
    readonly maxSteps: number;
    /** Shorter episodes are drawn again. */
    readonly minSteps: number;
  };
  readonly data: {
    /** Frames per training clip: history + 1. */
    readonly frames: number;
    /** Environment steps per frame, and per action block. */
    readonly frameSkip: number;
    readonly split: { readonly train: number; readonly val: number; readonly test: number };
    readonly workers: number;
  };
  readonly model: LeWmConfig;
  readonly train: {
    readonly steps: number;
    readonly batchSize: number;
    readonly learningRate: number;
    /** Share of the steps that warm up linearly; cosine to 0 follows. */
    readonly warmup: number;
    readonly weightDecay: number;
    /** Largest global gradient norm. */
    readonly clip: number;
    readonly checkpointEvery: number;
    readonly logEvery: number;
    /** Steps between measurements of the collapse instruments. */
    readonly instrumentsEvery: number;
  };
  readonly plan: {
    readonly tasks: number;
    readonly goalOffset: number;
    readonly budget: number;
    readonly horizon: number;
    readonly recedingHorizon: number;
    /** Frames of context given to the planner, at most the model's history. */
    readonly history: number;
    readonly samples: number;
    readonly elites: number;
    readonly iterations: number;
    readonly initialStd: number;
    /** Planned episodes to film. */
    readonly film: number;
  };
  readonly evals: {
    readonly probeRows: number;
    readonly surpriseClips: number;
    readonly surpriseSteps: number;
    readonly surpriseAt: number;
  };
}
