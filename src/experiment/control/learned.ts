// What a run learns on the frozen embeddings of its model, for whoever plans: costs and a policy between embeddings. Each is trained,
// or read back where the run did so before, when it is first asked for.

import {
  embedEpisodes,
  type GoalPairs,
  goalPairs,
  OWN_COST,
  residualDeviation,
  rolledPolicy,
  type TrainedLatentPolicy,
  type WorldModel,
  worldModel,
} from '../../agent/index.ts';
import type { PlanPrior } from '../../plan/index.ts';
import { jepaProgram } from '../../train/index.ts';
import { inverseHeadMethod, latentInverse } from '../../world/index.ts';
import { keyFor } from '../keys.ts';
import { onRuntime, type RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import { trainedCost } from './costs.ts';
import type { ExperimentData } from './data.ts';
import { embedTraining } from './high-level.ts';
import { drawn, trainPart } from './part.ts';

/** Held-out pairs on which it is measured how far a policy is off. */
const RESIDUAL_PAIRS = 2000;

/** What is learned beside the model. */
export interface Learned {
  /** The model with its plans scored by the cost of that name. */
  under(cost?: string): Promise<WorldModel>;
  /** Amortised inverse dynamics between embeddings. */
  inverse(): Promise<TrainedLatentPolicy>;
  /** The same, rolled through the model, as a prior of plans. */
  prior(): Promise<PlanPrior>;
  /** Frees the compiled programs, the model's own apart. */
  dispose(): Promise<void>;
}

async function trainInverse(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Promise<TrainedLatentPolicy> {
  const { hidden, maxDistance, ...training } = config.policies.inverse;
  const { dim, actionDim } = model.dynamics;
  const embedded = await embedTraining(config, model, data);
  const batch = training.batchSize;
  const program = await jepaProgram({
    spec: inverseHeadMethod({ dim, actionDim, hidden }, { batch }),
    key: keyFor(context, 'inverse'),
    inputs: (pairs: GoalPairs) => ({ ...pairs }),
    ...onRuntime(context),
  });
  const pairs = goalPairs(embedded, { batch, maxDistance, key: keyFor(context, 'pairs') });
  const values = await trainPart(context, 'inverse', program, drawn(pairs), training);
  return { policy: latentInverse({ dim, actionDim, hidden }), values };
}

/** What the run learns beside `model`, on its data. */
export function learnedBeside(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Learned {
  const costs = new Map<string, Promise<WorldModel>>();
  let inverse: Promise<TrainedLatentPolicy> | undefined;
  let prior: Promise<ReturnType<typeof rolledPolicy>> | undefined;
  const inversePolicy = (): Promise<TrainedLatentPolicy> => (inverse ??= trainInverse(config, context, model, data));
  const scoredBy = async (name: string): Promise<WorldModel> => {
    const cost = await trainedCost(config, context, model, data, name);
    return worldModel(model.dynamics, model.values, context.runtime, cost);
  };
  const rolled = async (): Promise<ReturnType<typeof rolledPolicy>> => {
    const trained = await inversePolicy();
    const { store, split, actions } = data;
    const { frameSkip } = config.data;
    const held = await embedEpisodes(model, store, { episodes: split.val, frameSkip, actions });
    const { maxDistance } = config.policies.inverse;
    const pairs = goalPairs(held, { batch: RESIDUAL_PAIRS, maxDistance, key: keyFor(context, 'residual') });
    const residual = await residualDeviation(trained, pairs(0), context.runtime);
    return rolledPolicy(model, trained, { residual, ...onRuntime(context) });
  };
  return {
    async under(name = OWN_COST) {
      if (name === OWN_COST) return model;
      const known = costs.get(name) ?? scoredBy(name);
      costs.set(name, known);
      return known;
    },
    inverse: inversePolicy,
    prior: () => (prior ??= rolled()),
    async dispose() {
      for (const scored of costs.values()) await (await scored).dispose();
      await (await prior)?.dispose();
    },
  };
}
