// Policies that act at once instead of planning: amortised inverse dynamics on the run's embeddings, and behaviour cloning from
// pixels. Each is trained when a table asks for it.

import { type GoalPairs, goalPairs, policyModel, policyPlanner } from '../../agent/index.ts';
import { type Batch, windowLoader } from '../../data/index.ts';
import type { ControlPolicy } from '../../evals/index.ts';
import type { ModelValues } from '../../nn/index.ts';
import { jepaProgram } from '../../train/index.ts';
import {
  type GoalPolicy,
  gcbcMethod,
  goalPolicyOf,
  inverseHeadMethod,
  inversePolicy,
  inversePolicyValues,
} from '../../world/index.ts';
import type { RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import { embedTraining } from './high-level.ts';
import { drawn, trainPart } from './part.ts';
import { controller } from './planners.ts';
import { keyFor } from './stages.ts';
import type { Trained } from './trained.ts';

/** A policy under the controller that planners have: one block, then it is asked again. */
function acting(
  config: ControlExperiment,
  context: RunContext,
  { data: { actions } }: Trained,
  policy: GoalPolicy,
  values: ModelValues,
): ControlPolicy {
  const planner = policyPlanner(policyModel(policy, values));
  const given = { senses: policy.senses, history: 1, planner, actions, tasks: config.plan.tasks };
  return controller(config, context, given, policy.name, { horizon: 1, recedingHorizon: 1 });
}

async function inverse(config: ControlExperiment, context: RunContext, trained: Trained): Promise<ControlPolicy> {
  const { model, data } = trained;
  const { hidden, maxDistance, ...training } = config.policies.inverse;
  const { dim, actionDim } = model.dynamics;
  const embedded = await embedTraining(config, model, data);
  const batch = training.batchSize;
  const program = await jepaProgram({
    spec: inverseHeadMethod({ dim, actionDim, hidden }, { batch }),
    key: keyFor(context, 'inverse'),
    inputs: (pairs: GoalPairs) => ({ ...pairs }),
  });
  const pairs = goalPairs(embedded, { batch, maxDistance, key: keyFor(context, 'pairs') });
  const head = await trainPart(context, 'inverse', program, drawn(pairs), training);
  const policy = inversePolicy(model.dynamics, hidden);
  return acting(config, context, trained, policy, inversePolicyValues(policy, model.values, head));
}

async function cloning(config: ControlExperiment, context: RunContext, trained: Trained): Promise<ControlPolicy> {
  const { policy: world, frames, ...training } = config.policies.gcbc;
  const { location, split, actions } = trained.data;
  const program = await jepaProgram({
    spec: gcbcMethod(world, { batch: training.batchSize, frames }),
    key: keyFor(context, 'gcbc'),
    inputs: ({ pixels, action }: Batch) => ({ pixels, actions: action }),
  });
  const batches = (startStep: number) =>
    windowLoader({
      source: location,
      episodes: split.train,
      frames,
      frameSkip: config.data.frameSkip,
      batchSize: training.batchSize,
      normalisers: [actions],
      key: keyFor(context, 'gcbc batches'),
      startStep,
      workers: config.data.workers,
    });
  const values = await trainPart<Batch>(context, 'gcbc', program, batches, training);
  return acting(config, context, trained, goalPolicyOf({ kind: 'gcbc', ...world }), values);
}

/** Policies that `plan.also` may name beside planners. */
export const goalPolicies: Readonly<
  Record<string, (config: ControlExperiment, context: RunContext, trained: Trained) => Promise<ControlPolicy>>
> = { inverse, gcbc: cloning };
