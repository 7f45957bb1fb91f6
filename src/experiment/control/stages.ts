// Data, model and folders that several stages of a control experiment need.

import { join } from 'node:path';
import { type WorldModel, worldModel } from '../../agent/index.ts';
import { fold, JepaError, type Key, key, unknownName } from '../../core/index.ts';
import { ACTION, fitNormaliser, type Normaliser, type Split, splitEpisodes } from '../../data/index.ts';
import { type EpisodeStore, openStore } from '../../data/node.ts';
import { type Env, makeEnv } from '../../envs/index.ts';
import { type TrainedValues, trainedValues } from '../../run/index.ts';
import { type Dynamics, dynamicsOf, type ReadNumbers, type WorldConfig } from '../../world/index.ts';
import type { RunContext } from '../recipe.ts';
import { rememberedDataset } from '../run-files.ts';
import type { ControlExperiment, ControlModel } from './config.ts';
import { frozenEncoder, UNTRAINED } from './frozen-encoder.ts';

/** The seed's key for one purpose. */
export function keyFor(context: RunContext, purpose: string): Key {
  return fold(key(context.seed), purpose);
}

/** The model that the configuration chooses. */
export function chosenModel({ model, models }: ControlExperiment): ControlModel {
  if (!Object.hasOwn(models, model)) throw unknownName('model', model, Object.keys(models));
  return models[model]!;
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

/** The configuration of a model with the size of the frozen encoder that it is to have. */
function withEncoder({ world, encoderFrom = UNTRAINED }: ControlModel, imageSize: number): WorldConfig {
  if (world.kind !== 'dino-wm' || encoderFrom === UNTRAINED) return world;
  const { config: encoder, normalisation } = frozenEncoder(encoderFrom, imageSize);
  return { ...world, encoder, normalisation };
}

/**
 * The configuration of the chosen model. Where it reads numbers of the state, their mean and deviation are those of the
 * training episodes; without data they are 0 and 1.
 */
export function chosenWorld(config: ControlExperiment, data?: ExperimentData): WorldConfig {
  const world = withEncoder(chosenModel(config), config.env.imageSize);
  if (data === undefined) return world;
  const fitted = (numbers: ReadNumbers): ReadNumbers => {
    const { mean, std } = fitNormaliser(data.store, 'state', data.split.train);
    return { at: numbers.at, mean: numbers.at.map((i) => mean[i]!), std: numbers.at.map((i) => std[i]!) };
  };
  if (world.kind === 'state') return { ...world, numbers: fitted(world.numbers) };
  if (world.kind !== 'dino-wm' || world.proprioception === undefined) return world;
  const { stateDim, numbers } = world.proprioception;
  return { ...world, proprioception: { stateDim, numbers: fitted(numbers) } };
}

/** The chosen world model, ready to be traced. */
export function chosenDynamics(config: ControlExperiment, data?: ExperimentData): Dynamics {
  return dynamicsOf(chosenWorld(config, data));
}

/** The trained numbers of a run, from its newest checkpoint. */
export function trainedRun(config: ControlExperiment, context: RunContext): TrainedValues {
  return trainedValues(chosenDynamics(config).module, context.model ?? context.out, context.log);
}

/** The trained model of a run, from its newest checkpoint. */
export function trainedModel(config: ControlExperiment, context: RunContext, data: ExperimentData): WorldModel {
  return worldModel(chosenDynamics(config, data), trainedRun(config, context).values);
}
