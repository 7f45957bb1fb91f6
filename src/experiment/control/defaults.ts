// What the recipes of all worlds share: 64-pixel frames, blocks of five steps, the strict protocol at 25 steps, and a choice of
// small models. A recipe says what its world needs otherwise.

import { unknownName } from '../../core/index.ts';
import type { PlanCost } from '../../plan/index.ts';
import { type BodyFrame, type LeWmConfig, type WorldConfig, worldOf } from '../../world/index.ts';
import type { Presets } from '../settings.ts';
import { type ControlExperiment, type ControlTraining, type CostTraining, plannersFor } from './config.ts';
import {
  type ControlModel,
  type SmallModel,
  smallDinoWm,
  smallEbJepa,
  smallGcbc,
  smallImpala,
  smallLeWm,
  smallPixels,
  smallPldm,
  smallVit,
  stateModel,
  unfitted,
} from './models.ts';

/** What a recipe says of its world. */
export interface WorldExperiment {
  readonly id: string;
  /** Numbers of one action of the world. */
  readonly actionDim: number;
  readonly collect: ControlExperiment['collect'];
  /** Side of a picture in pixels. @default 64 */
  readonly imageSize?: number;
  /** The name of the model that is trained unless another is asked for. */
  readonly model: string;
  /** Models of one's own by name, beside those that every recipe has. */
  readonly models?: Readonly<Record<string, ControlModel>>;
  /** Width of the embedding, and updates. */
  readonly embedDim: number;
  readonly steps: number;
  /** Weights where the world needs others than the models' own: of SIGReg, of inverse dynamics beside it, and of PLDM's. */
  readonly sigreg?: number;
  readonly inverse?: number;
  readonly pldmInverse?: number;
  /** Learning rate of LeWorldModel with an Impala encoder. @default 1e-3 */
  readonly learningRate?: number;
  /** How plans of LeWorldModel and of the state model are scored. @default 'last', as published */
  readonly cost?: PlanCost;
  /** Environment steps per frame and action block. @default 5 */
  readonly frameSkip?: number;
  /** What the oracle-state model reads: components as they are, angles, and the numbers that goals are about. */
  readonly state: {
    readonly stateDim: number;
    readonly at: readonly number[];
    readonly angles?: readonly number[];
    readonly goalAt: readonly number[];
    /** The body whose frame the state model predicts in, step by step. @default the world's own, in one jump per block */
    readonly frame?: BodyFrame;
    /** How the state model is trained, its episodes collected and its plans made, where otherwise than the other models. */
    readonly train?: Partial<ControlTraining>;
    readonly cost?: PlanCost;
    readonly collect?: ControlModel['collect'];
    readonly plan?: ControlModel['plan'];
  };
  /** Components of the state that the body feels of itself, for `le-wm-proprio`. @default no such model */
  readonly proprio?: readonly number[];
  readonly plan?: Partial<ControlExperiment['plan']>;
}

const IMAGE = 64;
const BUDGET = { samples: 128, elites: 16, iterations: 6 };
const MAIN_PLANNER = { solver: 'cem/le-wm', ...BUDGET };

/** LeWorldModels that are asked for more, by name: each is `le-wm-inverse` with one thing changed. */
function askedForMore(
  size: SmallModel,
  { sigreg, cost, inverse = 1, learningRate = 1e-3, state: { stateDim }, proprio }: WorldExperiment,
): Readonly<Record<string, ControlModel>> {
  const read = { weight: inverse, hidden: 256 };
  const model = (more: Partial<LeWmConfig> = {}, frames = 4) =>
    smallLeWm(size, smallImpala, learningRate, { sigreg, cost, more: { inverse: read, ...more }, frames });
  return {
    'le-wm-inverse': model(),
    'le-wm-displacement': model({ inverse: { ...read, of: 'difference' } }),
    'le-wm-kstep': model({ inverse: { ...read, steps: 5 } }, 6),
    'le-wm-rollout': model({ rollout: { weight: 1, steps: 2, detach: true } }, 5),
    'le-wm-rc': model(
      {
        rollout: { weight: 1, steps: 4, detach: false, weights: 'linear' },
        reachability: { weight: 0.35, hidden: 256 },
      },
      8,
    ),
    'le-wm-straight': model({ straightening: { weight: 0.1, of: 'median' } }),
    ...(proprio === undefined
      ? {}
      : { 'le-wm-proprio': model({ proprio: { stateDim, numbers: unfitted(proprio), weight: 0.1 } }) }),
  };
}

