// What a planner sees of a world model: a batch of tasks, the size of a plan, and a cost. Plain typed arrays on both
// sides, so that solvers know neither the engine nor the method, and a closed formula can stand in for a model.
//
// Legend: B tasks, S candidates per task, H planned steps, D numbers per step (one action block: actionBlock * A).
// Source: the common contract of stable-worldmodel's planners (galilai-group/stable-worldmodel @addbab4, planning/).

import { JepaError } from '../core/index.ts';

/** The cost of each candidate [B, S] and its derivative with respect to every number of every candidate [B, S, H, D]. */
export interface CostAndGradient {
  readonly cost: Float32Array;
  readonly gradient: Float32Array;
}

/**
 * A batch of planning tasks that share one cost function.
 *
 * `cost` maps candidates [B, S, H, D] (row-major) to costs [B, S], lower is better. It is called once per iteration of a
 * solver, is one program call of the engine, and may return a promise. The array it is given is reused: keep no
 * reference to it after the call. Costs that are not finite mean "unusable candidate".
 */
export interface PlanProblem {
  /** What computes the cost, for messages: 'le-wm'. */
  readonly name?: string;
  /** B. */
  readonly tasks: number;
  /** H. */
  readonly horizon: number;
  /** D, the numbers of one action block. */
  readonly actionDim: number;
  cost(candidates: Float32Array, samples: number): Float32Array | Promise<Float32Array>;
  /** Needed by gradient solvers only. */
  costAndGradient?(candidates: Float32Array, samples: number): CostAndGradient | Promise<CostAndGradient>;
}

/** Throws `usage` unless tasks, horizon and actionDim are whole numbers of at least 1. */
export function checkProblem(problem: PlanProblem, solver: string): void {
  for (const field of ['tasks', 'horizon', 'actionDim'] as const) {
    const value = problem[field];
    if (!Number.isInteger(value) || value < 1) {
      throw new JepaError('usage', `${solver}: problem.${field} must be a whole number of at least 1, got ${value}`, {
        field,
        value,
      });
    }
  }
}

/** Costs of one iteration [B, S], and how many of them are not finite. */
export interface Evaluation {
  readonly cost: Float32Array;
  readonly nonFinite: number;
}

/**
 * Evaluates the candidates and counts the costs that are not finite.
 *
 * @throws JepaError `shape` when the number of costs is not tasks * samples; `numeric` when a task has fewer than
 * `needed` finite costs, naming the model, the solver, the iteration and the task.
 */
export async function evaluate(
  problem: PlanProblem,
  candidates: Float32Array,
  samples: number,
  at: { readonly solver: string; readonly iteration: number; readonly needed: number },
): Promise<Evaluation> {
  const cost = await problem.cost(candidates, samples);
  const model = problem.name ?? 'the cost function';
  if (cost.length !== problem.tasks * samples) {
    throw new JepaError(
      'shape',
      `${at.solver}: ${model} must return one cost per candidate, ${problem.tasks} tasks x ${samples} samples = ${problem.tasks * samples}, got ${cost.length}`,
      { got: cost.length, tasks: problem.tasks, samples },
    );
  }
  let nonFinite = 0;
  for (let task = 0; task < problem.tasks; task++) {
    let finite = 0;
    for (let s = 0; s < samples; s++) if (Number.isFinite(cost[task * samples + s]!)) finite++;
    nonFinite += samples - finite;
    if (finite < at.needed) {
      throw new JepaError(
        'numeric',
        `${at.solver}: ${model} must give a finite cost to at least ${at.needed} of ${samples} candidates, got ${finite} for task ${task} in iteration ${at.iteration}; the model has diverged, or the observation, the goal or the warm start holds NaN`,
        { model, solver: at.solver, iteration: at.iteration, task, finite, samples },
      );
    }
  }
  return { cost, nonFinite };
}
