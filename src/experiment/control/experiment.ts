// A control experiment as a recipe: collect, train, evaluate, plan, export.

import { type WorldModel, worldModel } from '../../agent/index.ts';
import { checkRegistered } from '../../envs/index.ts';
import type { Recipe, RunContext, RunSummary } from '../recipe.ts';
import { auditModel } from './audit.ts';
import { checkExperiment } from './check.ts';
import { collectStage } from './collect.ts';
import type { ControlExperiment } from './config.ts';
import { datasetDir, type ExperimentData, trainedData } from './data.ts';
import { modelPresets, pictureSizes, type WorldExperiment, worldExperiment } from './defaults.ts';
import { evaluateStage, probes } from './evaluate.ts';
import { exportStage } from './export.ts';
import { generalisationStage } from './generalisation.ts';
import { goalPolicies } from './goal-policies.ts';
import { learnedBeside } from './learned.ts';
import { longHorizonStage } from './long-horizon.ts';
import { migrateControl } from './migrate.ts';
import { openLoopStage } from './open-loop.ts';
import { planStage } from './plan.ts';
import { controlSchema } from './schema.ts';
import { experimentDynamics, trainedRun } from './stages.ts';
import { trainStage } from './train.ts';
import type { Trained } from './trained.ts';

type Stage = (config: ControlExperiment, context: RunContext) => Promise<RunSummary>;

/** Makes the world ready, checks the laws of one that is not built in, and that the parts of the configuration fit each other. */
async function prepare(config: ControlExperiment): Promise<void> {
  await checkRegistered(config.env.id);
  checkExperiment(config, Object.keys(extraStages));
}

/** A stage with its world ready and its configuration checked. */
function prepared(stage: Stage): Stage {
  return async (config, context) => {
    await prepare(config);
    return stage(config, context);
  };
}

/** Runs `stage` with the trained model and the data of the run. */
async function withModel<R>(
  config: ControlExperiment,
  context: RunContext,
  stage: (model: WorldModel, data: ExperimentData) => Promise<R>,
): Promise<R> {
  const { values, checkpoint } = trainedRun(config, context);
  const data = trainedData(config, context, checkpoint);
  try {
    return await stage(worldModel(experimentDynamics(config, data), values, context.runtime), data);
  } finally {
    data.store.close();
  }
}

/** What `evals.extra` may name. */
const extraStages: Readonly<
  Record<string, (config: ControlExperiment, context: RunContext, trained: Trained) => Promise<RunSummary>>
> = {
  'long-horizon': longHorizonStage,
  generalisation: generalisationStage,
  'open-loop': openLoopStage,
};

const evaluate: Stage = (c, context) => withModel(c, context, (model, data) => evaluateStage(c, context, model, data));

const plan: Stage = (c, context) =>
  withModel(c, context, async (model, data) => {
    const { targets } = await probes(c, context, model, data);
    const learned = learnedBeside(c, context, model, data);
    const trained = { model, data, learned, probes: targets };
    const { metrics } = await planStage(c, context, trained);
    const more: Record<string, number> = {};
    for (const name of c.evals.extra) Object.assign(more, (await extraStages[name]!(c, context, trained)).metrics);
    await learned.dispose();
    return { metrics: { ...metrics, ...more } };
  });

const train: Stage = async (c, context) => {
  const collected = context.data === undefined ? await collectStage(c, context, datasetDir(context)) : { metrics: {} };
  const trained = await trainStage(c, context);
  return { metrics: { ...collected.metrics, ...trained.metrics } };
};

/** The recipe of an experiment. */
export function controlRecipe(name: string, summary: string, world: WorldExperiment): Recipe<ControlExperiment> {
  return {
    name,
    summary,
    config: () => worldExperiment(world),
    schema: controlSchema,
    presets: () => modelPresets(world),
    follow: pictureSizes,
    migrate: migrateControl,
    check: prepare,
    run: prepared(async (c, context) => {
      const trained = await train(c, context);
      context.signal.throwIfAborted();
      const evaluated = await evaluate(c, context);
      context.signal.throwIfAborted();
      const planned = await plan(c, context);
      return { metrics: { ...planned.metrics, ...evaluated.metrics, ...trained.metrics } };
    }),
    stages: {
      collect: prepared((c, context) => collectStage(c, context, context.out)),
      train: prepared(train),
      eval: prepared(evaluate),
      plan: prepared(plan),
      export: prepared(exportStage),
    },
    control: {
      models: () => Object.keys(modelPresets(world).model ?? {}),
      planners: ({ plan: { planners } }) => [...Object.keys(planners), ...Object.keys(goalPolicies)],
      extra: () => Object.keys(extraStages),
      dataset: ({ env, collect }) => ({ env, collect }),
      async audit(c, context, choices) {
        await prepare(c);
        return withModel(c, context, (model, data) => auditModel(c, context, { model, data }, choices));
      },
    },
  };
}
