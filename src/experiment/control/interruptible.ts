// A planning problem that can be stopped: one search asks for its cost many times, one cost is many calls of the engine, and all
// take seconds.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PlanHierarchy, PlanProblem } from '../../plan/index.ts';

/** The same problem, whose costs throw the signal's reason as soon as it is aborted, between two calls of the engine. */
export function interruptible(problem: PlanProblem, signal: AbortSignal): PlanProblem {
  const { costAndGradient, hierarchy } = problem;
  return {
    ...problem,
    cost: (candidates, samples) => unlessAborted(signal, () => problem.cost(candidates, samples)),
    ...(costAndGradient === undefined
      ? {}
      : {
          costAndGradient: (candidates, samples) =>
            unlessAborted(signal, () => costAndGradient.call(problem, candidates, samples)),
        }),
    ...(hierarchy === undefined ? {} : { hierarchy: levels(hierarchy, signal) }),
  };
}

function levels({ macro, towards }: PlanHierarchy, signal: AbortSignal): PlanHierarchy {
  return {
    macro: interruptible(macro, signal),
    towards: async (plans) => interruptible(await towards(plans), signal),
  };
}

/** What `work` gives, or the signal's reason at once; what is left of the work is then done for nothing. */
export async function unlessAborted<T>(signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
  // The engine may block the event loop; a turn of it lets the interruption arrive.
  await nextTurn();
  signal.throwIfAborted();
  let stop = (): void => {};
  const aborted = new Promise<never>((_, fail) => {
    stop = () => fail(signal.reason);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
