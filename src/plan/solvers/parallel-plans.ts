// What gradient solvers share: plans that start around the warm start and descend side by side.
//
// Legend: B tasks, S plans per task, L numbers of one plan.

import { checkProblem, evaluate, evaluateGradient, type PlanProblem, requireAbsolute } from '../problem.ts';
import { drawNoise, type IterationRecord, type PlanResult, paddedInit, type SolveOptions } from '../solver.ts';
import { type Descent, descent } from './descent.ts';
import { refuseProposals } from './proposals.ts';

/** How the plans of a task start. */
export interface Start {
  readonly samples: number;
  readonly initialStd: number;
  readonly includeInit: boolean;
}

/** The starting plans [B, S, L]: the warm start plus noise (iteration 0), plan 0 without noise if wanted. */
export function spreadPlans(
  init: Float32Array,
  { tasks }: PlanProblem,
  { samples, initialStd, includeInit }: Start,
  options: SolveOptions,
): Float32Array {
  const length = init.length / tasks;
  const x = new Float32Array(tasks * samples * length);
  if (samples > 1 || !includeInit) drawNoise(x, tasks, 0, options);
  for (let row = 0; row < tasks * samples; row++) {
    const scale = includeInit && row % samples === 0 ? 0 : initialStd;
    const task = Math.floor(row / samples);
    for (let i = 0; i < length; i++) x[row * length + i] = init[task * length + i]! + scale * x[row * length + i]!;
  }
  return x;
}

/** The index of the lowest finite cost of each task, [B]. */
export function bestRows(cost: Float32Array, tasks: number, samples: number): Int32Array {
  return Int32Array.from({ length: tasks }, (_, task) => {
    let best = -1;
    for (let s = 0; s < samples; s++) {
      const value = cost[task * samples + s]!;
      if (Number.isFinite(value) && (best < 0 || value < cost[task * samples + best]!)) best = s;
    }
    return best;
  });
}

/** What a solver has chosen so far: the plan of each task [B, L], and a record for every look at the candidates. */
export interface Choice {
  readonly plan: Float32Array;
  readonly records: IterationRecord[];
  /** Chooses the plans `elites` [B], by default the cheapest, from candidates whose costs [B, S] have just been seen. */
  take(iteration: number, cost: Float32Array, nonFinite: number, elites?: Int32Array): void;
}

/** A choice among the candidates `x` [B, S, L], which the solver keeps changing in place. */
export function choiceAmong(x: Float32Array, { tasks }: PlanProblem, samples: number, options: SolveOptions): Choice {
  const length = x.length / (tasks * samples);
  const plan = new Float32Array(tasks * length);
  const std = new Float32Array(plan.length);
  const records: IterationRecord[] = [];
  return {
    plan,
    records,
    take(iteration, cost, nonFinite, elites = bestRows(cost, tasks, samples)) {
      for (let task = 0; task < tasks; task++) {
        const row = (task * samples + elites[task]!) * length;
        plan.set(x.subarray(row, row + length), task * length);
      }
      records.push(record(cost, tasks, nonFinite));
      options.onIteration?.({ iteration, candidates: x, cost, elites, mean: plan, std });
    },
  };
}

/** How plans descend: the start, the update rule, and the deviation of the noise after every step. */
export interface Descending extends Start {
  readonly iterations: number;
  readonly descent: Descent;
  readonly actionNoise: number;
}

/** What a solver does in place to the candidates [B, S, L], or to their gradients, at each point of a descent. */
export interface DescentHooks {
  readonly start?: (x: Float32Array) => void;
  readonly gradient?: (gradient: Float32Array) => void;
  readonly step?: (x: Float32Array) => void;
  readonly end?: (x: Float32Array) => void;
}

/** Refuses what no gradient solver can use: proposals, and costs that depend on rivals. */
export function checkGradientUse(problem: PlanProblem, options: SolveOptions, solver: string): void {
  refuseProposals(options, solver);
  requireAbsolute(problem, solver, 'a gradient must be that of one candidate alone');
}

/** Gradient descent of all plans side by side; the cheapest of the last ones is the plan. Errors as `gradient`. */
export async function descend(
  solver: string,
  problem: PlanProblem,
  options: SolveOptions,
  { iterations, descent: rule, actionNoise, ...start }: Descending,
  hooks: DescentHooks,
): Promise<PlanResult> {
  checkProblem(problem, solver);
  checkGradientUse(problem, options, solver);
  const { samples } = start;
  const x = spreadPlans(paddedInit(problem, options.init, solver), problem, start, options);
  hooks.start?.(x);
  const { plan, records, take } = choiceAmong(x, problem, samples, options);
  const noise = new Float32Array(actionNoise > 0 ? x.length : 0);
  const update = descent(rule, x.length, solver);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const at = { solver, iteration, needed: 1 };
    const { cost, gradient, nonFinite } = await evaluateGradient(problem, x, samples, at);
    take(iteration, cost, nonFinite);
    hooks.gradient?.(gradient);
    update(x, gradient);
    if (actionNoise > 0) {
      drawNoise(noise, problem.tasks, iteration + 1, options);
      for (let i = 0; i < x.length; i++) x[i]! += actionNoise * noise[i]!;
    }
    hooks.step?.(x);
  }
  hooks.end?.(x);
  const { cost, nonFinite } = await evaluate(problem, x, samples, { solver, iteration: iterations, needed: 1 });
  take(iterations, cost, nonFinite);
  return { plan, cost: records.at(-1)!.best.slice(), iterations: records };
}

/** The record of one evaluation: lowest and mean finite cost per task. */
function record(cost: Float32Array, tasks: number, nonFinite: number): IterationRecord {
  const samples = cost.length / tasks;
  const best = bestRows(cost, tasks, samples);
  const finite = (task: number): Float32Array =>
    cost.subarray(task * samples, (task + 1) * samples).filter(Number.isFinite);
  return {
    best: Float32Array.from(best, (s, task) => cost[task * samples + s]!),
    elite: Float32Array.from(best, (_, task) => finite(task).reduce((a, b) => a + b, 0) / finite(task).length),
    spread: new Float32Array(tasks),
    nonFinite,
  };
}
