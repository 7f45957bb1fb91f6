// A LeWorldModel experiment as a recipe: collect, train, evaluate, plan, export.

import type { Recipe, RunContext, RunSummary } from '../../src/cli/index.ts';
import { checkExperiment } from './check.ts';
import { collectStage } from './collect.ts';
import type { LeWmExperiment } from './config.ts';
import { evaluateStage, probes } from './evaluate.ts';
import { exportStage } from './export.ts';
import { planStage } from './plan.ts';
import { datasetDir, openData, trainedModel } from './stages.ts';
import { trainStage } from './train.ts';

/** Runs `stage` with the trained model and the data of the run. */
async function withModel(
  config: LeWmExperiment,
  context: RunContext,
  stage: (model: ReturnType<typeof trainedModel>, data: ReturnType<typeof openData>) => Promise<RunSummary>,
): Promise<RunSummary> {
  const data = openData(config, context);
  try {
    return await stage(trainedModel(config, context), data);
  } finally {
    data.store.close();
  }
}

/** The recipe of an experiment. */
export function leWmRecipe(name: string, summary: string, config: () => LeWmExperiment): Recipe<LeWmExperiment> {
  const evaluate = (c: LeWmExperiment, context: RunContext) =>
    withModel(c, context, (model, data) => evaluateStage(c, context, model, data));
  const plan = (c: LeWmExperiment, context: RunContext) =>
    withModel(c, context, async (model, data) =>
      planStage(c, context, model, data, (await probes(c, context, model, data)).linear),
    );
  const train = async (c: LeWmExperiment, context: RunContext): Promise<RunSummary> => {
    checkExperiment(c);
    const collected = context.data === undefined ? collectStage(c, context, datasetDir(context)) : { metrics: {} };
    const trained = await trainStage(c, context);
    return { metrics: { ...collected.metrics, ...trained.metrics } };
  };
  return {
    name,
    summary,
    config,
    async run(c, context) {
      const trained = await train(c, context);
      context.signal.throwIfAborted();
      const evaluated = await evaluate(c, context);
      context.signal.throwIfAborted();
      const planned = await plan(c, context);
      return { metrics: { ...planned.metrics, ...evaluated.metrics, ...trained.metrics } };
    },
    stages: {
      collect: async (c, context) => {
        checkExperiment(c);
        return collectStage(c, context, context.out);
      },
      train,
      eval: evaluate,
      plan,
      export: exportStage,
    },
  };
}
