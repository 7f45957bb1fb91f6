// The schedules of eb_jepa: per step for its world models, per epoch for its image example.
// Source: facebookresearch/eb_jepa eb_jepa/schedulers.py and examples/image_jepa/main.py.

import { checkSteps, halfCosine, type Schedule, straight } from './schedule.ts';

/** The reference starts its linear warm-up at this fraction of the peak, because torch refuses 0. */
const START_FACTOR = 1e-8;

/** Pi as the image example writes it; it moves the last epochs by about 1e-5 of their value. */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: the reference's own constant, kept for equal numbers
const TRUNCATED_PI = 3.14159;

/** Learning rate: linear warm-up over floor(ratio x total) steps from almost 0, then a half cosine to `final`. */
export function ebWarmupCosine(options: {
  readonly totalSteps: number;
  readonly peak: number;
  /** Default 0.1. */
  readonly warmupRatio?: number;
  /** Default 1e-5. */
  readonly final?: number;
}): Schedule {
  const { totalSteps, peak, warmupRatio = 0.1, final = 1e-5 } = options;
  const warmupSteps = Math.floor(totalSteps * warmupRatio);
  checkSteps('ebWarmupCosine', warmupSteps, totalSteps);
  return (step) =>
    step < warmupSteps
      ? straight(START_FACTOR * peak, peak, step / warmupSteps)
      : halfCosine(peak, final, (step - warmupSteps) / (totalSteps - warmupSteps));
}

/**
 * Learning rate of the image example, per epoch (its argument is the epoch): the warm-up divides by one epoch less, so
 * that `peak` is reached in the last warm-up epoch. The reference writes pi as 3.14159, and so do we.
 */
export function ebImageWarmupCosine(options: {
  readonly warmupEpochs: number;
  readonly totalEpochs: number;
  readonly peak: number;
  /** Default 3e-5. */
  readonly start?: number;
  /** Default 0. */
  readonly final?: number;
}): Schedule {
  const { warmupEpochs, totalEpochs, peak, start = 3e-5, final = 0 } = options;
  checkSteps('ebImageWarmupCosine', warmupEpochs, totalEpochs);
  return (epoch) =>
    epoch < warmupEpochs
      ? straight(start, peak, warmupEpochs === 1 ? 1 : epoch / (warmupEpochs - 1))
      : halfCosine(peak, final, (TRUNCATED_PI / Math.PI) * ((epoch - warmupEpochs) / (totalEpochs - warmupEpochs)));
}
