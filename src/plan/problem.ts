// What a planner sees of a world model: a batch of tasks, the size of a plan, and a cost. Plain typed arrays on both
// sides, so that solvers know neither the engine nor the method, and a closed formula can stand in for a model.
//
// Legend: B tasks, S candidates per task, H planned steps, D numbers per step (one action block: actionBlock * A).
// Source: the common contract of stable-worldmodel's planners (galilai-group/stable-worldmodel @addbab4, planning/).

import { JepaError } from '../core/index.ts';
import type { CostUnit } from './costs/cost.ts';

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
  /** The largest H that the model can imagine, such as the length of its position table. @default no limit */
  readonly maxHorizon?: number;
  /** False when a candidate's cost depends on its rivals, so that it means nothing in another call. @default true */
  readonly absolute?: boolean;
  /** What the costs count. @default unknown */
  readonly unit?: CostUnit;
  /** The tasks as embeddings, for priors and judges that look at them. */
  readonly embeddings?: PlanEmbeddings;
  cost(candidates: Float32Array, samples: number): Float32Array | Promise<Float32Array>;
  /** Needed by gradient solvers only; `actionGradient` makes it part of the cost's program. */
  costAndGradient?(candidates: Float32Array, samples: number): CostAndGradient | Promise<CostAndGradient>;
  /** What a plan must keep besides a low cost, for `lagrangian`; other solvers look only at the cost. */
  readonly limits?: readonly PlanLimit[];
  /** The same tasks seen from above, for `hierarchical`. */
  readonly hierarchy?: PlanHierarchy;
}

/** Tasks between embeddings. Legend as above, C context rows, W numbers of an embedding. */
export interface PlanEmbeddings {
  /** C; the last row is the present. */
  readonly contextLength: number;
  /** [B, C, W] */
  readonly context: Float32Array;
  /** Blocks between the rows of the context, [B, C - 1, D]. */
  readonly executed: Float32Array;
  /** [B, W] */
  readonly goals: Float32Array;
  /** Blocks executed since each task began, [B]. @default unknown */
  readonly done?: readonly number[];
}

/** An inequality g(candidate) <= 0 that may depend on what the model imagines. */
export interface PlanLimit {
  readonly name: string;
  /** g [B, S] in place of a cost, and its gradient [B, S, H, D]. */
  evaluate(candidates: Float32Array, samples: number): CostAndGradient | Promise<CostAndGradient>;
}

/** Two levels of planning in one latent space: macro-actions jump between waypoints, primitive ones reach the first. */
export interface PlanHierarchy {
  /** Plans of macro-actions, scored by the high-level predictor against the goal. */
  readonly macro: PlanProblem;
  /** The low-level problem whose goal is the first latent that the macro plans [B, H2, D2] predict. */
  towards(macroPlans: Float32Array): PlanProblem | Promise<PlanProblem>;
}

/** Throws `usage` unless tasks, horizon and actionDim are whole numbers of at least 1, and horizon at most maxHorizon. */
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
  const { horizon, maxHorizon } = problem;
  if (maxHorizon !== undefined && horizon > maxHorizon) {
    throw new JepaError(
      'usage',
      `${solver}: horizon must be at most ${maxHorizon}, the longest plan that ${nameOf(problem)} can imagine (its position table), got ${horizon}; plan fewer steps or train with a longer table`,
      { horizon, maxHorizon },
    );
  }
}

/**
 * Refuses a problem whose costs depend on a candidate's rivals, for what `what` does with them.
 *
 * @throws JepaError `unsupported`
 */
export function requireAbsolute(problem: PlanProblem, who: string, what: string): void {
  if (problem.absolute !== false) return;
  throw new JepaError(
    'unsupported',
    `${who}: ${what}, so a cost must mean the same whatever its rivals are; that of ${nameOf(problem)} depends on them (a standardised sum does); plan with cem, icem, predictive sampling or random shooting, or score by an absolute cost such as one part of the sum, unscaled`,
    { absolute: false },
  );
}

function nameOf(problem: PlanProblem): string {
  return problem.name ?? 'the cost function';
}

/** Where in a solve an evaluation happens, and how many finite costs each task needs. */
export interface EvaluationPoint {
  readonly solver: string;
  readonly iteration: number;
  readonly needed: number;
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
  at: EvaluationPoint,
): Promise<Evaluation> {
  const cost = await problem.cost(candidates, samples);
  return { cost, nonFinite: checkCosts(problem, cost, samples, at) };
}

/**
 * Evaluates the candidates and the gradient of their costs. A candidate whose cost or gradient is not finite gets cost
 * NaN and gradient 0, so that it is not moved and never wins.
 *
 * @throws JepaError `unsupported` when the problem has no gradient; otherwise as `evaluate`.
 */
export async function evaluateGradient(
  problem: PlanProblem,
  candidates: Float32Array,
  samples: number,
  at: EvaluationPoint,
): Promise<Evaluation & CostAndGradient> {
  if (problem.costAndGradient === undefined) {
    throw new JepaError(
      'unsupported',
      `${at.solver}: ${nameOf(problem)} must have costAndGradient, since this solver follows the gradient; see actionGradient, or take a sampling solver`,
    );
  }
  const { cost, gradient } = await problem.costAndGradient(candidates, samples);
  checkLength(problem, cost, samples, at);
  checkGradient(nameOf(problem), gradient, candidates, at);
  const length = problem.horizon * problem.actionDim;
  for (let row = 0; row < cost.length; row++) {
    const own = gradient.subarray(row * length, (row + 1) * length);
    if (Number.isFinite(cost[row]!) && own.every(Number.isFinite)) continue;
    cost[row] = Number.NaN;
    own.fill(0);
  }
  return { cost, gradient, nonFinite: checkCosts(problem, cost, samples, at) };
}

/** Throws `shape` unless the gradient has one number per number of the candidates. */
export function checkGradient(
  what: string,
  gradient: Float32Array,
  candidates: Float32Array,
  at: EvaluationPoint,
): void {
  if (gradient.length === candidates.length) return;
  throw new JepaError(
    'shape',
    `${at.solver}: ${what} must return one derivative per number of the candidates, ${candidates.length}, got ${gradient.length}`,
    { got: gradient.length, expected: candidates.length },
  );
}

function checkLength(problem: PlanProblem, cost: Float32Array, samples: number, at: EvaluationPoint): void {
  if (cost.length === problem.tasks * samples) return;
  throw new JepaError(
    'shape',
    `${at.solver}: ${nameOf(problem)} must return one cost per candidate, ${problem.tasks} tasks x ${samples} samples = ${problem.tasks * samples}, got ${cost.length}`,
    { got: cost.length, tasks: problem.tasks, samples },
  );
}

/** The number of costs that are not finite. */
function checkCosts(problem: PlanProblem, cost: Float32Array, samples: number, at: EvaluationPoint): number {
  checkLength(problem, cost, samples, at);
  const model = nameOf(problem);
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
  return nonFinite;
}
