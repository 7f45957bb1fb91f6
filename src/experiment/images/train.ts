// The training stage: a method on augmented views, judged online by k-NN and the collapse instruments.

import { fold, key } from '../../core/index.ts';
import { libraryVersion } from '../../data/node.ts';
import { type Cifar10, type ImageBatch, imageLoader } from '../../images/node.ts';
import type { Condition } from '../../jepa/index.ts';
import { accuracy, knnVotes, nearestByCosine } from '../../measure/index.ts';
import { adamW, decayMatrices, ijepaCosineWeightDecay } from '../../optim/index.ts';
import { jepaProgram, sizedJepaProgram } from '../../train/index.ts';
import { healthInstruments, imageLatents } from '../instruments.ts';
import { onRuntime, type RunContext, type RunSummary } from '../recipe.ts';
import { trainIn, warmedUp } from '../training.ts';
import type { ImageExperiment } from './config.ts';
import { spread } from './data.ts';
import { type FeatureProgram, featureProgram } from './features.ts';
import { methodOf } from './method.ts';
import { imageMethodNamed } from './methods/registry.ts';

/** Accuracy of weighted k-NN, k 20, on the features as they stand. */
async function onlineKnn(features: FeatureProgram, data: Cifar10, config: ImageExperiment): Promise<number> {
  const { onlineTrain, onlineTest } = config.evals;
  const index = await features.of(data.train, spread(data.train.count, onlineTrain));
  const queries = await features.of(data.test, spread(data.test.count, onlineTest));
  const neighbours = await nearestByCosine(index.x, queries.x, Math.min(20, index.x.rows));
  return accuracy(knnVotes(neighbours, index.y, data.train.classes.length), queries.y);
}

/** Trains into the run folder; throws the signal's reason when interrupted, an error when the loss is not finite. */
export async function trainStage(config: ImageExperiment, context: RunContext, data: Cifar10): Promise<RunSummary> {
  const { steps, batchSize, weightDecay, clip, checkpointEvery, logEvery, evaluateEvery } = config.train;
  const { spec, feed, sized } = methodOf(config, context.seed, data.train.classes.length);
  const seed = key(context.seed);
  const common = { key: fold(seed, 'model'), inputs: feed, ...onRuntime(context) };
  const program =
    sized === undefined
      ? await jepaProgram<unknown, Condition, ImageBatch>({ spec, ...common })
      : await sizedJepaProgram({ ...sized, ...common });
  const features = await featureProgram(spec, config.data.size, program.values, onRuntime(context));
  const { leastDeviation = 1e-3, contrast: contrastOf } = imageMethodNamed(config.method.name);
  const contrast = contrastOf === undefined ? {} : { contrastBatch: contrastOf(batchSize) };
  const health = healthInstruments({
    key: fold(seed, 'health'),
    limits: { minStd: leastDeviation },
    latents() {
      const found = imageLatents(program);
      return found === null ? null : { ...found, ...contrast };
    },
    log: context.log,
  });
  try {
    return await trainIn<ImageBatch>(context, {
      program,
      batches: (startStep) =>
        imageLoader({
          set: data.train,
          batchSize,
          views: config.views,
          key: fold(seed, 'batches'),
          startStep,
          workers: context.loaders ?? config.data.workers,
        }),
      optimiser: adamW(program.layout, { weightDecay: weightDecay[0], group: decayMatrices }),
      learningRate: warmedUp(config.train),
      weightDecay: ijepaCosineWeightDecay({ start: weightDecay[0], final: weightDecay[1], totalSteps: steps }),
      clip: clip ?? undefined,
      steps,
      imagesPerStep: batchSize,
      checkpointEvery,
      logEvery,
      metadata: { data: config.data.name, classes: data.train.classes, version: libraryVersion() },
      instruments: {
        every: evaluateEvery,
        async measure(step) {
          const knn = await onlineKnn(features, data, config);
          return { knn, ...health(step) };
        },
      },
    });
  } finally {
    await features.dispose();
  }
}
