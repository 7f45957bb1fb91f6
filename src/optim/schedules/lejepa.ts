// The learning rate of LeJEPA's minimal recipe: torch's LinearLR from a hundredth, then CosineAnnealingLR.
// Source: rbalestr-lab/lejepa MINIMAL.md. Its final value 1e-3 is the probe's learning rate, not a fraction of the peak.

import { checkSteps, halfCosine, type Schedule, straight } from './schedule.ts';

/** Learning rate: linear from peak / 100 at step 0 to `peak` at `warmupSteps`, then a half cosine to `final`. */
export function lejepaWarmupCosine(options: {
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly peak: number;
  /** Default 1e-3. */
  readonly final?: number;
}): Schedule {
  const { warmupSteps, totalSteps, peak, final = 1e-3 } = options;
  checkSteps('lejepaWarmupCosine', warmupSteps, totalSteps);
  return (step) =>
    step < warmupSteps
      ? straight(0.01 * peak, peak, step / warmupSteps)
      : halfCosine(peak, final, (step - warmupSteps) / (totalSteps - warmupSteps));
}
