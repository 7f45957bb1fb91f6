// Projected gradient descent for discrete actions: relax each choice to a point of the simplex, step, project, decide.
//
// Legend: B tasks, S plans per task, H steps, D = groups * categories numbers per step, L = H * D.
// Source: stable-worldmodel @addbab4 planning/solver/pgd.py.

import { checkSizes, type PlanResult, type Solver } from '../solver.ts';
import type { Descent } from './descent.ts';
import { descend } from './parallel-plans.ts';
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
  const { categories, samples = 1, iterations = 100, descent = { kind: 'sgd', lr: 1 } } = options;
  const { initialStd = 1, actionNoise = 0, choose = 'decided' } = options;
  const solver = 'projected-gradient';
  checkSizes(solver, { samples: [samples, 1], iterations: [iterations, 1] });
  const settings = { samples, iterations, descent, initialStd, includeInit: true, actionNoise };
  return {
    name: solver,
    async solve(problem, solveOptions): Promise<PlanResult> {
      checkCategories(solver, categories, problem.actionDim);
      const result = await descend(solver, problem, solveOptions, settings, {
        step: (x) => projectToSimplex(x, categories),
        ...(choose === 'decided' ? { end: (x: Float32Array) => roundToCorners(x, categories) } : {}),
      });
      roundToCorners(result.plan, categories);
      return result;
    },
  };
}
