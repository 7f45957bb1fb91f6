// A planning problem whose error says it when what a goal forbids leaves no plan to choose from: a cost that is not finite would
// otherwise read as a model that has diverged.

import { JepaError } from '../../core/index.ts';
import type { PlanProblem } from '../../plan/index.ts';
import type { Target } from './aim.ts';

/** The least number of candidates that a solver learns from. */
const LEAST_USABLE = 2;

/** A problem that says so when what must be avoided leaves no plan to choose from. */
export function sayingWhenForbidden(problem: PlanProblem, { unusable }: Target): PlanProblem {
  if (unusable === 0) return problem;
  const checked = (cost: Float32Array, samples: number): void => {
    const usable = cost.reduce((n, value) => n + (Number.isFinite(value) ? 1 : 0), 0);
    if (usable >= LEAST_USABLE) return;
    throw new JepaError(
      'unsupported',
      `plan: ${samples - usable} of ${samples} imagined plans enter what the goal forbids, so there is none to take; give avoid a weight, draw more samples, or start farther from it`,
      { usable, samples },
    );
  };
  const { costAndGradient } = problem;
  return {
    ...problem,
    async cost(candidates, samples) {
      const cost = await problem.cost(candidates, samples);
      checked(cost, samples);
      return cost;
    },
    ...(costAndGradient && {
      async costAndGradient(candidates: Float32Array, samples: number) {
        const both = await costAndGradient.call(problem, candidates, samples);
        checked(both.cost, samples);
        return both;
      },
    }),
  };
}