/** Models that are told the state: `state` as its world has it best, then a jump for each block and a prediction for each step. */
function stateModels(
  size: SmallModel,
  { cost, frameSkip = 5, state: world }: WorldExperiment,
): Readonly<Record<string, ControlModel>> {
  const { frame, train, cost: own = cost, collect, plan, ...read } = world;
  const state = { angles: [], ...read };
  const jump = stateModel(size, state, cost);
  const framed = stateModel(size, state, own, frame === undefined ? {} : { perStep: frameSkip, frame });
  return {
    state: {
      model: framed.model,
      train: { ...framed.train, ...train },
      ...(collect === undefined ? {} : { collect }),
      ...(plan === undefined ? {} : { plan }),
    },
    'state-jump': jump,
    'state-steps': stateModel(size, state, cost, { perStep: frameSkip }),
  };
}

/** A distance over the routes of the recordings, distilled into a small head. */
const ROUTES: CostTraining = {
  cost: { kind: 'time', hidden: [256, 256], scale: 1, reduce: { kind: 'arrival' } },
  labels: { kind: 'routes', neighbours: 8, goals: 600 },
  shuffle: false,
  steps: 2000,
  batchSize: 256,
  learningRate: 1e-3,
};

/** The time between two embeddings of a recording. */
const TIME: CostTraining = {
  ...ROUTES,
  cost: { kind: 'time', hidden: [256, 256], scale: 12, reduce: { kind: 'arrival' } },
  labels: { kind: 'time', maxGap: 12, imagined: 0.5, cross: 0 },
  steps: 3000,
};

const shuffled = (training: CostTraining): CostTraining => ({ ...training, shuffle: true });

/** Half of each, standardised over a task's candidates: a learned cost beside the latent distance. */
function hybrid(training: CostTraining): CostTraining {
  const parts = [
    { cost: training.cost, weight: 0.5, scale: 'standardise' },
    { cost: { kind: 'latent', of: 'sum', reduce: { kind: 'last' } }, weight: 0.5, scale: 'standardise' },
  ] as const;
  return { ...training, cost: { kind: 'sum', parts } };
}

/** The learned costs that every recipe offers. */
const COSTS: ControlExperiment['costs'] = {
  routes: ROUTES,
  'routes-shuffled': shuffled(ROUTES),
  'routes-hybrid': hybrid(ROUTES),
  time: TIME,
  'time-shuffled': shuffled(TIME),
  'time-hybrid': hybrid(TIME),
  quasi: {
    ...TIME,
    cost: { kind: 'quasi', hidden: 256, symmetric: 32, directed: 32, p: 1, reduce: { kind: 'arrival' } },
    labels: { kind: 'time', maxGap: 12, imagined: 0.5, cross: 0.25 },
  },
};

/** The models that a recipe offers, by name. */
function models(size: SmallModel, world: WorldExperiment): Readonly<Record<string, ControlModel>> {
  const { sigreg, pldmInverse, learningRate = 1e-3, cost, models: own = {} } = world;
  const loss = { sigreg, cost };
  // A graph over maps of patches would take longer than all the rest.
  const unrouted = world.plan?.planner?.cost === undefined ? {} : { plan: { planner: MAIN_PLANNER } };
  return {
    'le-wm': smallLeWm(size, smallVit, 5e-4, loss),
    'le-wm-conv': smallLeWm(size, smallImpala, learningRate, loss),
    ...askedForMore(size, world),
    pldm: smallPldm(size, smallVit, pldmInverse),
    'pldm-no-inverse': smallPldm(size, smallVit, 0),
    'pldm-conv': smallPldm(size, smallImpala, pldmInverse),
    'eb-jepa': smallEbJepa(size),
    'eb-jepa-no-inverse': smallEbJepa(size, 0),
    'dino-wm': { ...smallDinoWm(size), ...unrouted },
    pixels: smallPixels(size),
    ...stateModels(size, world),
    ...own,
  };
}

