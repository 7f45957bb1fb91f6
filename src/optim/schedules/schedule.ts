// What a schedule is, and the curves that several sources share. A schedule is a pure function of the zero-based step, so
// a resumed run needs no schedule state. Beyond its last step a cosine turns up again, as in the reference codes: ask only
// for steps below the total.

import { JepaError } from '../../core/index.ts';

/** A number (learning rate, weight decay, momentum) as a function of the zero-based step. */
export type Schedule = (step: number) => number;

/** The same value at every step. */
export function constant(value: number): Schedule {
  return () => value;
}

/** The half cosine from `from` at progress 0 to `to` at progress 1: to + (from - to) (1 + cos(pi progress)) / 2. */
export function halfCosine(from: number, to: number, progress: number): number {
  return to + (from - to) * 0.5 * (1 + Math.cos(Math.PI * progress));
}

/** The straight line from `from` at progress 0 to `to` at progress 1. */
export function straight(from: number, to: number, progress: number): number {
  return from + progress * (to - from);
}

/** Throws `usage` unless 0 <= warm-up < total, both whole numbers. */
export function checkSteps(what: string, warmupSteps: number, totalSteps: number): void {
  if (!Number.isInteger(warmupSteps) || !Number.isInteger(totalSteps) || warmupSteps < 0 || warmupSteps >= totalSteps) {
    throw new JepaError(
      'usage',
      `${what}: warm-up must be a whole number of steps from 0 to below the total, got ${warmupSteps} of ${totalSteps}`,
      { warmupSteps, totalSteps },
    );
  }
}
