// Plans from elsewhere among the candidates of a sampling solver: where they go, and how a search starts at them.
//
// Legend: B tasks, k proposals per task, S candidates, H steps, D numbers per step, L = H * D.
// Source: TD-MPC2 (Hansen et al. 2024, arXiv 2310.16828), whose policy's plans are drawn once and are candidates of every iteration.

import { JepaError } from '../../core/index.ts';
import type { PlanProblem } from '../problem.ts';
import type { SolveOptions } from '../solver.ts';
import { firstStd } from './search.ts';

/** The proposals of one solve, checked. Without proposals `count` is 0 and nothing does anything. */
export interface Offer {
  /** k */
  readonly count: number;
  /** Moves the start of the search, mean and deviation [B, L] each, if the proposals ask for it. */
  start(mean: Float32Array, std: Float32Array, apply?: (plans: Float32Array) => void): void;
  /** How many slots the proposals take in an iteration: k or 0. */
  taken(iteration: number): number;
  /** Puts the proposals of an iteration into the slots `first` to `first + k` of each task's candidates [B, S, L]. */
  put(candidates: Float32Array, samples: number, iteration: number, first: number): void;
}

/** How many proposals there may be. */
export interface Room {
  /** Slots that a proposal may take in the first iteration, and in the one with the fewest. */
  readonly first: number;
  readonly every: number;
  /** Whether the solver has a deviation to start with. @default true */
  readonly hasStd?: boolean;
}

const NOTHING: Offer = { count: 0, start() {}, taken: () => 0, put() {} };

/**
 * Reads the proposals of a solve.
 *
 * @throws JepaError `shape` when they are not [tasks, k, horizon, actionDim], `numeric` when one is not finite, `usage` when there
 * is no room for k of them, when `std` is given without `init: 'mean'`, or `init: 'mean'` without a proposal
 */
export function offerOf(problem: PlanProblem, options: SolveOptions, solver: string, room: Room): Offer {
  const { proposals } = options;
  if (proposals === undefined) return NOTHING;
  const { tasks, horizon, actionDim } = problem;
  const { plans, use, init = 'keep', std } = proposals;
  const length = horizon * actionDim;
  const count = plans.length / (tasks * length);
  if (!Number.isInteger(count)) {
    throw new JepaError(
      'shape',
      `${solver}: proposals must be [tasks, k, horizon, actionDim] = [${tasks}, k, ${horizon}, ${actionDim}], got ${plans.length} numbers; the prior must be asked for this horizon and action size`,
      { got: plans.length, tasks, horizon, actionDim },
    );
  }
  const bad = plans.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const task = Math.floor(bad / (count * length));
    throw new JepaError('numeric', `${solver}: proposals must be finite, got ${plans[bad]} for task ${task}`, { task });
  }
  const fits = use === 'first' ? room.first : room.every;
  if (count > fits) {
    throw new JepaError(
      'usage',
      `${solver}: at most ${fits} proposals have room beside the mean and the kept elites (use '${use}'), got ${count}; propose fewer or draw more samples`,
      { got: count, room: fits, use },
    );
  }
  if (init === 'mean' && count === 0) {
    throw new JepaError('usage', `${solver}: init 'mean' starts at proposal 0, so there must be one, got none`);
  }
  if (std !== undefined && (init !== 'mean' || room.hasStd === false)) {
    throw new JepaError(
      'usage',
      `${solver}: proposals.std is the deviation around proposal 0, so it needs init 'mean' and a solver that draws around a mean; leave it out`,
      { init, std },
    );
  }
  return {
    count,
    start(mean, deviation, apply) {
      if (init !== 'mean') return;
      for (let task = 0; task < tasks; task++) {
        mean.set(plans.subarray(task * count * length, (task * count + 1) * length), task * length);
      }
      apply?.(mean);
      if (std !== undefined) deviation.set(firstStd(problem, std, solver, 'proposals.std'));
    },
    taken: (iteration) => (use === 'every' || iteration === 0 ? count : 0),
    put(candidates, samples, iteration, first) {
      if (use === 'first' && iteration > 0) return;
      for (let task = 0; task < tasks; task++) {
        const own = plans.subarray(task * count * length, (task + 1) * count * length);
        candidates.set(own, (task * samples + first) * length);
      }
    },
  };
}

/**
 * Refuses proposals in the name of a solver that has no use for them.
 *
 * @throws JepaError `unsupported`
 */
export function refuseProposals({ proposals }: SolveOptions, solver: string): void {
  if (proposals === undefined) return;
  throw new JepaError(
    'unsupported',
    `${solver}: it takes no proposals; plan with cem, icem, mppi, predictive sampling or random shooting, or give the best of them as init`,
  );
}