const RHYTHM = { checkpointEvery: 200, logEvery: 10, instrumentsEvery: 50 };

function sizeOf({ imageSize = IMAGE, actionDim, embedDim, steps, frameSkip = 5 }: WorldExperiment): SmallModel {
  return { imageSize, actionDim: frameSkip * actionDim, embedDim, steps };
}

/** A model for pictures of another size. */
function sizedModel(model: WorldConfig, imageSize: number): WorldConfig {
  return worldOf(model).sized(imageSize).config;
}

/** The names of models, each for a model and how it is trained: what `model=NAME` stands for. */
export function modelPresets(world: WorldExperiment): Presets<ControlExperiment> {
  const size = sizeOf(world);
  const named = Object.entries(models(size, world)).map(
    ([name, { model, train, collect, plan }]) =>
      [
        name,
        ({ env }: ControlExperiment) => ({
          modelName: name,
          model: env.imageSize === size.imageSize ? model : sizedModel(model, env.imageSize),
          train: { ...train, ...RHYTHM },
          ...(collect === undefined ? {} : { collect: { ...world.collect, ...collect } }),
          ...(plan === undefined ? {} : { plan: { ...worldExperiment(world).plan, ...plan } }),
        }),
      ] as const,
  );
  return { model: Object.fromEntries(named) };
}

/** With the pictures of the world, those of the model and of behaviour cloning change their size. */
export function pictureSizes(before: ControlExperiment, after: ControlExperiment): ControlExperiment {
  const { imageSize } = after.env;
  if (imageSize === before.env.imageSize || !Number.isInteger(imageSize)) return before;
  const { gcbc, inverse } = before.policies;
  const encoder = { ...gcbc.policy.encoder, imageSize };
  return {
    ...before,
    model: sizedModel(before.model, imageSize),
    policies: { inverse, gcbc: { ...gcbc, policy: { ...gcbc.policy, encoder } } },
  };
}

/** The complete experiment of a world. */
export function worldExperiment(world: WorldExperiment): ControlExperiment {
  const { id, collect, model: modelName, steps, frameSkip = 5 } = world;
  const size = sizeOf(world);
  const known = models(size, world);
  const chosen = known[modelName];
  if (chosen === undefined) throw unknownName('model', modelName, Object.keys(known));
  const { model, train } = chosen;
  return {
    env: { id, imageSize: size.imageSize },
    collect,
    data: { frameSkip, split: { train: 0.8, val: 0.05, test: 0.15 }, workers: 1 },
    modelName,
    model,
    train: { ...train, ...RHYTHM },
    plan: {
      protocols: ['strict', 'paper'],
      tasks: 100,
      goalOffset: 25,
      budget: 50,
      resetBudget: 100,
      horizon: 5,
      recedingHorizon: 5,
      history: 1,
      planner: MAIN_PLANNER,
      also: [],
      planners: plannersFor(BUDGET),
      ceiling: 'simulator',
      film: 8,
      ...world.plan,
    },
    costs: COSTS,
    hierarchy: {
      goalOffsets: [25, 50, 75],
      macroDim: 4,
      minBlocks: 3,
      maxBlocks: 5,
      waypoints: 3,
      width: 128,
      depth: 2,
      steps: 3000,
      batchSize: 128,
      learningRate: 1e-3,
      samples: 256,
      elites: 16,
      iterations: 10,
    },
    policies: {
      inverse: { hidden: [256, 256], maxDistance: 5, steps: 3000, batchSize: 256, learningRate: 1e-3 },
      gcbc: { policy: smallGcbc(size), frames: 6, steps, batchSize: 32, learningRate: 5e-4 },
    },
    evals: { extra: [], generalisationTasks: 50, probeRows: 3000, surpriseClips: 200, surpriseSteps: 8, surpriseAt: 5 },
  };
}
