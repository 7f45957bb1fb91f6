// What a control experiment may be told, and the names of models that stand for a model and its training.

import type { SolverBudget } from '../../agent/index.ts';
import {
  byName,
  depending,
  described,
  flag,
  group,
  listOf,
  oneOf,
  optional,
  real,
  type Schema,
  share,
  tagged,
  text,
  whole,
} from '../../core/index.ts';
import { normalisationSchema, pictureEncoderSchema } from '../../nn/index.ts';
import { solverNames } from '../../plan/index.ts';
import { costSchema, type GcbcConfig, worldSchema } from '../../world/index.ts';
import type { ControlExperiment, ControlPlanner, CostLabels, CostTraining, PlannerPrior } from './config.ts';
import type { PartTraining } from './part.ts';

const budget: { readonly [K in keyof SolverBudget]-?: Schema<SolverBudget[K]> } = {
  solver: depending<string>(() => oneOf(solverNames())),
  samples: whole(),
  elites: whole(),
  iterations: whole(),
  initialStd: optional(real({ above: 0 })),
  noiseBeta: optional(real({ least: -8, most: 8 })),
  noiseAlong: optional(oneOf(['blocks', 'steps'])),
  plan: optional(oneOf(['mean', 'best-elite'])),
  boxed: optional(flag()),
};

const prior: Schema<PlannerPrior> = group<PlannerPrior>({
  policy: oneOf(['inverse']),
  use: oneOf(['first', 'every']),
  init: oneOf(['keep', 'mean']),
  guard: flag(),
});

const planner: Schema<ControlPlanner> = group<ControlPlanner>({
  ...budget,
  cost: optional(text(1)),
  horizon: optional(whole(1, 1000)),
  recedingHorizon: optional(whole(1, 1000)),
  prior: optional(prior),
});

const part: { readonly [K in keyof PartTraining]: Schema<number> } = {
  steps: whole(),
  batchSize: whole(2),
  learningRate: real({ above: 0 }),
};

const gcbc: Schema<GcbcConfig> = group<GcbcConfig>({
  encoder: pictureEncoderSchema,
  hidden: listOf(whole(), 1),
  actionDim: whole(),
  normalisation: optional(normalisationSchema),
});

/** Describes control experiments. */
export const controlSchema: Schema<ControlExperiment> = group<ControlExperiment>({
  env: described(
    'the world, and the side of its pictures in pixels',
    group<ControlExperiment['env']>({ id: text(1), imageSize: whole(8, 1024) }),
  ),
  collect: described(
    'episodes that a policy records',
    group<ControlExperiment['collect']>({
      policy: text(1),
      mix: optional(byName(share())),
      pictures: optional(flag()),
      episodes: whole(1, 10_000_000),
      maxSteps: whole(),
      minSteps: whole(),
      untilGoal: flag(),
    }),
  ),
  data: described(
    'how episodes become training clips',
    group<ControlExperiment['data']>({
      frameSkip: whole(1, 1000),
      split: group<ControlExperiment['data']['split']>({ train: share(), val: share(), test: share() }),
      workers: whole(0, 64),
    }),
  ),
  modelName: described('what tables call the model', text(1)),
  model: described('the model that is trained; a name chooses one of those below with its training', worldSchema),
  train: described(
    'how it is trained',
    group<ControlExperiment['train']>({
      frames: whole(2, 1000),
      steps: whole(),
      batchSize: whole(2, 65_536),
      learningRate: real({ above: 0 }),
      warmup: share(),
      weightDecay: real({ least: 0 }),
      clip: real({ above: 0 }),
      checkpointEvery: whole(),
      logEvery: whole(),
      instrumentsEvery: whole(),
    }),
  ),
  plan: described(
    'how goals are reached, and on which tasks',
    group<ControlExperiment['plan']>({
      protocols: listOf(text(1), 1),
      tasks: whole(1, 100_000),
      goalOffset: whole(),
      budget: whole(),
      resetBudget: whole(),
      horizon: whole(1, 1000),
      recedingHorizon: whole(1, 1000),
      history: whole(),
      planner,
      also: listOf(text(1)),
      planners: byName(planner),
      ceiling: text(1),
      film: whole(0),
    }),
  ),
  costs: described(
    'learned costs of plans by name; a planner asks for one by its setting cost',
    byName(
      group<CostTraining>({
        cost: costSchema,
        labels: tagged<CostLabels>('labels of a cost', {
          routes: { neighbours: whole(1, 1000), goals: whole() },
          time: { maxGap: whole(), imagined: share(), cross: share() },
        }),
        shuffle: flag(),
        ...part,
      }),
    ),
  ),
  hierarchy: described(
    'the high level of hierarchical planning, for the stage long-horizon',
    group<ControlExperiment['hierarchy']>({
      goalOffsets: listOf(whole(), 1),
      macroDim: whole(),
      minBlocks: whole(),
      maxBlocks: whole(),
      waypoints: whole(2),
      width: whole(),
      depth: whole(),
      samples: whole(),
      elites: whole(),
      iterations: whole(),
      ...part,
    }),
  ),
  policies: described(
    'policies that act without planning, trained when plan.also names them',
    group<ControlExperiment['policies']>({
      inverse: group<ControlExperiment['policies']['inverse']>({
        hidden: listOf(whole(), 1),
        maxDistance: whole(),
        ...part,
      }),
      gcbc: group<ControlExperiment['policies']['gcbc']>({ policy: gcbc, frames: whole(2), ...part }),
    }),
  ),
  evals: described(
    'what is measured of the frozen model',
    group<ControlExperiment['evals']>({
      extra: listOf(text(1)),
      generalisationTasks: whole(),
      probeRows: whole(10),
      surpriseClips: whole(),
      surpriseSteps: whole(),
      surpriseAt: whole(),
    }),
  ),
});
