// Projected gradient descent for discrete actions: relax each choice to a point of the simplex, step, project, decide.
//
// Legend: B tasks, S plans per task, H steps, D = groups * categories numbers per step, L = H * D.
// Source: stable-worldmodel @addbab4 planning/solver/pgd.py.

import { checkProblem, evaluate, evaluateGradient } from '../problem.ts';
import { checkSizes, drawNoise, type IterationRecord, type PlanResult, paddedInit, type Solver } from '../solver.ts';
import { type Descent, descent } from './descent.ts';
import { bestRows, record, spreadPlans } from './parallel-plans.ts';
import { checkCategories, projectToSimplex, roundToCorners } from './simplex.ts';

export interface ProjectedGradientOptions {
  /** C, the choices of each one-hot group. */
  readonly categories: number;
  /** S. @default 1 */
  readonly samples?: number;
  /** @default 100 */
  readonly iterations?: number;
  /** @default { kind: 'sgd', lr: 1 } */
  readonly descent?: Descent;
  /** @default 1 */
  readonly initialStd?: number;
  /** Deviation of the noise before each projection. @default 0 */
  readonly actionNoise?: number;
  /**
   * By which cost the plan is chosen: `decided` scores the one-hot plans, so that what is returned is what was scored;
   * `relaxed` chooses before it decides, as stable-worldmodel does. @default 'decided'
   */
  readonly choose?: 'decided' | 'relaxed';
}

/**
 * A projected-gradient solver for one-hot actions. Its plan is one-hot; `choicesOf` gives the indices. It needs
 * `problem.costAndGradient` at points inside the simplex too. Noise and errors as `gradient`. Only the starting point is
 * not projected, as in the reference: without a warm start it is zero, where no choice is preferred.
 */
export function projectedGradient(options: ProjectedGradientOptions): Solver {
  const { categories, samples = 1, iterations = 100, descent: rule = { kind: 'sgd', lr: 1 } } = options;
  const { initialStd = 1, actionNoise = 0, choose = 'decided' } = options;
  const solver = 'projected-gradient';
  checkSizes(solver, { samples: [samples, 1], iterations: [iterations, 1] });
  return {
    name: solver,
    async solve(problem, solveOptions): Promise<PlanResult> {
      checkProblem(problem, solver);
      const { tasks, horizon, actionDim } = problem;
      checkCategories(solver, categories, actionDim);
      const length = horizon * actionDim;
      const init = paddedInit(problem, solveOptions.init, solver);
      const x = spreadPlans(init, problem, { samples, initialStd, includeInit: true }, solveOptions);
      const noise = new Float32Array(actionNoise > 0 ? x.length : 0);
      const step = descent(rule, x.length, solver);
      const plan = new Float32Array(tasks * length);
      const std = new Float32Array(plan.length);
      const records: IterationRecord[] = [];
      const take = (iteration: number, cost: Float32Array, nonFinite: number): void => {
        const elites = bestRows(cost, tasks, samples);
        for (let task = 0; task < tasks; task++) {
          const row = (task * samples + elites[task]!) * length;
          plan.set(x.subarray(row, row + length), task * length);
        }
        records.push(record(cost, tasks, nonFinite));
        solveOptions.onIteration?.({ iteration, candidates: x, cost, elites, mean: plan, std });
      };
      for (let iteration = 0; iteration < iterations; iteration++) {
        const at = { solver, iteration, needed: 1 };
        const { cost, gradient, nonFinite } = await evaluateGradient(problem, x, samples, at);
        take(iteration, cost, nonFinite);
        step(x, gradient);
        if (actionNoise > 0) {
          drawNoise(noise, tasks, iteration + 1, solveOptions);
          for (let i = 0; i < x.length; i++) x[i]! += actionNoise * noise[i]!;
        }
        projectToSimplex(x, categories);
      }
      if (choose === 'decided') roundToCorners(x, categories);
      const { cost, nonFinite } = await evaluate(problem, x, samples, { solver, iteration: iterations, needed: 1 });
      take(iterations, cost, nonFinite);
      roundToCorners(plan, categories);
      return { plan, cost: records.at(-1)!.best.slice(), iterations: records };
    },
  };
}
