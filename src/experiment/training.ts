// The one assembly of a training run: a program, its batches and how it is optimised go into a run folder, with progress,
// interruption and outcome as the context of a recipe has them. What is trained, and on what, is the caller's.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { type Schedule, warmupCosine } from '../optim/index.ts';
import { createRun, openRun, type RunDescription, type RunFolder } from '../run/node.ts';
import { type TrainOptions, type TrainOutcome, train } from '../train/node.ts';
import type { ProgressLine, RunContext, RunSummary } from './recipe.ts';

/** A training, but for where it is done and for whom: options of `train` that the context of a run does not decide. */
export type Training<B> = Omit<TrainOptions<B>, 'run' | 'seed' | 'resume' | 'onMessage' | 'onProgress' | 'signal'>;

/** Progress of a training: its terms are those of the loss, and the loss. */
export type TrainingProgress = ProgressLine & {
  readonly terms: Readonly<Record<string, number>> & { readonly loss: number };
};

/** The part of a recipe's context that a training needs. */
export interface TrainingContext extends Pick<RunContext, 'seed' | 'out' | 'signal' | 'log' | 'resume'> {
  progress(line: TrainingProgress): void;
}

/** A training in a folder of its own inside the run: `models/x` beside the models of other trainings. */
export interface PartFolder {
  /** Its path below `context.out`. */
  readonly folder: string;
  /** What its run.json says when it is made. */
  readonly described: RunDescription;
}

/**
 * Trains into the run folder `context.out`, which exists; or into a part of it, which is made when it is not there and
 * continued when it is.
 *
 * @param stage names the training in progress lines and errors
 * @returns images per second and the share of the time that was spent waiting for batches
 * @throws JepaError `numeric` when a loss or gradient is not finite; the signal's reason when it was interrupted, after a
 * checkpoint was written; and what `train` throws
 */
export async function trainIn<B>(
  context: TrainingContext,
  training: Training<B>,
  { stage = 'train', part }: { readonly stage?: string; readonly part?: PartFolder } = {},
): Promise<RunSummary> {
  const { run, resume } =
    part === undefined ? { run: openRun(context.out), resume: context.resume } : partOf(context, part);
  const { steps } = training;
  try {
    const outcome = await train<B>({
      ...training,
      run,
      seed: context.seed,
      resume,
      onMessage: context.log,
      signal: context.signal,
      onProgress: ({ step, loss, terms, imagesPerSecond, secondsLeft }) =>
        context.progress({ stage, step, total: steps, terms: { ...terms, loss }, imagesPerSecond, secondsLeft }),
    });
    return summaryOf(outcome, stage, context.signal);
  } finally {
    run.close();
  }
}

/** The rate that warms up over a share of the steps, one at least, and falls along a cosine to 0. */
export function warmedUp(options: {
  readonly learningRate: number;
  readonly warmup: number;
  readonly steps: number;
}): Schedule {
  const { learningRate, warmup, steps } = options;
  return warmupCosine({
    peak: learningRate,
    warmupSteps: Math.max(1, Math.round(warmup * steps)),
    totalSteps: steps,
  });
}

function partOf({ out }: TrainingContext, { folder, described }: PartFolder): { run: RunFolder; resume: boolean } {
  const dir = join(out, folder);
  const resume = existsSync(join(dir, 'run.json'));
  return { run: resume ? openRun(dir) : createRun(dir, described), resume };
}

function summaryOf(outcome: TrainOutcome, stage: string, signal: AbortSignal): RunSummary {
  if (outcome.kind === 'interrupted') signal.throwIfAborted();
  if (outcome.kind === 'non-finite') {
    throw new JepaError(
      'numeric',
      `${stage}: training stopped at step ${outcome.step}: ${outcome.term} is ${outcome.value}; the last good checkpoint is ${outcome.lastGood ?? 'none'}; lower its learningRate`,
      outcome,
    );
  }
  if (outcome.kind !== 'done') throw new JepaError('runtime', 'training ended without an outcome');
  const { imagesPerSecond, waitShare } = outcome.timing;
  return { metrics: { 'train.imagesPerSecond': imagesPerSecond, 'train.waitShare': waitShare } };
}
