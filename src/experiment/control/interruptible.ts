// A planning problem that can be stopped: one search asks for its cost many times, and takes seconds in all.

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PlanHierarchy, PlanProblem } from '../../plan/index.ts';

/** The same problem, whose costs throw the signal's reason once it is aborted. */
export function interruptible(problem: PlanProblem, signal: AbortSignal): PlanProblem {
  // The engine may block the event loop; a turn of it lets the interruption arrive.
  const look = async (): Promise<void> => {
    await nextTurn();
    signal.throwIfAborted();
  };
  const { costAndGradient, limits, hierarchy } = problem;
  return {
    ...problem,
    async cost(candidates, samples) {
      await look();
      return problem.cost(candidates, samples);
    },
    ...(costAndGradient === undefined
      ? {}
      : {
          async costAndGradient(candidates, samples) {
            await look();
            return costAndGradient.call(problem, candidates, samples);
          },
        }),
    ...(limits === undefined ? {} : { limits }),
    ...(hierarchy === undefined ? {} : { hierarchy: levels(hierarchy, signal) }),
  };
}

function levels({ macro, towards }: PlanHierarchy, signal: AbortSignal): PlanHierarchy {
  return {
    macro: interruptible(macro, signal),
    towards: async (plans) => interruptible(await towards(plans), signal),
  };
}
