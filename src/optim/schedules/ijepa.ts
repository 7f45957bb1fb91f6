// The schedules of I-JEPA. Its schedulers count up before each step, so the first step already uses counter value 1; the
// teacher's momentum starts at its first value.
// Source: facebookresearch/ijepa src/utils/schedulers.py and src/train.py.

import { checkSteps, halfCosine, type Schedule, straight } from './schedule.ts';

/** Options of `ijepaWarmupCosine`. */
export interface IjepaWarmupCosineOptions {
  readonly warmupSteps: number;
  /** Total steps, warm-up included. The reference passes 1.25 times the steps that it runs (`ipe_scale`). */
  readonly totalSteps: number;
  readonly start: number;
  readonly peak: number;
  readonly final: number;
}

/**
 * Learning rate: linear from `start` to `peak`, then a half cosine to `final`, never below it.
 *
 * Reference values: 20 of 50 steps of warm-up, 2e-4 to 1e-3 to 1e-6: step 0 has 2.4e-4, step 19 1e-3, step 49 1e-6.
 */
export function ijepaWarmupCosine(options: IjepaWarmupCosineOptions): Schedule {
  const { warmupSteps, totalSteps, start, peak, final } = options;
  checkSteps('ijepaWarmupCosine', warmupSteps, totalSteps);
  return (step) => {
    const count = step + 1;
    if (count < warmupSteps) return straight(start, peak, count / warmupSteps);
    return Math.max(final, halfCosine(peak, final, (count - warmupSteps) / (totalSteps - warmupSteps)));
  };
}

/** Weight decay: a half cosine from `start` to `final`, which is a bound on both sides. */
export function ijepaCosineWeightDecay(options: {
  readonly totalSteps: number;
  readonly start: number;
  readonly final: number;
}): Schedule {
  const { totalSteps, start, final } = options;
  checkSteps('ijepaCosineWeightDecay', 0, totalSteps);
  const bound = final <= start ? Math.max : Math.min;
  return (step) => bound(final, halfCosine(start, final, (step + 1) / totalSteps));
}

/** Teacher momentum: linear from `start` at step 0 to `final` at `totalSteps` (I-JEPA 0.996 to 1, V-JEPA 0.998 to 1). */
export function linearMomentum(options: {
  readonly totalSteps: number;
  readonly start: number;
  readonly final: number;
}): Schedule {
  const { totalSteps, start, final } = options;
  return (step) => straight(start, final, step / totalSteps);
}
