// `jepa bench loader`: how fast batches are made, and what share of a training run waits for them, with the two-room recipe's
// model and data.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { twoRoom } from '../recipes/index.ts';
import { collect } from '../src/agent/node.ts';
import type { Bench, BenchContext, BenchResult } from '../src/cli/index.ts';
import { JepaError, key } from '../src/core/index.ts';
import { type Batch, type WindowLoader, type WindowLoaderOptions, windowLoader } from '../src/data/node.ts';
import { makeEnv, makePolicy } from '../src/envs/index.ts';
import type { ControlExperiment } from '../src/experiment/index.ts';
import { controlProgram } from '../src/experiment/index.ts';
import { adamW } from '../src/optim/index.ts';
import { createRun } from '../src/run/node.ts';
import { train } from '../src/train/node.ts';
import { median, timed } from './measure.ts';
import { ms, percent, table } from './table.ts';

/** What is measured, and how often. */
export interface LoaderBenchOptions {
  readonly experiment: ControlExperiment;
  /** Episodes of the temporary dataset, and environment steps of each. */
  readonly episodes: number;
  readonly episodeSteps: number;
  /** Batches taken as fast as they come, and updates of the training run. */
  readonly batches: number;
  readonly steps: number;
}

/** The two-room recipe on a dataset of 6,000 frames. */
export const LOADER_BENCH: LoaderBenchOptions = {
  experiment: twoRoom.config(),
  episodes: 60,
  episodeSteps: 99,
  batches: 300,
  steps: 30,
};

/** Runs the whole benchmark. */
export async function measureLoader(options: LoaderBenchOptions, context: BenchContext): Promise<BenchResult> {
  const { experiment, episodes, episodeSteps, batches, steps } = options;
  const { frameSkip, workers } = experiment.data;
  const { batchSize, frames } = experiment.train;
  const folder = mkdtempSync(join(tmpdir(), 'jepa-bench-'));
  try {
    const dir = join(folder, 'dataset');
    const collectSeconds = await timed(() =>
      collect({
        dir,
        env: makeEnv(experiment.env.id, { imageSize: experiment.env.imageSize }),
        policy: makePolicy(experiment.env.id, 'random'),
        episodes,
        maxSteps: episodeSteps,
        minSteps: frames * frameSkip,
        key: key(context.seed),
        signal: context.signal,
      }),
    );
    const loading: WindowLoaderOptions = {
      source: dir,
      episodes: Array.from({ length: episodes }, (_, i) => i),
      frames,
      frameSkip,
      batchSize,
      key: key(context.seed),
      workers,
    };
    const free = takeAll(loading, batches, context.signal);
    const waits = await trainingWaits(options, loading, context, join(folder, 'run'));
    const perBatch = median(free.seconds);
    return {
      metrics: {
        'loader.batchesPerSecond': free.perSecond,
        'loader.waitShare': waits.waitShare,
        'loader.waitShareAfterFirst': waits.afterFirst,
      },
      text: table([
        ['batch', `${batchSize} windows of ${frames} frames of ${experiment.env.imageSize} pixels, ${workers} worker`],
        ['batches per second, nothing else running', free.perSecond.toFixed(1)],
        ['median time for a batch', ms(perBatch)],
        [`trainer waits, ${steps} steps of ${ms(waits.stepSeconds)}`, percent(waits.afterFirst)],
        ['the same with the first batch (starting the worker)', percent(waits.waitShare)],
        ['collecting, frames per second', ((episodes * (episodeSteps + 1)) / collectSeconds).toFixed(0)],
      ]),
      record: { options, freeSeconds: free.seconds, waits, collectSeconds },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Takes batches as fast as they come, the first ones, which were made ahead, left out. */
function takeAll(
  options: WindowLoaderOptions,
  batches: number,
  signal: AbortSignal,
): { readonly seconds: readonly number[]; readonly perSecond: number } {
  const loader = windowLoader(options);
  try {
    let sum = 0;
    for (let i = 0; i < 8; i++) sum += loader.next().pixels[0]!;
    const seconds: number[] = [];
    const began = performance.now();
    for (let i = 0; i < batches; i++) {
      signal.throwIfAborted();
      const start = performance.now();
      const { pixels } = loader.next();
      sum += pixels[i % pixels.length]!;
      seconds.push((performance.now() - start) / 1000);
    }
    const perSecond = batches / ((performance.now() - began) / 1000);
    if (Number.isNaN(sum)) throw new JepaError('runtime', 'bench: batches hold no numbers');
    return { seconds, perSecond };
  } finally {
    loader.close();
  }
}

interface Waits {
  /** Over the whole training loop, and without its first batch. */
  readonly waitShare: number;
  readonly afterFirst: number;
  readonly stepSeconds: number;
}

/** Trains the experiment's model on the loader with the real loop. */
async function trainingWaits(
  { experiment, steps }: LoaderBenchOptions,
  loading: WindowLoaderOptions,
  context: BenchContext,
  dir: string,
): Promise<Waits> {
  const { program } = await controlProgram(experiment, { ...context, out: dir, resume: false });
  const { batchSize, frames } = experiment.train;
  const run = createRun(dir, { config: {}, seed: context.seed, versions: {} });
  let loader: WindowLoader | undefined;
  try {
    const outcome = await train<Batch>({
      run,
      program,
      batches: (startStep) => {
        loader = windowLoader({ ...loading, startStep });
        return loader;
      },
      optimiser: adamW(program.layout),
      learningRate: () => 1e-4,
      clip: 1,
      steps,
      seed: context.seed,
      imagesPerStep: batchSize * frames,
      checkpointEvery: steps,
      logEvery: 1,
      onMessage: context.log,
      onProgress: ({ step }) => context.progress({ stage: 'loader', step, total: steps }),
      signal: context.signal,
    });
    context.signal.throwIfAborted();
    if (outcome.kind !== 'done') throw new JepaError('runtime', `bench: training ended as ${outcome.kind}`);
    const { seconds, pauseShare, waitShare } = outcome.timing;
    const { firstWaitMs, waitMs } = loader!.stats();
    const busy = seconds * (1 - pauseShare);
    return {
      waitShare: (waitShare * seconds) / busy,
      afterFirst: (waitMs - firstWaitMs) / (1000 * busy - firstWaitMs),
      stepSeconds: busy / steps,
    };
  } finally {
    run.close();
  }
}

/** The benchmark. */
export const loaderBench: Bench = {
  name: 'loader',
  summary: 'batches per second, and how long the trainer waits for them',
  run: (context) => measureLoader(LOADER_BENCH, context),
};
