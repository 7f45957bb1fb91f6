// Numbers of a configuration that must fit each other. Checked before anything is collected or trained.

import { JepaError } from '../../src/core/index.ts';
import { parameterCount } from '../../src/nn/index.ts';
import { leWm } from '../../src/world/index.ts';
import type { LeWmExperiment } from './config.ts';
import { experimentEnv } from './stages.ts';

/** Throws `usage`, naming the settings, when parts of the configuration contradict each other. */
export function checkExperiment(config: LeWmExperiment): void {
  const { env, data, model, plan, collect, evals } = config;
  const world = experimentEnv(config).spec;
  const need = (holds: boolean, must: string, settings: readonly string[]): void => {
    if (!holds) throw new JepaError('usage', `${must}; set ${settings.join(' or ')}`, { settings });
  };
  need(
    model.encoder.imageSize === env.imageSize,
    `model.encoder.imageSize must be env.imageSize = ${env.imageSize}, got ${model.encoder.imageSize}`,
    ['model.encoder.imageSize', 'env.imageSize'],
  );
  need(
    model.actionDim === data.frameSkip * world.actionDim,
    `model.actionDim must be data.frameSkip x the world's action dimension = ${data.frameSkip} x ${world.actionDim}, got ${model.actionDim}`,
    ['model.actionDim', 'data.frameSkip'],
  );
  need(
    data.frames >= 2 && data.frames <= model.history + 1,
    `data.frames must lie between 2 and model.history + 1 = ${model.history + 1}, got ${data.frames}`,
    ['data.frames', 'model.history'],
  );
  need(
    plan.history >= 1 && plan.history <= model.history,
    `plan.history must lie between 1 and model.history = ${model.history}, got ${plan.history}`,
    ['plan.history'],
  );
  need(
    collect.maxSteps >= data.frames * data.frameSkip,
    `collect.maxSteps must hold one clip of data.frames x data.frameSkip = ${data.frames * data.frameSkip} steps, got ${collect.maxSteps}`,
    ['collect.maxSteps'],
  );
  need(
    evals.surpriseAt >= 1 && evals.surpriseAt <= evals.surpriseSteps,
    `evals.surpriseAt must lie between 1 and evals.surpriseSteps = ${evals.surpriseSteps}, got ${evals.surpriseAt}`,
    ['evals.surpriseAt'],
  );
  parameterCount(leWm(model)); // the model's own checks: patches, heads
}
