// Numbers of a configuration that must fit each other. Checked before anything is collected or trained.

import { JepaError, unknownName } from '../../core/index.ts';
import { ACTION } from '../../data/index.ts';
import { checkProtocol } from '../../evals/index.ts';
import { parameterCount } from '../../nn/index.ts';
import { imageSizeOf } from '../../world/index.ts';
import type { ControlExperiment } from './config.ts';
import { checkCostName, checkCosts } from './costs.ts';
import { goalPolicies } from './goal-policies.ts';
import { solverOf } from './planners.ts';
import { experimentDynamics, experimentEnv, experimentWorld } from './stages.ts';
import { trueWorldNames } from './true-world.ts';

/** Throws `usage`, naming the settings, when parts of the configuration contradict each other. */
export function checkExperiment(config: ControlExperiment, extraStages: readonly string[] = []): void {
  const { env, data, plan, collect, evals, train } = config;
  const made = experimentEnv(config);
  const world = made.spec;
  const need = (holds: boolean, must: string, settings: readonly string[]): void => {
    if (!holds) throw new JepaError('usage', `${must}; set ${settings.join(' or ')}`, { settings });
  };
  const dynamics = experimentDynamics(config);
  const pictures = imageSizeOf(dynamics.senses);
  need(
    pictures === 0 || pictures === env.imageSize,
    `the pictures of the model must be env.imageSize = ${env.imageSize}, got ${pictures}`,
    ['model.encoder.imageSize', 'env.imageSize'],
  );
  need(
    pictures === 0 || collect.pictures !== false,
    'a model that sees pictures must be trained on recordings with pictures, collect.pictures is false',
    ['collect.pictures', 'model'],
  );
  need(
    dynamics.actionDim === data.frameSkip * world.actionDim,
    `the action blocks of the model must be data.frameSkip x the world's action dimension = ${data.frameSkip} x ${world.actionDim}, got ${dynamics.actionDim}`,
    ['model.actionDim', 'data.frameSkip'],
  );
  need(
    collect.maxSteps >= train.frames * data.frameSkip,
    `collect.maxSteps must hold one clip of train.frames x data.frameSkip = ${train.frames * data.frameSkip} steps, got ${collect.maxSteps}`,
    ['collect.maxSteps', 'train.frames'],
  );
  need(
    evals.surpriseAt >= 1 && evals.surpriseAt <= evals.surpriseSteps,
    `evals.surpriseAt must lie between 1 and evals.surpriseSteps = ${evals.surpriseSteps}, got ${evals.surpriseAt}`,
    ['evals.surpriseAt'],
  );
  for (const name of plan.protocols) checkProtocol(made, name);
  need(
    new Set(plan.protocols).size === plan.protocols.length,
    `plan.protocols must name each protocol once, got ${plan.protocols.join(', ')}`,
    ['plan.protocols'],
  );
  checkCosts(config, dynamics.dim);
  const each = (value: number): number[] => Array<number>(world.actionDim).fill(value);
  const unit = { column: ACTION, mean: each(0), std: each(1), rows: 1, constant: [] };
  for (const planner of [plan.planner, ...Object.values(plan.planners)]) {
    checkCostName(config, planner.cost);
    solverOf(config, planner, unit); // the solver's own checks: elites among samples
  }
  const beside = [...Object.keys(plan.planners), ...Object.keys(goalPolicies), ...trueWorldNames(config)];
  for (const name of plan.also) if (!beside.includes(name)) throw unknownName('planner of plan.also', name, beside);
  for (const name of evals.extra) {
    if (!extraStages.includes(name)) throw unknownName('stage of evals.extra', name, extraStages);
  }
  parameterCount(dynamics.module); // the model's own checks: patches, heads
  experimentWorld(config).method({ batch: train.batchSize, frames: train.frames }); // and its method's: clips long enough
}
