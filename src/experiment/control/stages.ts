// Data, model and folders that several stages of a control experiment need.

import { fitNormaliser } from '../../data/index.ts';
import { type Env, makeEnv } from '../../envs/index.ts';
import { type TrainedValues, trainedValues } from '../../run/node.ts';
import { type Dynamics, type WorldForm, worldOf } from '../../world/index.ts';
import type { RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import type { ExperimentData } from './data.ts';
import { frozenEncoder } from './frozen-encoder.ts';

/** The environment of the experiment; `prepareEnv` must have been awaited. */
export function experimentEnv(config: ControlExperiment): Env {
  return makeEnv(config.env.id, { imageSize: config.env.imageSize });
}

/** Bounds of every component of an action, before normalisation. */
export function actionBounds(config: ControlExperiment): { readonly low: number; readonly high: number } {
  const { actionLow: low, actionHigh: high } = experimentEnv(config).spec;
  return { low, high };
}

/**
 * The experiment's model, with the encoder that it is built on. Where it reads numbers of the state, their mean and deviation
 * are those of the training episodes; without data they are what the configuration says.
 */
export function experimentWorld(config: ControlExperiment, data?: ExperimentData): WorldForm {
  const world = worldOf(config.model);
  const { frozenFrom } = world;
  const sized = frozenFrom ? world.withEncoder(frozenEncoder(frozenFrom, config.env.imageSize)) : world;
  return data === undefined ? sized : sized.fitted((column) => fitNormaliser(data.store, column, data.split.train));
}

/** The world model of the experiment, ready to be traced. */
export function experimentDynamics(config: ControlExperiment, data?: ExperimentData): Dynamics {
  return experimentWorld(config, data).dynamics();
}

/** The trained numbers of a run, from its newest checkpoint. */
export function trainedRun(config: ControlExperiment, context: RunContext): TrainedValues {
  return trainedValues(experimentDynamics(config).module, context.model ?? context.out, context.log);
}
