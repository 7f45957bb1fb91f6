// The training stage: a method on augmented views, judged online by k-NN and the collapse instruments.

import { fold, key } from '../../core/index.ts';
import { type Cifar10, type ImageBatch, imageLoader, libraryVersion } from '../../data/node.ts';
import type { Condition } from '../../jepa/index.ts';
import { accuracy, type HealthInput, knnVotes, matrix, nearestByCosine, onlineHealth } from '../../measure/index.ts';
import { adamW, decayMatrices, ijepaCosineWeightDecay, warmupCosine } from '../../optim/index.ts';
import { openRun } from '../../run/index.ts';
import { type JepaProgram, jepaProgram, sizedJepaProgram, train } from '../../train/index.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import { trainingIn, trainingSummary } from '../training.ts';
import type { ImageExperiment } from './config.ts';
import { spread } from './data.ts';
import { type FeatureProgram, featureProgram } from './features.ts';
import { methodOf } from './method.ts';

/** Accuracy of weighted k-NN, k 20, on the features as they stand. */
async function onlineKnn(features: FeatureProgram, data: Cifar10, config: ImageExperiment): Promise<number> {
  const { onlineTrain, onlineTest } = config.evals;
  const index = await features.of(data.train, spread(data.train.count, onlineTrain));
  const queries = await features.of(data.test, spread(data.test.count, onlineTest));
  const neighbours = await nearestByCosine(index.x, queries.x, Math.min(20, index.x.rows));
  return accuracy(knnVotes(neighbours, index.y, data.train.classes.length), queries.y);
}

/** Rows whose similarity is measured pair by pair. */
const PAIR_ROWS = 512;

type Latents = Omit<HealthInput, 'key' | 'slices'>;

/** What the instruments read of the last step: the context's embedding, and predictions beside their targets. */
function latentsOf(program: JepaProgram<ImageBatch>, contrast: number | undefined): Latents | null {
  const { context, prediction, target } = program.observed;
  if (context === undefined || prediction === undefined || target === undefined) return null;
  const shape = program.program.outputs['observe:context']!.shape;
  const D = shape.at(-1)!;
  const embeddings =
    shape.length === 3
      ? { batch: shape[0]!, tokens: shape[1]!, dim: D, data: context as Float32Array }
      : matrix(context as Float32Array, D);
  const width = program.program.outputs['observe:prediction']!.shape.at(-1)!;
  const rows = (data: Float32Array) => matrix(data.subarray(0, width * PAIR_ROWS), width);
  const [predicted, next] = [rows(prediction as Float32Array), rows(target as Float32Array)];
  return {
    embeddings,
    prediction: { predicted, next },
    pairs: { x: predicted, y: next },
    ...(contrast === undefined ? {} : { contrastBatch: contrast }),
  };
}

/**
 * The deviation below which an embedding counts as constant. Losses that compare embeddings by their distance have a scale: VICReg
 * and LeJEPA pull the deviation towards 1, the naive embedding lets go of it. The others do not see the scale.
 */
function leastDeviation(method: ImageExperiment['method']['name']): number {
  return ['vicreg', 'lejepa', 'collapse'].includes(method) ? 0.05 : 1e-3;
}

/** Trains into the run folder; throws the signal's reason when interrupted, an error when the loss is not finite. */
export async function trainStage(config: ImageExperiment, context: RunContext, data: Cifar10): Promise<RunSummary> {
  const { steps, batchSize, learningRate, warmup, weightDecay, clip } = config.train;
  const { spec, feed, sized } = methodOf(config, context.seed);
  const seed = key(context.seed);
  const common = { key: fold(seed, 'model'), inputs: feed };
  const program =
    sized === undefined
      ? await jepaProgram<never, Condition, ImageBatch>({ spec, ...common })
      : await sizedJepaProgram({ ...sized, ...common });
  const features = await featureProgram(spec, config.data.size, program.values);
  const health = onlineHealth({ key: fold(seed, 'health'), limits: { minStd: leastDeviation(config.method.name) } });
  const contrast = config.method.name === 'simclr' ? 2 * batchSize : undefined;
  const run = openRun(context.out);
  try {
    const outcome = await train<ImageBatch>({
      run,
      program,
      batches: (startStep) =>
        imageLoader({
          set: data.train,
          batchSize,
          views: config.views,
          key: fold(seed, 'batches'),
          startStep,
          workers: config.data.workers,
        }),
      optimiser: adamW(program.layout, { weightDecay: weightDecay[0], group: decayMatrices }),
      learningRate: warmupCosine({
        peak: learningRate,
        warmupSteps: Math.max(1, Math.round(warmup * steps)),
        totalSteps: steps,
      }),
      weightDecay: ijepaCosineWeightDecay({ start: weightDecay[0], final: weightDecay[1], totalSteps: steps }),
      clip: clip ?? undefined,
      steps,
      seed: context.seed,
      imagesPerStep: batchSize,
      checkpointEvery: config.train.checkpointEvery,
      logEvery: config.train.logEvery,
      metadata: { data: config.data.name, classes: data.train.classes, version: libraryVersion() },
      afterUpdate: (step) => program.afterUpdate(step),
      instruments: {
        every: config.train.evaluateEvery,
        async measure(step) {
          const knn = await onlineKnn(features, data, config);
          const latents = latentsOf(program, contrast);
          if (latents === null) return { knn };
          const reading = health.observe(step, latents);
          for (const { code, value, since, hint } of reading.alarms) {
            context.log(`alarm ${code} since step ${since} (${value.toPrecision(3)}): ${hint}`);
          }
          const { samples, dim, sigreg, effectiveRank, pooledStd, minStd } = reading;
          return {
            knn,
            samples,
            dim,
            sigreg,
            effectiveRank,
            pooledStd,
            minStd,
            mismatchedSimilarity: reading.mismatchedSimilarity,
            unexplained: reading.unexplained ?? null,
            tokenStd: reading.tokenStd ?? null,
            positionShare: reading.positionShare ?? null,
            retrieval: reading.pairs?.retrieval ?? null,
            alarms: reading.alarms.length,
            ...Object.fromEntries(reading.alarms.map(({ code, value }) => [`alarm.${code}`, value])),
          };
        },
      },
      ...trainingIn(context, steps),
    });
    return trainingSummary(outcome, context);
  } finally {
    run.close();
    await features.dispose();
  }
}
