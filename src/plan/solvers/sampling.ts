// The two simplest solvers: draw plans, keep the cheapest.
//
// Legend: B tasks, S candidates, H steps, D numbers per step, L = H * D.
// Sources: predictive sampling, Howell et al. 2022 (arXiv 2212.00541) and stable-worldmodel @addbab4
// planning/solver/predictive_sampling.py; random shooting, Nagabandi et al. 2018 (arXiv 1708.02596).

import { JepaError, uniform } from '../../core/index.ts';
import { type ActionConstraint, constrain, perDimension } from '../constraints.ts';
import { checkProblem, type PlanProblem } from '../problem.ts';
import {
  checkSizes,
  drawNoise,
  keysOfTasks,
  type PlanResult,
  paddedInit,
  type SolveOptions,
  type Solver,
} from '../solver.ts';
import { offerOf } from './proposals.ts';
import { type CandidateBuffer, firstStd, fromNoise, search } from './search.ts';

export interface PredictiveSamplingOptions {
  /** S. @default 300 */
  readonly samples?: number;
  /** More than one searches again around the best so far. @default 1 */
  readonly iterations?: number;
  /** Deviation around the current plan, one for all or one per number of a block. @default 1 */
  readonly noiseScale?: number | readonly number[];
  /** @default none */
  readonly constraint?: ActionConstraint;
}

/**
 * Predictive sampling: candidates around the current plan, which is candidate 0; the cheapest becomes the plan. It never
 * gets worse than its warm start. `PlanResult.cost` is the cost of the plan.
 */
export function predictiveSampling(options: PredictiveSamplingOptions = {}): Solver {
  const { samples = 300, iterations = 1, noiseScale = 1, constraint } = options;
  checkSizes('predictive-sampling', { samples: [samples, 1], iterations: [iterations, 1] });
  return bestOf(
    'predictive-sampling',
    { samples, iterations, constraint, hasStd: true },
    (problem, mean, solveOptions) => {
      const std = firstStd(problem, noiseScale, 'predictive-sampling');
      const length = problem.horizon * problem.actionDim;
      return {
        std,
        propose(candidates, iteration) {
          drawNoise(candidates, problem.tasks, iteration, solveOptions);
          fromNoise(candidates, samples, length, { mean, std }, true);
        },
      };
    },
  );
}

export interface RandomShootingOptions {
  /** S. @default 1000 */
  readonly samples?: number;
  /** Every number is uniform in [low, high): numbers, or one per number of a block. */
  readonly low: number | readonly number[];
  readonly high: number | readonly number[];
}

/**
 * Random shooting: plans drawn uniformly from a box, whatever the warm start is, and the cheapest wins. The warm start,
 * clipped to the box, is candidate 0. The baseline that every other sampling solver must beat.
 * `PlanResult.cost` is the cost of the plan; stored noise is not used.
 */
export function randomShooting({ samples = 1000, low, high }: RandomShootingOptions): Solver {
  checkSizes('random-shooting', { samples: [samples, 1] });
  const box: ActionConstraint = { kind: 'box', low, high };
  return bestOf(
    'random-shooting',
    { samples, iterations: 1, constraint: box, hasStd: false },
    (problem, mean, solveOptions) => {
      const { tasks, horizon, actionDim } = problem;
      const length = horizon * actionDim;
      const from = perDimension(low, actionDim, 'random-shooting: low');
      const to = perDimension(high, actionDim, 'random-shooting: high');
      if (solveOptions.noise !== undefined) {
        throw new JepaError(
          'usage',
          'random-shooting: it draws uniform numbers, so stored normal noise must not be given',
        );
      }
      const deviation = (i: number): number => (to[i % actionDim]! - from[i % actionDim]!) / Math.sqrt(12);
      return {
        std: Float32Array.from({ length: tasks * length }, (_, i) => deviation(i)),
        propose(candidates) {
          const size = samples * length;
          for (const [task, taskKey] of keysOfTasks(tasks, solveOptions).entries()) {
            const own = uniform(taskKey, candidates.subarray(task * size, (task + 1) * size));
            for (let i = 0; i < size; i++)
              own[i] = from[i % actionDim]! + own[i]! * (to[i % actionDim]! - from[i % actionDim]!);
            own.set(mean.subarray(task * length, (task + 1) * length));
          }
        },
      };
    },
  );
}

interface BestOf {
  readonly samples: number;
  readonly iterations: number;
  readonly constraint: ActionConstraint | undefined;
  /** Whether it draws around its plan. */
  readonly hasStd: boolean;
}

/** A solver that keeps the cheapest candidate of each iteration. */
function bestOf(
  solver: string,
  { samples, iterations, constraint, hasStd }: BestOf,
  start: (
    problem: PlanProblem,
    mean: Float32Array,
    options: SolveOptions,
  ) => { readonly std: Float32Array; propose(candidates: Float32Array, iteration: number): void },
): Solver {
  const buffer: CandidateBuffer = { spare: new Float32Array(0) };
  return {
    name: solver,
    sampling: { samples, around: hasStd, ...(constraint && { constraint }) },
    async solve(problem, solveOptions): Promise<PlanResult> {
      checkProblem(problem, solver);
      const length = problem.horizon * problem.actionDim;
      const apply = constraint === undefined ? undefined : constrain(constraint, problem.actionDim);
      const mean = paddedInit(problem, solveOptions.init, solver);
      const { std, propose } = start(problem, mean, solveOptions);
      const offer = offerOf(problem, solveOptions, solver, { first: samples - 1, every: samples - 1, hasStd });
      offer.start(mean, std, apply);
      const records = await search(
        problem,
        solveOptions,
        {
          solver,
          iterations,
          elites: 1,
          needed: 1,
          mean,
          std,
          samples: () => samples,
          propose(candidates, _, iteration) {
            propose(candidates, iteration);
            offer.put(candidates, samples, iteration, 1);
            apply?.(candidates);
          },
          learn({ task, candidates, elites }) {
            mean.set(candidates.subarray(elites[0]! * length, (elites[0]! + 1) * length), task * length);
          },
        },
        buffer,
      );
      return { plan: mean, cost: records.at(-1)!.best.slice(), iterations: records };
    },
  };
}
