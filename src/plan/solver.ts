// The contract of every solver: a plan problem in, one plan per task out. CEM and its relatives, MPPI, random shooting
// and gradient descent differ only behind `solve`.
//
// Legend: B tasks, S candidates per task, H planned steps, D numbers per step.

import { fold, JepaError, type Key, normal } from '../core/index.ts';
import type { ActionConstraint } from './constraints.ts';
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
  /** Weights of the elites, in their order, [B, K], or of all candidates [B, S] where there are none; only MPPI has them. */
  readonly weights?: Float32Array;
}

/** Plans from elsewhere, such as a policy, that a sampling solver tries beside its own. */
export interface Proposals {
  /** [B, k, H, D] with any k, proposal 0 the best guess. They take the place of k draws, next to the mean candidate. */
  readonly plans: Float32Array;
  /** Candidates of the first iteration only, or of every one. */
  readonly use: 'first' | 'every';
  /** `mean` starts the search at proposal 0, whatever `SolveOptions.init` is; `keep` leaves its start alone. @default 'keep' */
  readonly init?: 'mean' | 'keep';
  /** With `init: 'mean'`, the first deviation, one for all or one per number of a block. @default the solver's own */
  readonly std?: number | readonly number[];
}

export interface SolveOptions {
  /** The noise of task b is drawn under fold(key, b), unless `taskKeys` is given. */
  readonly key: Key;
  /** One key per task, so that a task's plan does not depend on which other tasks share its batch. */
  readonly taskKeys?: readonly Key[];
  /** Warm start [B, h, D] with h <= H; missing steps are zero. Default: all zero. */
  readonly init?: Float32Array;
  /**
   * For each task, plans to try first besides the mean, [k, H, D] with any k: iCEM's elites of the last solve, shifted by
   * the executed steps (`shiftPlans`). Other solvers ignore them.
   */
  readonly elites?: readonly Float32Array[];
  /** Taken by sampling solvers for continuous actions; the others refuse them. */
  readonly proposals?: Proposals;
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
  /** For each task, the kept elites of the last iteration by increasing cost, [k, H, D]; from iCEM only. */
  readonly elites?: readonly Float32Array[];
  /** The multiplier of each limit, [B, C]; from `lagrangian` only. */
  readonly multipliers?: Float32Array;
  /** For each task, whether the guard kept the prior's plan in place of the solver's, [B]; from `withPrior` with a guard only. */
  readonly priorKept?: readonly boolean[];
  /** The plans of macro-actions, [B, H2, D2]; from `hierarchical` only. */
  readonly macro?: PlanResult;
}

/** Optimises the plans of all tasks of a problem together; one call of `problem.cost` per iteration. */
export interface Solver {
  readonly name: string;
  /** What a solver that takes `proposals` says of its candidates; absent in solvers that refuse them. */
  readonly sampling?: {
    /** S of the first iteration. */
    readonly samples: number;
    /** Whether it draws around a mean, with a deviation to start with. */
    readonly around: boolean;
    /** What every candidate keeps. */
    readonly constraint?: ActionConstraint;
  };
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

/** Plans [N, H, D] moved to the front by `steps`, the end filled with zeros: what is left of them after execution. */
export function shiftPlans(plans: Float32Array, horizon: number, actionDim: number, steps: number): Float32Array {
  const length = horizon * actionDim;
  if (plans.length % length !== 0 || !Number.isInteger(steps) || steps < 0 || steps > horizon) {
    throw new JepaError(
      'usage',
      `shiftPlans: plans must be [N, ${horizon}, ${actionDim}] and steps 0 to ${horizon}, got ${plans.length} numbers and ${steps} steps`,
      { got: plans.length, horizon, actionDim, steps },
    );
  }
  const out = new Float32Array(plans.length);
  for (let at = 0; at < plans.length; at += length) out.set(plans.subarray(at + steps * actionDim, at + length), at);
  return out;
}

/** The key of each task: `taskKeys` if given, else folded from `key`. */
export function keysOfTasks(tasks: number, options: SolveOptions): readonly Key[] {
  return Array.from({ length: tasks }, (_, task) => options.taskKeys?.[task] ?? fold(options.key, task));
}

/** Throws `usage` unless every named size is a whole number of at least its least value. */
export function checkSizes(
  solver: string,
  sizes: Readonly<Record<string, readonly [value: number, least: number]>>,
): void {
  for (const [name, [value, least]] of Object.entries(sizes)) {
    if (!Number.isInteger(value) || value < least) {
      throw new JepaError('usage', `${solver}: ${name} must be a whole number of at least ${least}, got ${value}`, {
        [name]: value,
      });
    }
  }
}

/** Fills `out` [B, ...] with the noise of one iteration: stored if given, else drawn for each task under its own key. */
export function drawNoise(out: Float32Array, tasks: number, iteration: number, options: SolveOptions): void {
  if (options.noise !== undefined) {
    options.noise(iteration, out);
    return;
  }
  const row = out.length / tasks;
  for (const [task, taskKey] of keysOfTasks(tasks, options).entries()) {
    normal(fold(taskKey, iteration), out.subarray(task * row, (task + 1) * row));
  }
}
