// The training stage: the chosen model's losses on windows of the training episodes, with collapse instruments.

import { type Batch, libraryVersion, windowLoader } from '../../data/index.ts';
import { adamW, warmupCosine } from '../../optim/index.ts';
import { openRun } from '../../run/node.ts';
import { train } from '../../train/index.ts';
import { clipLatents, healthInstruments } from '../instruments.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import { rememberDataset } from '../run-files.ts';
import { trainingIn, trainingSummary } from '../training.ts';
import type { ControlExperiment } from './config.ts';
import { dataRecord, trainingData } from './data.ts';
import { controlProgram } from './method.ts';
import { actionBounds, experimentDynamics, keyFor } from './stages.ts';

/** Embeddings wider than this are token maps or pictures: the instruments of a vector say nothing about them. */
const WIDEST = 1024;

/** Trains into the run folder; throws the signal's reason when interrupted, an error when the loss is not finite. */
export async function trainStage(config: ControlExperiment, context: RunContext): Promise<RunSummary> {
  rememberDataset(context);
  const data = trainingData(config, context);
  const { frames, steps, batchSize, warmup, learningRate, weightDecay, clip } = config.train;
  const { frameSkip } = config.data;
  const { dim } = experimentDynamics(config);
  const { program, columns } = await controlProgram(config, context, data);
  const health = healthInstruments({
    key: keyFor(context, 'health'),
    latents: () => clipLatents(program),
    log: context.log,
  });
  const run = openRun(context.out);
  try {
    const outcome = await train<Batch>({
      run,
      program,
      batches: (startStep) =>
        windowLoader({
          source: data.location,
          episodes: data.split.train,
          frames,
          frameSkip,
          batchSize,
          columns,
          normalisers: [data.actions],
          key: keyFor(context, 'batches'),
          startStep,
          workers: context.loaders ?? config.data.workers,
        }),
      optimiser: adamW(program.layout, { weightDecay }),
      learningRate: warmupCosine({
        peak: learningRate,
        warmupSteps: Math.max(1, Math.round(warmup * steps)),
        totalSteps: steps,
      }),
      clip,
      steps,
      seed: context.seed,
      imagesPerStep: batchSize * frames,
      checkpointEvery: config.train.checkpointEvery,
      logEvery: config.train.logEvery,
      metadata: {
        ...dataRecord(data),
        env: config.env.id,
        imageSize: config.env.imageSize,
        frameSkip,
        actionBounds: actionBounds(config),
        version: libraryVersion(),
      },
      ...(dim > WIDEST
        ? {}
        : {
            instruments: {
              ...health,
              every: config.train.instrumentsEvery,
              measure: (step: number) => health.measure(step) ?? {},
            },
          }),
      ...trainingIn(context, steps),
    });
    return trainingSummary(outcome, context);
  } finally {
    run.close();
    data.store.close();
  }
}
