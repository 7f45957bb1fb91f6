// The schedules of stable-pretraining, the library that trains LeWorldModel.
// Source: galilai-group/stable-pretraining optim/lr_scheduler.py (LinearWarmupCosineAnnealingLR) and backbone/utils.py.

import { checkSteps, halfCosine, type Schedule, straight } from './schedule.ts';

/** Options of `warmupCosine`. */
export interface WarmupCosineOptions {
  readonly warmupSteps: number;
  /** Total steps, warm-up included. */
  readonly totalSteps: number;
  readonly peak: number;
  /** Value of step 0. Default 0. */
  readonly start?: number;
  /** Value that the step after the last would have. Default 0. */
  readonly final?: number;
}

/**
 * Learning rate: linear from `start` at step 0 to `peak` at step `warmupSteps`, then a half cosine to `final`.
 *
 * The schedule of LeWorldModel (warm-up 1 % of the steps, from 0, to 0).
 * Reference values: peak 5e-5, 3 of 20 steps of warm-up: 0, 1.6667e-5, 3.3333e-5, 5e-5, 4.9574e-5.
 */
export function warmupCosine(options: WarmupCosineOptions): Schedule {
  const { warmupSteps, totalSteps, peak, start = 0, final = 0 } = options;
  checkSteps('warmupCosine', warmupSteps, totalSteps);
  return (step) =>
    step < warmupSteps
      ? straight(start, peak, step / warmupSteps)
      : halfCosine(peak, final, (step - warmupSteps) / (totalSteps - warmupSteps));
}

/** Teacher momentum: a half cosine from `start` to `final`. stable-pretraining counts epochs, DINO steps. */
export function cosineMomentum(options: {
  readonly totalSteps: number;
  readonly start: number;
  readonly final: number;
}): Schedule {
  const { totalSteps, start, final } = options;
  checkSteps('cosineMomentum', 0, totalSteps);
  return (step) => halfCosine(start, final, step / totalSteps);
}
