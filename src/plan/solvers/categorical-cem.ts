// The cross-entropy method for discrete actions: one categorical distribution per step and group, moved to the
// frequencies of the elites' choices.
//
// Legend: B tasks, S candidates, K elites, H steps, C categories, D = groups * C numbers per step, L = H * D.
// Source: Rubinstein 1999; stable-worldmodel's CategoricalCEM (specified as "elite frequency update").

import { fold, JepaError, uniform } from '../../core/index.ts';
import { checkProblem } from '../problem.ts';
import { checkSizes, keysOfTasks, type PlanResult, paddedInit, type Solver } from '../solver.ts';
import { checkElites } from './elites.ts';
import { refuseProposals } from './proposals.ts';
import { type CandidateBuffer, search } from './search.ts';
import { checkCategories, roundToCorners } from './simplex.ts';

export interface CategoricalCemOptions {
  /** C, the choices of each one-hot group. */
  readonly categories: number;
  /** S. @default 300 */
  readonly samples?: number;
  /** K. @default 30 */
  readonly elites?: number;
  /** @default 30 */
  readonly iterations?: number;
  /** m in p <- (1 - m) * elite frequency + m * p; above 0 a choice is never lost for good. @default 0.1 */
  readonly momentum?: number;
  /** Probability that a warm start's choice has at first; the rest is shared by the others. @default 0.5 */
  readonly initConfidence?: number;
}

/**
 * A cross-entropy solver for one-hot actions. Candidate 0 is the most probable plan, which is also what is returned;
 * `PlanResult.cost` is the mean cost of the last elites. A warm start prefers the largest number of each group; groups
 * of zeros start uniform. `IterationRecord.spread` is the mean deviation sqrt(p (1 - p)). Stored normal noise is `usage`.
 */
export function categoricalCem(options: CategoricalCemOptions): Solver {
  const { categories, samples = 300, elites = 30, iterations = 30, momentum = 0.1, initConfidence = 0.5 } = options;
  const solver = 'categorical-cem';
  checkSizes(solver, { samples: [samples, 2], elites: [elites, 1], iterations: [iterations, 1] });
  checkElites(solver, elites, samples);
  const buffer: CandidateBuffer = { spare: new Float32Array(0) };
  return {
    name: solver,
    async solve(problem, solveOptions): Promise<PlanResult> {
      checkProblem(problem, solver);
      refuseProposals(solveOptions, solver);
      const { tasks, horizon, actionDim } = problem;
      checkCategories(solver, categories, actionDim);
      if (solveOptions.noise !== undefined) {
        throw new JepaError('usage', `${solver}: it draws choices, so stored normal noise must not be given`);
      }
      const length = horizon * actionDim;
      const groups = length / categories;
      const p = firstProbabilities(paddedInit(problem, solveOptions.init, solver), categories, initConfidence);
      const deviation = (): Float32Array => p.map((value) => Math.sqrt(value * (1 - value)));
      const std = deviation();
      const keys = keysOfTasks(tasks, solveOptions);
      const draws = new Float32Array(samples * groups);
      const frequency = new Float64Array(length);

      const records = await search(
        problem,
        solveOptions,
        {
          solver,
          iterations,
          elites,
          needed: 1,
          mean: p,
          std,
          samples: () => samples,
          propose(candidates, _, iteration) {
            candidates.fill(0);
            for (const [task, taskKey] of keys.entries()) {
              const own = p.subarray(task * length, (task + 1) * length);
              uniform(fold(taskKey, iteration), draws);
              for (let row = 0; row < samples * groups; row++) {
                const from = (row % groups) * categories;
                const at = (task * samples * groups + row) * categories;
                candidates[at + choice(own, from, categories, draws[row]!)] = 1;
              }
              const likely = candidates.subarray(task * samples * length, task * samples * length + length);
              likely.set(own);
              roundToCorners(likely, categories);
            }
          },
          learn({ task, candidates, elites: order, count }) {
            frequency.fill(0);
            for (let e = 0; e < count; e++) {
              for (let i = 0; i < length; i++) frequency[i]! += candidates[order[e]! * length + i]! / count;
            }
            for (let i = 0; i < length; i++) {
              p[task * length + i] = (1 - momentum) * frequency[i]! + momentum * p[task * length + i]!;
            }
            std.set(deviation());
          },
        },
        buffer,
      );
      const plan = p.slice();
      roundToCorners(plan, categories);
      return { plan, cost: records.at(-1)!.elite.slice(), iterations: records };
    },
  };
}

function firstProbabilities(init: Float32Array, categories: number, confidence: number): Float32Array {
  const p = new Float32Array(init.length);
  for (let at = 0; at < init.length; at += categories) {
    const group = init.subarray(at, at + categories);
    const undecided = group.every((value) => value === group[0]);
    const best = group.indexOf(Math.max(...group));
    for (let c = 0; c < categories; c++) {
      const preferred = c === best ? confidence : (1 - confidence) / (categories - 1);
      p[at + c] = undecided ? 1 / categories : preferred;
    }
  }
  return p;
}

/** The category where the cumulative probability passes `u` in [0, 1). */
function choice(p: Float32Array, from: number, categories: number, u: number): number {
  let sum = 0;
  for (let c = 0; c < categories; c++) {
    sum += p[from + c]!;
    if (u < sum) return c;
  }
  return categories - 1;
}
