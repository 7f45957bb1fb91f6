// The loop that all sampling solvers share: propose candidates, evaluate them in one call, choose elites, learn from them.
//
// Legend: B tasks, S candidates, K elites, H steps, D numbers per step, L = H * D.

import { JepaError } from '../../core/index.ts';
import { perDimension } from '../constraints.ts';
import { evaluate, type PlanProblem } from '../problem.ts';
import type { IterationRecord, SolveOptions } from '../solver.ts';
import { selectLowest } from './elites.ts';
import type { Population } from './population.ts';

/** What one sampling solver adds to the loop. */
export interface Search {
  readonly solver: string;
  readonly iterations: number;
  /** S of an iteration; the largest comes first. */
  samples(iteration: number): number;
  /** K; 0 when all candidates count. */
  readonly elites: number;
  /** Fewest finite costs per task. */
  readonly needed: number;
  /** Fills the candidates [B, S, L]. */
  propose(candidates: Float32Array, samples: number, iteration: number): void;
  /** Moves the distribution of one task. */
  learn(population: Population): void;
  /** The distribution, [B, L] each, moved by `learn`. */
  readonly mean: Float32Array;
  readonly std: Float32Array;
  readonly weights?: Float32Array;
}

/** A buffer for candidates that is kept between solves, but never shared by two solves in flight. */
export interface CandidateBuffer {
  spare: Float32Array;
}

/** Runs the loop and returns one record per iteration. */
export async function search(
  problem: PlanProblem,
  options: SolveOptions,
  s: Search,
  buffer: CandidateBuffer,
): Promise<readonly IterationRecord[]> {
  const { tasks, horizon, actionDim } = problem;
  const length = horizon * actionDim;
  const size = tasks * s.samples(0) * length;
  const all = buffer.spare.length === size ? buffer.spare : new Float32Array(size);
  buffer.spare = new Float32Array(0);
  const chosen = new Int32Array(tasks * s.elites);
  const records: IterationRecord[] = [];
  for (let iteration = 0; iteration < s.iterations; iteration++) {
    const samples = s.samples(iteration);
    const candidates = all.subarray(0, tasks * samples * length);
    s.propose(candidates, samples, iteration);
    const at = { solver: s.solver, iteration, needed: s.needed };
    const { cost, nonFinite } = await evaluate(problem, candidates, samples, at);
    const record = {
      best: new Float32Array(tasks),
      elite: new Float32Array(tasks),
      spread: new Float32Array(tasks),
      nonFinite,
    };
    for (let task = 0; task < tasks; task++) {
      const taskCost = cost.subarray(task * samples, (task + 1) * samples);
      const elites = chosen.subarray(task * s.elites, (task + 1) * s.elites);
      const count = s.elites > 0 ? selectLowest(taskCost, elites) : 0;
      const own = candidates.subarray(task * samples * length, (task + 1) * samples * length);
      s.learn({ task, iteration, candidates: own, cost: taskCost, elites, count });
      const considered = s.elites > 0 ? Array.from(elites.subarray(0, count), (e) => taskCost[e]!) : taskCost;
      summarise(record, task, considered, s.std.subarray(task * length, (task + 1) * length));
    }
    records.push(record);
    options.onIteration?.({
      iteration,
      candidates,
      cost,
      elites: chosen,
      mean: s.mean,
      std: s.std,
      ...(s.weights && { weights: s.weights }),
    });
  }
  buffer.spare = all;
  return records;
}

/** Writes the numbers of one task into its record. */
function summarise(record: IterationRecord, task: number, costs: ArrayLike<number>, std: Float32Array): void {
  let [best, sum, count] = [Number.POSITIVE_INFINITY, 0, 0];
  for (let i = 0; i < costs.length; i++) {
    if (!Number.isFinite(costs[i]!)) continue;
    best = Math.min(best, costs[i]!);
    sum += costs[i]!;
    count++;
  }
  record.best[task] = best;
  record.elite[task] = sum / count;
  record.spread[task] = std.reduce((total, value) => total + value, 0) / std.length;
}

/** The first deviation [B, L] from one number or one per number of a block. Throws `usage` unless positive. */
export function firstStd(
  problem: PlanProblem,
  value: number | readonly number[],
  solver: string,
  what = 'initialStd',
): Float32Array {
  const { tasks, horizon, actionDim } = problem;
  const row = perDimension(value, actionDim, `${solver}: ${what}`);
  if (!row.every((v) => v > 0 && Number.isFinite(v))) {
    throw new JepaError('usage', `${solver}: ${what} must be positive, got ${value}`, { [what]: value });
  }
  return Float32Array.from({ length: tasks * horizon * actionDim }, (_, i) => row[i % actionDim]!);
}

/** Turns standard normal noise [B, S, L] into mean + std * noise in place; candidate 0 becomes the mean if wanted. */
export function fromNoise(
  candidates: Float32Array,
  samples: number,
  length: number,
  { mean, std }: { readonly mean: Float32Array; readonly std: Float32Array },
  includeMean: boolean,
): void {
  for (let row = 0, at = 0; at < candidates.length; row++) {
    const task = Math.floor(row / samples) * length;
    if (includeMean && row % samples === 0) {
      candidates.set(mean.subarray(task, task + length), at);
      at += length;
      continue;
    }
    for (let i = task; i < task + length; i++, at++) candidates[at] = mean[i]! + std[i]! * candidates[at]!;
  }
}
