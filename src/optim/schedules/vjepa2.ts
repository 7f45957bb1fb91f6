// The schedules of V-JEPA 2: warm-up, constant, anneal (WSD) and linear decay. Like I-JEPA's, they count up before each
// step. The anneal does not stop at `final`: past the total it continues along its line, as the reference does.
// Source: facebookresearch/vjepa2 src/utils/schedulers.py (WSDSchedule, LinearDecaySchedule).

import { checkSteps, type Schedule, straight } from './schedule.ts';

/** Options of `warmupStableDecay`. */
export interface WarmupStableDecayOptions {
  readonly warmupSteps: number;
  /** Steps of the final anneal. */
  readonly annealSteps: number;
  /** Total steps, warm-up and anneal included. */
  readonly totalSteps: number;
  readonly start: number;
  readonly peak: number;
  readonly final: number;
}

/** Learning rate: linear from `start` to `peak`, constant, then linear to `final` over the last `annealSteps`. */
export function warmupStableDecay(options: WarmupStableDecayOptions): Schedule {
  const { warmupSteps, annealSteps, totalSteps, start, peak, final } = options;
  checkSteps('warmupStableDecay', warmupSteps + annealSteps, totalSteps + 1);
  return (step) => {
    const count = step + 1;
    if (count < warmupSteps) return straight(start, peak, count / warmupSteps);
    const annealed = count - (totalSteps - annealSteps);
    return annealed < 0 || annealSteps === 0 ? peak : straight(peak, final, annealed / annealSteps);
  };
}

/** Learning rate: linear from `start` to `final`, which is reached in the last of `totalSteps`. */
export function linearDecay(options: {
  readonly totalSteps: number;
  readonly start: number;
  readonly final: number;
}): Schedule {
  const { totalSteps, start, final } = options;
  checkSteps('linearDecay', 0, totalSteps);
  return (step) => straight(start, final, (step + 1) / totalSteps);
}
