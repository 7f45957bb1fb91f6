// The training stage: LeWorldModel's two losses on windows of the training episodes, with collapse instruments.

import type { RunContext, RunSummary } from '../../src/cli/index.ts';
import { key } from '../../src/core/index.ts';
import { type Batch, libraryVersion, windowLoader } from '../../src/data/index.ts';
import {
  dimensionDeviation,
  healthMonitor,
  matrix,
  meanSquaredDifference,
  type Numbers,
  readHealth,
} from '../../src/evals/index.ts';
import { adamW, warmupCosine } from '../../src/optim/index.ts';
import { type JepaProgram, jepaProgram, openRun, train } from '../../src/train/index.ts';
import { type Acting, type LeWm, leWmMethod } from '../../src/world/index.ts';
import { rememberDataset } from '../run-files.ts';
import { trainingIn, trainingSummary } from '../training.ts';
import type { LeWmExperiment } from './config.ts';
import { actionBounds, keyFor, openData } from './stages.ts';

/** The loss program of the experiment on batches of the window loader. */
export function lossProgram(config: LeWmExperiment, context: RunContext): Promise<JepaProgram<Batch>> {
  return jepaProgram<LeWm, Acting, Batch>({
    spec: leWmMethod(config.model, { batch: config.train.batchSize, frames: config.data.frames }),
    key: keyFor(context, 'model'),
    inputs: (batch) => ({ pixels: batch.pixels as Uint8Array, actions: batch.action as Float32Array }),
  });
}

/** The embeddings of clips without their last `tail` numbers, which are those of the last frame. */
function framesBefore(z: Numbers, clip: number, tail: number): Float32Array {
  const kept = clip - tail;
  return Float32Array.from(
    { length: (z.length / clip) * kept },
    (_, i) => z[Math.floor(i / kept) * clip + (i % kept)]!,
  );
}

/** Trains into the run folder; throws the signal's reason when interrupted, an error when the loss is not finite. */
export async function trainStage(config: LeWmExperiment, context: RunContext): Promise<RunSummary> {
  rememberDataset(context);
  const data = openData(config, context);
  const { steps, batchSize, warmup, learningRate } = config.train;
  const { frames, frameSkip } = config.data;
  const program = await lossProgram(config, context);
  const dim = config.model.embedDim;
  const monitor = healthMonitor();
  const observed = (name: string) => matrix(program.observed[name] as Float32Array, dim);
  const run = openRun(context.out);
  try {
    const outcome = await train<Batch>({
      run,
      program,
      batches: (startStep) =>
        windowLoader({
          dir: data.dir,
          episodes: data.split.train,
          frames,
          frameSkip,
          batchSize,
          normalisers: [data.actions],
          key: keyFor(context, 'batches'),
          startStep,
          workers: config.data.workers,
        }),
      optimiser: adamW(program.layout, { weightDecay: config.train.weightDecay }),
      learningRate: warmupCosine({
        peak: learningRate,
        warmupSteps: Math.max(1, Math.round(warmup * steps)),
        totalSteps: steps,
      }),
      clip: config.train.clip,
      steps,
      seed: context.seed,
      imagesPerStep: batchSize * frames,
      checkpointEvery: config.train.checkpointEvery,
      logEvery: config.train.logEvery,
      metadata: {
        env: config.env.id,
        imageSize: config.env.imageSize,
        frameSkip,
        actions: data.actions,
        actionBounds: actionBounds(config),
        split: data.split,
        version: libraryVersion(),
      },
      instruments: {
        every: config.train.instrumentsEvery,
        measure(step) {
          const z = observed('context');
          const last = matrix(framesBefore(z.data, frames * dim, dim), dim);
          const prediction = { predicted: observed('prediction'), next: observed('target'), last };
          const health = monitor.observe(step, readHealth({ embeddings: z, key: key(0), prediction }));
          for (const { code, value, since, hint } of health.alarms) {
            context.log(`alarm ${code} since step ${since} (${value.toPrecision(3)}): ${hint}`);
          }
          return {
            sigreg: health.sigreg,
            sigregSamples: health.samples,
            effectiveRank: health.effectiveRank,
            embedDim: dim,
            deviations: Array.from(dimensionDeviation(z).std),
            unexplained: health.unexplained ?? null,
            copyLast: meanSquaredDifference(prediction.last, prediction.next),
            alarms: health.alarms.length,
          };
        },
      },
      ...trainingIn(context, steps),
    });
    return trainingSummary(outcome, context);
  } finally {
    run.close();
    data.store.close();
  }
}
