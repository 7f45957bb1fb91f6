// An experiment on images as a recipe: load, train, evaluate.

import type { Recipe, RunContext, RunSummary } from '../recipe.ts';
import type { Presets } from '../settings.ts';
import { checkExperiment } from './check.ts';
import type { ImageExperiment } from './config.ts';
import { openData } from './data.ts';
import { evaluateStage } from './evaluate.ts';
import { imageMethodNamed } from './methods/registry.ts';
import { imageSchema } from './schema.ts';
import { trainStage } from './train.ts';

/** The recipe of an experiment. */
export function imageRecipe(
  name: string,
  summary: string,
  config: () => ImageExperiment,
  presets: Presets<ImageExperiment> = {},
): Recipe<ImageExperiment> {
  const train = async (c: ImageExperiment, context: RunContext): Promise<RunSummary> =>
    imageMethodNamed(c.method.name).trains === false
      ? { metrics: {} }
      : trainStage(c, context, await openData(c, context));
  const evaluate = async (c: ImageExperiment, context: RunContext): Promise<RunSummary> =>
    evaluateStage(c, context, await openData(c, context));
  return {
    name,
    summary,
    config,
    schema: imageSchema,
    presets: () => presets,
    check: checkExperiment,
    async run(c, context) {
      checkExperiment(c);
      const trained = await train(c, context);
      context.signal.throwIfAborted();
      const evaluated = await evaluate(c, context);
      return { metrics: { ...evaluated.metrics, ...trained.metrics } };
    },
    stages: {
      async train(c, context) {
        checkExperiment(c);
        return train(c, context);
      },
      eval: evaluate,
    },
  };
}
