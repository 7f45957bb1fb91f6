// Data, model and folders that several stages of a control experiment need.

import { join } from 'node:path';
import { type WorldModel, worldModel } from '../../agent/index.ts';
import { fold, JepaError, type Key, key } from '../../core/index.ts';
import {
  ACTION,
  type EpisodeStore,
  fitNormaliser,
  type Normaliser,
  openStore,
  type Split,
  splitEpisodes,
} from '../../data/index.ts';
import { type Env, makeEnv } from '../../envs/index.ts';
import { type TrainedValues, trainedValues } from '../../run/index.ts';
import { type Dynamics, type World, worldOf } from '../../world/index.ts';
import type { RunContext } from '../recipe.ts';
import { rememberedDataset } from '../run-files.ts';
import type { ControlExperiment } from './config.ts';
import { frozenEncoder } from './frozen-encoder.ts';

/** The seed's key for one purpose. */
export function keyFor(context: RunContext, purpose: string): Key {
  return fold(key(context.seed), purpose);
}

/** The dataset folder: the one the user gives now, the one given when the run was trained, else inside the run. */
export function datasetDir(context: RunContext): string {
  return rememberedDataset(context) ?? join(context.model ?? context.out, 'dataset');
}

/** The dataset with its split and the action normaliser fitted on the training episodes. */
export interface ExperimentData {
  readonly dir: string;
  readonly store: EpisodeStore;
  readonly split: Split;
  readonly actions: Normaliser;
}

/** Opens the dataset and checks that it is one of this experiment. */
export function openData(config: ControlExperiment, context: RunContext): ExperimentData {
  const dir = datasetDir(context);
  const store = openStore(dir);
  const size = store.spec.columns.find((c) => c.name === 'pixels')?.shape[0];
  if (store.spec.env !== config.env.id || size !== config.env.imageSize) {
    throw new JepaError(
      'data',
      `dataset ${dir} is of ${store.spec.env} with ${size}-pixel frames, the configuration asks for ${config.env.id} with ${config.env.imageSize}; collect again or set env.imageSize`,
    );
  }
  const split = splitEpisodes(store.episodes.length, config.data.split, keyFor(context, 'split'));
  return { dir, store, split, actions: fitNormaliser(store, ACTION, split.train) };
}

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
export function experimentWorld(config: ControlExperiment, data?: ExperimentData): World {
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

/** The trained model of a run, from its newest checkpoint. */
export function trainedModel(config: ControlExperiment, context: RunContext, data: ExperimentData): WorldModel {
  return worldModel(experimentDynamics(config, data), trainedRun(config, context).values);
}
