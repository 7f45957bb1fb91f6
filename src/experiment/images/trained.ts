// The encoder of a trained image run, read back from its folder.

import { fold, JepaError, key } from '../../core/index.ts';
import type { JepaSpec } from '../../jepa/index.ts';
import { initialise, type ModelValues } from '../../nn/index.ts';
import { readRunFile, trainedValues } from '../../run/node.ts';
import type { ImageExperiment } from './config.ts';
import { methodOf } from './method.ts';
import { imageMethodNamed } from './methods/registry.ts';

/** The numbers of a trained run in `dir`, or fresh ones for the method that trains nothing. */
export function encoderValues(
  { method }: ImageExperiment,
  spec: JepaSpec<unknown>,
  seed: number,
  dir: string,
  onMessage: (message: string) => void,
): ModelValues {
  if (imageMethodNamed(method.name).trains === false) return initialise(spec.module, fold(key(seed), 'model'));
  return trainedValues(spec.module, dir, onMessage).values;
}

/** A trained run of an image experiment. */
export interface TrainedRun {
  readonly recipe: string;
  readonly seed: number;
  readonly config: ImageExperiment;
  readonly spec: JepaSpec<unknown>;
  readonly values: ModelValues;
}

/** Reads the run in `dir`. Errors: `usage` when the folder holds no run of an image experiment. */
export function readTrainedRun(dir: string, onMessage: (message: string) => void): TrainedRun {
  const run = readRunFile(dir);
  const config = run.config as ImageExperiment | undefined;
  if (config?.method === undefined || config.encoder === undefined) {
    throw new JepaError('usage', `${dir} is a run of ${run.recipe}, not of an image method such as cifar10-vicreg`, {
      dir,
    });
  }
  const { spec } = methodOf(config, run.seed);
  const values = encoderValues(config, spec, run.seed, dir, onMessage);
  return { recipe: run.recipe, seed: run.seed, config, spec, values };
}
