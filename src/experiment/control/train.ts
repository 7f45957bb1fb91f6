// The training stage: the chosen model's losses on windows of the training episodes, with collapse instruments.

import { type Batch, libraryVersion, windowLoader } from '../../data/node.ts';
import { adamW } from '../../optim/index.ts';
import { clipLatents, healthInstruments } from '../instruments.ts';
import { keyFor } from '../keys.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import { rememberDataset } from '../run-files.ts';
import { trainIn, warmedUp } from '../training.ts';
import type { ControlExperiment } from './config.ts';
import { dataRecord, trainingData } from './data.ts';
import { controlProgram } from './method.ts';
import { actionBounds, experimentDynamics } from './stages.ts';

/** Embeddings wider than this are token maps or pictures: the instruments of a vector say nothing about them. */
const WIDEST = 1024;

/** Trains into the run folder; throws the signal's reason when interrupted, an error when the loss is not finite. */
export async function trainStage(config: ControlExperiment, context: RunContext): Promise<RunSummary> {
  rememberDataset(context);
  const data = trainingData(config, context);
  const { frames, steps, batchSize, weightDecay, clip, checkpointEvery, logEvery, instrumentsEvery } = config.train;
  const { frameSkip } = config.data;
  const { dim } = experimentDynamics(config);
  const { program, columns } = await controlProgram(config, context, data);
  const measure = healthInstruments({
    key: keyFor(context, 'health'),
    latents: () => clipLatents(program),
    log: context.log,
  });
  try {
    return await trainIn<Batch>(context, {
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
      learningRate: warmedUp(config.train),
      clip,
      steps,
      imagesPerStep: batchSize * frames,
      checkpointEvery,
      logEvery,
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
        : { instruments: { every: instrumentsEvery, measure: (step: number) => measure(step) ?? {} } }),
    });
  } finally {
    data.store.close();
  }
}
