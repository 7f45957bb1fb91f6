// Gradient descent on actions through the model: several plans per task descend side by side, the cheapest is returned.
//
//   x_0 = init, x_s = init + initialStd * N(0, 1);  repeat: x <- constrain(step(x, dJ/dx) + actionNoise * N(0, 1))
//
// Legend: B tasks, S plans per task, H steps, D numbers per step, L = H * D.
// Sources: stable-worldmodel @addbab4 planning/solver/gd.py; the variants in `gradientVariants` cite theirs.

import { type ActionConstraint, constrain } from '../constraints.ts';
import { checkSizes, type PlanResult, type Solver } from '../solver.ts';
import { clipGradient, type Descent, type GradientClip } from './descent.ts';
import { descend } from './parallel-plans.ts';

export interface GradientOptions {
  /** S. @default 1 */
  readonly samples?: number;
  /** @default 100 */
  readonly iterations?: number;
  /** @default { kind: 'sgd', lr: 1 } */
  readonly descent?: Descent;
  /** Deviation of the plans that do not start at the warm start. @default 1 */
  readonly initialStd?: number;
  /** Whether plan 0 starts at the warm start itself. @default true */
  readonly includeInit?: boolean;
  /** Deviation of the noise that is added to all plans after every step. @default 0 */
  readonly actionNoise?: number;
  /** @default none */
  readonly clip?: GradientClip;
  /** Applied at the start and after every step: projected gradient descent for a box. @default none */
  readonly constraint?: ActionConstraint;
}

/** The name of published settings of gradient descent, see `gradientVariants`. */
export type GradientVariant = 'swm-sgd' | 'swm-adamw' | 'dino-wm' | 'jepa-wms' | 'jepa-wms-adam';

/**
 * Published settings.
 *
 * - `swm-sgd`, `swm-adamw`: stable-worldmodel's two optimisers, rates 1 and 0.1.
 * - `dino-wm`: gaoyuezhou/dino_wm planning/gd.py: rate 1, 1000 steps, a random start, noise 0.003.
 * - `jepa-wms`, `jepa-wms-adam`: rate 1, 500 steps, noise 0.003.
 */
export const gradientVariants: Readonly<Record<GradientVariant, GradientOptions>> = {
  'swm-sgd': { descent: { kind: 'sgd', lr: 1 } },
  'swm-adamw': { descent: { kind: 'adamw', lr: 0.1 } },
  'dino-wm': { descent: { kind: 'sgd', lr: 1 }, iterations: 1000, includeInit: false, actionNoise: 0.003 },
  'jepa-wms': { descent: { kind: 'sgd', lr: 1 }, iterations: 500, actionNoise: 0.003 },
  'jepa-wms-adam': { descent: { kind: 'adam', lr: 1 }, iterations: 500, actionNoise: 0.003 },
};

/**
 * A gradient solver; the defaults are stable-worldmodel's. Needs `problem.costAndGradient`.
 *
 * There is one record per step and one for the final evaluation, whose cheapest plan is returned (not the cheapest ever
 * seen); `PlanResult.cost` is its cost. Stored noise [B, S, H, D]: iteration 0 is the start (plan 0's is ignored where it
 * starts at the warm start), iteration i + 1 is added after step i, and is asked for only with `actionNoise`.
 *
 * Errors: `unsupported` without a gradient; otherwise as `cem`. A plan whose cost or gradient is not finite gets
 * gradient 0 and never wins.
 *
 * @example
 * const { plan } = await gradient({ samples: 8, descent: { kind: 'adam', lr: 0.05 } }).solve(problem, { key: key(0) });
 */
export function gradient(options: GradientOptions = {}): Solver {
  const { samples = 1, iterations = 100, descent = { kind: 'sgd', lr: 1 }, initialStd = 1 } = options;
  const { includeInit = true, actionNoise = 0, clip, constraint } = options;
  const solver = 'gradient';
  checkSizes(solver, { samples: [samples, 1], iterations: [iterations, 1] });
  const settings = { samples, iterations, descent, initialStd, includeInit, actionNoise };
  return {
    name: solver,
    async solve(problem, solveOptions): Promise<PlanResult> {
      const { horizon, actionDim } = problem;
      const apply = constraint === undefined ? undefined : constrain(constraint, actionDim);
      return descend(solver, problem, solveOptions, settings, {
        ...(apply === undefined ? {} : { start: apply, step: apply }),
        ...(clip === undefined ? {} : { gradient: (g) => clipGradient(g, horizon * actionDim, clip) }),
      });
    },
  };
}
