// The contract of every solver: a plan problem in, one plan per task out. CEM and its relatives, MPPI, random shooting
// and gradient descent differ only behind `solve`.
//
// Legend: B tasks, S candidates per task, H planned steps, D numbers per step.

import { fold, JepaError, type Key, normal } from '../core/index.ts';
import type { PlanProblem } from './problem.ts';

/**
 * Fills `out` with the standard normal noise of one iteration instead of drawing it: stored noise makes a solve
 * reproducible against a reference. The layout of `out` is the solver's, [B, S, H, D] unless its page says otherwise.
 */
export type NoiseSource = (iteration: number, out: Float32Array) => void;

/** What a solver shows of one iteration while it runs. The arrays are the solver's own: copy what you keep. */
export interface SolverStep {
  readonly iteration: number;
  /** [B, S, H, D] */
  readonly candidates: Float32Array;
  /** [B, S] */
  readonly cost: Float32Array;
  /** Indices of the elites by increasing cost, [B, K]; -1 where fewer candidates were usable. Empty without elites. */
  readonly elites: Int32Array;
  /** The distribution after this iteration, [B, H, D] each. */
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

export interface SolveOptions {
  /** The noise of task b is drawn under fold(key, b), unless `taskKeys` is given. */
  readonly key: Key;
  /** One key per task, so that a task's plan does not depend on which other tasks share its batch. */
  readonly taskKeys?: readonly Key[];
  /** Warm start [B, h, D] with h <= H; missing steps are zero. Default: all zero. */
  readonly init?: Float32Array;
  readonly noise?: NoiseSource;
  readonly onIteration?: (step: SolverStep) => void;
}

/** Progress of one iteration, one number per task. */
export interface IterationRecord {
  /** Lowest cost among the candidates, [B]. */
  readonly best: Float32Array;
  /** Mean cost of the elites (of all candidates in a solver without elites), [B]. */
  readonly elite: Float32Array;
  /** Mean over steps and dimensions of the sampling deviation after the iteration, [B]; 0 in a solver that samples none. */
  readonly spread: Float32Array;
  /** Candidates whose cost was not finite, over all tasks. */
  readonly nonFinite: number;
}

export interface PlanResult {
  /** [B, H, D] */
  readonly plan: Float32Array;
  /** What the solver knows of the plan's cost without evaluating it again, [B]: CEM gives the mean cost of the last elites. */
  readonly cost: Float32Array;
  readonly iterations: readonly IterationRecord[];
}

/** Optimises the plans of all tasks of a problem together; one call of `problem.cost` per iteration. */
export interface Solver {
  readonly name: string;
  solve(problem: PlanProblem, options: SolveOptions): Promise<PlanResult>;
}

/** The warm start padded with zeros to [B, H, D]. Throws `shape` when it does not divide into tasks and steps. */
export function paddedInit(problem: PlanProblem, init: Float32Array | undefined, solver: string): Float32Array {
  const { tasks, horizon, actionDim } = problem;
  const out = new Float32Array(tasks * horizon * actionDim);
  if (init === undefined) return out;
  const steps = init.length / (tasks * actionDim);
  if (!Number.isInteger(steps) || steps > horizon) {
    throw new JepaError(
      'shape',
      `${solver}: init must be [tasks, steps, actionDim] = [${tasks}, at most ${horizon}, ${actionDim}], got ${init.length} numbers`,
      { got: init.length, tasks, horizon, actionDim },
    );
  }
  const bad = init.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new JepaError('numeric', `${solver}: init must be finite, got ${init[bad]} at ${bad}`, { bad });
  const row = steps * actionDim;
  for (let task = 0; task < tasks; task++) {
    out.set(init.subarray(task * row, (task + 1) * row), task * horizon * actionDim);
  }
  return out;
}

/** Fills `out` [B, ...] with the noise of one iteration: stored if given, else drawn for each task under its own key. */
export function drawNoise(out: Float32Array, tasks: number, iteration: number, options: SolveOptions): void {
  if (options.noise !== undefined) {
    options.noise(iteration, out);
    return;
  }
  const row = out.length / tasks;
  for (let task = 0; task < tasks; task++) {
    const taskKey = options.taskKeys?.[task] ?? fold(options.key, task);
    normal(fold(taskKey, iteration), out.subarray(task * row, (task + 1) * row));
  }
}
