// The complete configuration of a control experiment: collect episodes in a world, learn a world model from them, evaluate
// it, plan with it. Plain data; every number can be set from the command line.

import type { SolverBudget } from '../../agent/index.ts';
import type { CostConfig, GcbcConfig, WorldConfig } from '../../world/index.ts';
import type { PartTraining } from './part.ts';

/** How a model is trained. */
export interface ControlTraining {
  /** Frames per training clip. */
  readonly frames: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Share of the steps that warm up linearly; cosine to 0 follows. */
  readonly warmup: number;
  readonly weightDecay: number;
  /** Largest global gradient norm. */
  readonly clip: number;
}

/** A policy that proposes plans to a planner, rolled through the world model. */
export interface PlannerPrior {
  /** Its name: amortised inverse dynamics. */
  readonly policy: 'inverse';
  /** Whether its plans are candidates of the first iteration only, or of every one. */
  readonly use: 'first' | 'every';
  /** Whether the search begins at its plan (`mean`), or where it would begin without it. */
  readonly init: 'keep' | 'mean';
  /** Whether its own plan is kept unless the search finds a clearly better one. */
  readonly guard: boolean;
}

/** A planner: how it searches, and where it differs from `plan`, what scores its plans and how far it looks. */
export interface ControlPlanner extends SolverBudget {
  /** A name of `costs`. @default `own`, the model's */
  readonly cost?: string;
  /** @default those of `plan` */
  readonly horizon?: number;
  readonly recedingHorizon?: number;
  /** @default none */
  readonly prior?: PlannerPrior;
}

/** What the head of a learned cost is told of two embeddings: how far apart they are, in blocks. */
export type CostLabels =
  /** The shortest way over a graph of the recorded embeddings. */
  | { readonly kind: 'routes'; readonly neighbours: number; readonly goals: number }
  /** The time between them in one recording, at most `maxGap` blocks. */
  | {
      readonly kind: 'time';
      readonly maxGap: number;
      /** Share of pairs whose first embedding is imagined, and of pairs of two recordings. */
      readonly imagined: number;
      readonly cross: number;
    };

/** A learned cost, and how its head is trained. */
export interface CostTraining extends PartTraining {
  readonly cost: CostConfig;
  readonly labels: CostLabels;
  /** Labels go to other pairs of their batch: the control, of which nothing can be learned. */
  readonly shuffle: boolean;
}

