// What every training stage of a recipe does with its context and with the outcome.

import { JepaError } from '../core/index.ts';
import type { TrainOptions, TrainOutcome } from '../train/index.ts';
import type { RunContext, RunSummary } from './recipe.ts';

/** The options of `train` that follow from the context of a run of `steps` updates. */
export function trainingIn(
  context: RunContext,
  steps: number,
  stage: string = 'train',
): Required<Pick<TrainOptions<never>, 'resume' | 'onMessage' | 'signal' | 'onProgress'>> {
  return {
    resume: context.resume,
    onMessage: context.log,
    signal: context.signal,
    onProgress: ({ step, loss, terms, imagesPerSecond, secondsLeft }) =>
      context.progress({ stage, step, total: steps, terms: { loss, ...terms }, imagesPerSecond, secondsLeft }),
  };
}

/** The summary of a finished training; throws the signal's reason when it was interrupted, `numeric` when it diverged. */
export function trainingSummary(outcome: TrainOutcome, context: RunContext): RunSummary {
  if (outcome.kind === 'interrupted') context.signal.throwIfAborted();
  if (outcome.kind === 'non-finite') {
    throw new JepaError(
      'numeric',
      `training stopped at step ${outcome.step}: ${outcome.term} is ${outcome.value}; the last good checkpoint is ${outcome.lastGood ?? 'none'}; lower train.learningRate`,
      outcome,
    );
  }
  if (outcome.kind !== 'done') throw new JepaError('runtime', 'training ended without an outcome');
  const { imagesPerSecond, waitShare } = outcome.timing;
  return { metrics: { 'train.imagesPerSecond': imagesPerSecond, 'train.waitShare': waitShare } };
}
