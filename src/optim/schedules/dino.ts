// The schedule of DINO, which serves its learning rate, weight decay and teacher momentum alike.
// Source: facebookresearch/dino utils.py (cosine_scheduler).

import { checkSteps, halfCosine, type Schedule, straight } from './schedule.ts';

/**
 * Linear from `start` at step 0 to `base` at the LAST warm-up step (both ends included), then a half cosine from `base`
 * to `final`. Without warm-up it is DINO's weight decay and teacher momentum.
 */
export function dinoCosine(options: {
  readonly totalSteps: number;
  readonly base: number;
  readonly final: number;
  /** Default 0. */
  readonly warmupSteps?: number;
  /** Default 0. */
  readonly start?: number;
}): Schedule {
  const { totalSteps, base, final, warmupSteps = 0, start = 0 } = options;
  checkSteps('dinoCosine', warmupSteps, totalSteps);
  return (step) =>
    step < warmupSteps
      ? straight(start, base, warmupSteps === 1 ? 0 : step / (warmupSteps - 1))
      : halfCosine(base, final, (step - warmupSteps) / (totalSteps - warmupSteps));
}