/** Everything that determines an experiment, apart from the seed. */
export interface ControlExperiment {
  readonly env: { readonly id: string; readonly imageSize: number };
  readonly collect: {
    readonly policy: string;
    /**
     * Other policies by name, with the share of the episodes that each records: more kinds of motion to learn from. Tasks are cut
     * from episodes of `policy` alone, so that they stay the same kind. @default none
     */
    readonly mix?: Readonly<Record<string, number>>;
    readonly episodes: number;
    /** Longest episode in environment steps. */
    readonly maxSteps: number;
    /** Shorter episodes are drawn again. */
    readonly minSteps: number;
    /** Whether pictures are recorded; a model that sees none needs none. @default true */
    readonly pictures?: boolean;
    /** Whether an episode ends where its goal is reached. */
    readonly untilGoal: boolean;
  };
  readonly data: {
    /** Environment steps per frame, and per action block. */
    readonly frameSkip: number;
    readonly split: { readonly train: number; readonly val: number; readonly test: number };
    readonly workers: number;
  };
  /** What tables call the model. */
  readonly modelName: string;
  /** The model that is trained, of any kind. */
  readonly model: WorldConfig;
  readonly train: ControlTraining & {
    readonly checkpointEvery: number;
    readonly logEvery: number;
    /** Steps between measurements of the collapse instruments. */
    readonly instrumentsEvery: number;
  };
  readonly plan: {
    /** The protocols by which the planner is scored, in this order; the first is filmed. Those that the world has, see `protocolNames`. */
    readonly protocols: readonly string[];
    /** Tasks of each protocol; of those that cut them from recordings as many as there are, at most. */
    readonly tasks: number;
    readonly goalOffset: number;
    readonly budget: number;
    /** Environment steps for a task of the protocol `reset`. */
    readonly resetBudget: number;
    readonly horizon: number;
    readonly recedingHorizon: number;
    /** Frames of context given to the planner, as far as the model looks back. */
    readonly history: number;
    /** The planner whose success is the result of the run. */
    readonly planner: ControlPlanner;
    /**
     * Names of `planners` and of `policies` that are run beside it, on the tasks of the first protocol and of `reset`. `true-dynamics` is
     * the main planner with the true world to imagine in, `true-distance` scores by the world's own distance besides; `true-dynamics/NAME`
     * is another.
     */
    readonly also: readonly string[];
    readonly planners: Readonly<Record<string, ControlPlanner>>;
    /** The ceiling of the table: a policy of the world, or `simulator`, which plans in the true world. */
    readonly ceiling: string;
    /** Planned episodes to film. */
    readonly film: number;
  };
  /** Learned costs of plans by name, trained on the embeddings of the run's model when a planner names them. */
  readonly costs: Readonly<Record<string, CostTraining>>;
  /** The high level of hierarchical planning, for the stage `long-horizon`. */
  readonly hierarchy: {
    /** Steps between start and goal at which flat and hierarchical planning are compared. */
    readonly goalOffsets: readonly number[];
    readonly macroDim: number;
    /** Blocks between two waypoints. */
    readonly minBlocks: number;
    readonly maxBlocks: number;
    readonly waypoints: number;
    readonly width: number;
    readonly depth: number;
    readonly steps: number;
    readonly batchSize: number;
    readonly learningRate: number;
    /** Of the planner of macro-actions. */
    readonly samples: number;
    readonly elites: number;
    readonly iterations: number;
  };
  /** Policies that act without planning, trained when `plan.also` names them. */
  readonly policies: {
    /** Amortised inverse dynamics on the embeddings of the run's model; goals up to `maxDistance` blocks away. */
    readonly inverse: PartTraining & { readonly hidden: readonly number[]; readonly maxDistance: number };
    /** Behaviour cloning from pixels, on clips of `frames`. */
    readonly gcbc: PartTraining & { readonly policy: GcbcConfig; readonly frames: number };
  };
  readonly evals: {
    /** Stages that take longer and are left out unless named, see `extraStages`. */
    readonly extra: readonly string[];
    /** Tasks of each group of varied factors, for the stage `generalisation`. */
    readonly generalisationTasks: number;
    readonly probeRows: number;
    readonly surpriseClips: number;
    readonly surpriseSteps: number;
    readonly surpriseAt: number;
  };
}

/**
 * A planner for worlds with walls, where the straight way misleads: plans an episode's half ahead, scored by when they arrive over
 * the routes of the recordings, moved by noise that keeps its direction.
 */
export const ROUTED_PLANNER: ControlPlanner = {
  ...{ solver: 'icem/swm', samples: 64, elites: 8, iterations: 3, noiseBeta: 2, noiseAlong: 'steps', boxed: true },
  ...{ cost: 'routes', horizon: 12, recedingHorizon: 2 },
};

/** Published planners at budgets that compare: as many candidate evaluations as the main planner, or gradients in their place. */
export function plannersFor({
  samples,
  elites,
  iterations,
}: Omit<SolverBudget, 'solver'>): ControlExperiment['plan']['planners'] {
  const sampling = { samples, elites, iterations };
  const descending = { samples: 8, elites: 1, iterations: 30 };
  return {
    icem: { solver: 'icem/swm', ...sampling },
    'mppi-swm': { solver: 'mppi/swm', ...sampling },
    'mppi-eb-jepa': { solver: 'mppi/eb-jepa', ...sampling },
    'predictive-sampling': { solver: 'predictive-sampling', ...sampling },
    'random-shooting': { solver: 'random-shooting', samples: samples * iterations, elites: 1, iterations: 1 },
    adam: { solver: 'gradient/swm-adamw', ...descending },
    'gradient-descent': { solver: 'gradient/swm-sgd', ...descending },
  };
}
