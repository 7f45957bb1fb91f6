// Where the wall-clock time of a run goes: waiting for data, inside the program, pauses, and the rest, which is ours.

import type { Timing } from '../run/index.ts';
import type { TimeTotals } from '../run/node.ts';

/** Adds up the time of steps. All times in milliseconds until they are read. */
export interface Clock {
  /** Runs `action` and books its time under `what`. */
  during<T>(what: 'wait' | 'program' | 'pause', action: () => T | Promise<T>): Promise<T>;
  /** Ends a step; returns its length in seconds without pauses. */
  endStep(): number;
  /** The timing since the last call. */
  interval(): Timing;
  /** The whole run so far, earlier sittings included. */
  totals(): TimeTotals;
}

/** A clock that starts now and continues from `before`, the totals of earlier sittings. */
export function startClock(imagesPerStep: number, before: TimeTotals | null): Clock {
  const spent = { steps: 0, wait: 0, program: 0, pause: 0 };
  const began = performance.now();
  let stepBegan = began;
  let stepPause = 0;
  let since = { ...spent, at: began };
  const totals = (): TimeTotals => ({
    steps: (before?.steps ?? 0) + spent.steps,
    wall: (before?.wall ?? 0) + (performance.now() - began) / 1000,
    wait: (before?.wait ?? 0) + spent.wait / 1000,
    program: (before?.program ?? 0) + spent.program / 1000,
    pause: (before?.pause ?? 0) + spent.pause / 1000,
  });
  return {
    async during(what, action) {
      const start = performance.now();
      try {
        return await action();
      } finally {
        const took = performance.now() - start;
        spent[what] += took;
        if (what === 'pause') stepPause += took;
      }
    },
    endStep() {
      const now = performance.now();
      const seconds = (now - stepBegan - stepPause) / 1000;
      spent.steps++;
      stepBegan = now;
      stepPause = 0;
      return seconds;
    },
    interval() {
      const now = performance.now();
      const timing = timingOf(
        {
          steps: spent.steps - since.steps,
          wall: (now - since.at) / 1000,
          wait: (spent.wait - since.wait) / 1000,
          program: (spent.program - since.program) / 1000,
          pause: (spent.pause - since.pause) / 1000,
        },
        imagesPerStep,
      );
      since = { ...spent, at: now };
      return timing;
    },
    totals,
  };
}

/** Shares and rate of some total times; all zero when no time has passed. */
export function timingOf({ steps, wall, wait, program, pause }: TimeTotals, imagesPerStep: number): Timing {
  const share = (part: number): number => (wall > 0 ? part / wall : 0);
  return {
    seconds: wall,
    imagesPerSecond: wall > pause ? (steps * imagesPerStep) / (wall - pause) : 0,
    waitShare: share(wait),
    programShare: share(program),
    overheadShare: share(Math.max(0, wall - wait - program - pause)),
    pauseShare: share(pause),
  };
}
