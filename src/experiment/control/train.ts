// The training stage: the chosen model's losses on windows of the training episodes, with collapse instruments.

import { key } from '../../core/index.ts';
import { type Batch, libraryVersion, windowLoader } from '../../data/node.ts';
import {
  dimensionDeviation,
  type HealthMonitor,
  healthMonitor,
  matrix,
  meanSquaredDifference,
  type Numbers,
  readHealth,
} from '../../measure/index.ts';
import { adamW, warmupCosine } from '../../optim/index.ts';
import { openRun } from '../../run/index.ts';
import { type JepaProgram, train } from '../../train/index.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import { rememberDataset } from '../run-files.ts';
import { trainingIn, trainingSummary } from '../training.ts';
import type { ControlExperiment } from './config.ts';
import { controlProgram } from './method.ts';
import { actionBounds, chosenDynamics, chosenModel, keyFor, openData } from './stages.ts';

/** Embeddings wider than this are token maps or pictures: the instruments of a vector say nothing about them. */
const WIDEST = 1024;

/** The embeddings of clips without their last `tail` numbers, which are those of the last frame. */
function framesBefore(z: Numbers, clip: number, tail: number): Float32Array {
  const kept = clip - tail;
  return Float32Array.from(
    { length: (z.length / clip) * kept },
    (_, i) => z[Math.floor(i / kept) * clip + (i % kept)]!,
  );
}

type Observed = JepaProgram<Batch>['observed'];

/** The collapse instruments of one step, for the metrics; alarms are logged. */
function instruments(
  monitor: HealthMonitor,
  observed: Observed,
  sizes: { readonly step: number; readonly dim: number; readonly frames: number },
  log: (line: string) => void,
): Readonly<Record<string, number | readonly number[] | null>> {
  const { step, dim, frames } = sizes;
  const rows = (name: string) => matrix(observed[name] as Float32Array, dim);
  const z = rows('context');
  const predicted = rows('prediction');
  const target = rows('target');
  const last = matrix(framesBefore(z.data, frames * dim, dim), dim);
  const paired = predicted.rows === target.rows && last.rows === target.rows;
  const prediction = { predicted, next: target, last };
  const reading = readHealth({ embeddings: z, key: key(0), ...(paired ? { prediction } : {}) });
  const health = monitor.observe(step, reading);
  for (const { code, value, since, hint } of health.alarms) {
    log(`alarm ${code} since step ${since} (${value.toPrecision(3)}): ${hint}`);
  }
  return {
    sigreg: health.sigreg,
    sigregSamples: health.samples,
    effectiveRank: health.effectiveRank,
    embedDim: dim,
    deviations: Array.from(dimensionDeviation(z).std),
    unexplained: health.unexplained ?? null,
    copyLast: paired ? meanSquaredDifference(last, target) : null,
    alarms: health.alarms.length,
  };
}

/** Trains into the run folder; throws the signal's reason when interrupted, an error when the loss is not finite. */
export async function trainStage(config: ControlExperiment, context: RunContext): Promise<RunSummary> {
  rememberDataset(context);
  const data = openData(config, context);
  const { frames, steps, batchSize, warmup, learningRate, weightDecay, clip } = chosenModel(config).train;
  const { frameSkip } = config.data;
  const { dim } = chosenDynamics(config);
  const { program, columns } = await controlProgram(config, context, data);
  const monitor = healthMonitor();
  const measured = dim <= WIDEST && (program.observed.target?.length ?? 1) % dim === 0;
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
          columns,
          normalisers: [data.actions],
          key: keyFor(context, 'batches'),
          startStep,
          workers: config.data.workers,
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
        env: config.env.id,
        imageSize: config.env.imageSize,
        frameSkip,
        actions: data.actions,
        actionBounds: actionBounds(config),
        split: data.split,
        version: libraryVersion(),
      },
      ...(measured
        ? {
            instruments: {
              every: config.train.instrumentsEvery,
              measure: (step: number) => instruments(monitor, program.observed, { step, dim, frames }, context.log),
            },
          }
        : {}),
      ...trainingIn(context, steps),
    });
    return trainingSummary(outcome, context);
  } finally {
    run.close();
    data.store.close();
  }
}
