// Policies that act at once instead of planning: amortised inverse dynamics on the run's embeddings, and behaviour cloning from
// pixels. Each is trained when a table asks for it.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Actor, type GoalPairs, goalPairs, policyActor, policyModel, type WorldModel } from '../../agent/index.ts';
import { type Batch, windowLoader } from '../../data/node.ts';
import type { ModelValues } from '../../nn/index.ts';
import { trainedValues } from '../../run/node.ts';
import { jepaProgram } from '../../train/index.ts';
import {
  type GoalPolicy,
  gcbcMethod,
  goalPolicyOf,
  inverseHead,
  inverseHeadMethod,
  inversePolicy,
  inversePolicyValues,
  type PolicyConfig,
  type WorldConfig,
} from '../../world/index.ts';
import { keyFor } from '../keys.ts';
import { onRuntime, type RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import { embedTraining } from './high-level.ts';
import { drawn, trainPart } from './part.ts';
import type { Seats } from './planners.ts';
import type { Trained } from './trained.ts';

/** A policy under the controller that planners have: one block, then it is asked again. */
function acting(
  config: ControlExperiment,
  context: RunContext,
  { data: { actions } }: Trained,
  policy: GoalPolicy,
  values: ModelValues,
  seats: Seats,
): Actor {
  const options = { ...seats, frameSkip: config.data.frameSkip, actions, key: keyFor(context, 'plan') };
  return policyActor(policyModel(policy, values, context.runtime), options);
}

async function inverse(config: ControlExperiment, context: RunContext, trained: Trained, seats: Seats): Promise<Actor> {
  const { model, data } = trained;
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
  const head = await trainPart(context, 'inverse', program, drawn(pairs), training);
  const policy = inversePolicy(model.dynamics, hidden);
  return acting(config, context, trained, policy, inversePolicyValues(policy, model.values, head), seats);
}

async function cloning(config: ControlExperiment, context: RunContext, trained: Trained, seats: Seats): Promise<Actor> {
  const { policy: world, frames, ...training } = config.policies.gcbc;
  const { location, split, actions } = trained.data;
  const program = await jepaProgram({
    spec: gcbcMethod(world, { batch: training.batchSize, frames }),
    key: keyFor(context, 'gcbc'),
    inputs: ({ pixels, action }: Batch) => ({ pixels, actions: action }),
    ...onRuntime(context),
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
      workers: context.loaders ?? config.data.workers,
    });
  const values = await trainPart<Batch>(context, 'gcbc', program, batches, training);
  return acting(config, context, trained, goalPolicyOf({ kind: 'gcbc', ...world }), values, seats);
}

/** A policy that a run trained, as a file holds it. */
export interface TrainedPolicy {
  readonly name: string;
  readonly config: PolicyConfig;
  readonly values: ModelValues;
  readonly step: number;
  readonly seed: number;
}

/** The policies that the run trained; `world` is the configuration of its model. */
export function trainedPolicies(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  world: WorldConfig,
): readonly TrainedPolicy[] {
  const { inverse: amortised, gcbc } = config.policies;
  const { dim, actionDim } = model.dynamics;
  const { hidden } = amortised;
  const dirOf = (name: string): string => join(context.model ?? context.out, name);
  const found: TrainedPolicy[] = [];
  if (existsSync(join(dirOf('inverse'), 'checkpoints'))) {
    const { values, checkpoint } = trainedValues(
      inverseHead({ dim, actionDim, hidden }),
      dirOf('inverse'),
      context.log,
    );
    const whole = inversePolicyValues(inversePolicy(model.dynamics, hidden), model.values, values);
    const { step, seed } = checkpoint;
    found.push({ name: 'inverse', config: { kind: 'inverse', world, hidden }, values: whole, step, seed });
  }
  if (existsSync(join(dirOf('gcbc'), 'checkpoints'))) {
    const own: PolicyConfig = { kind: 'gcbc', ...gcbc.policy };
    const { values, checkpoint } = trainedValues(goalPolicyOf(own).module, dirOf('gcbc'), context.log);
    const { step, seed } = checkpoint;
    found.push({ name: 'gcbc', config: own, values, step, seed });
  }
  return found;
}

/** Policies that `plan.also` may name beside planners. */
export const goalPolicies: Readonly<
  Record<string, (config: ControlExperiment, context: RunContext, trained: Trained, seats: Seats) => Promise<Actor>>
> = { inverse, gcbc: cloning };
