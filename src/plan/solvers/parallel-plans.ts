// What gradient solvers share: plans that start around the warm start and descend side by side.
//
// Legend: B tasks, S plans per task, L numbers of one plan.

import type { PlanProblem } from '../problem.ts';
import { drawNoise, type IterationRecord, type SolveOptions } from '../solver.ts';

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

/** The record of one evaluation: lowest and mean finite cost per task. */
export function record(cost: Float32Array, tasks: number, nonFinite: number): IterationRecord {
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
