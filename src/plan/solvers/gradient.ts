// Gradient descent on actions through the model: several plans per task descend side by side, the cheapest is returned.
//
//   x_0 = init, x_s = init + initialStd * N(0, 1);  repeat: x <- constrain(step(x, dJ/dx) + actionNoise * N(0, 1))
//
// Legend: B tasks, S plans per task, H steps, D numbers per step, L = H * D.
// Sources: stable-worldmodel @addbab4 planning/solver/gd.py; the variants in `gradientVariants` cite theirs.

import { type ActionConstraint, constrain } from '../constraints.ts';
import { checkProblem, evaluate, evaluateGradient } from '../problem.ts';
import { checkSizes, drawNoise, type IterationRecord, type PlanResult, paddedInit, type Solver } from '../solver.ts';
import { clipGradient, type Descent, descent, type GradientClip } from './descent.ts';
import { bestRows, record, spreadPlans } from './parallel-plans.ts';

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
  const { samples = 1, iterations = 100, descent: rule = { kind: 'sgd', lr: 1 }, initialStd = 1 } = options;
  const { includeInit = true, actionNoise = 0, clip, constraint } = options;
  checkSizes('gradient', { samples: [samples, 1], iterations: [iterations, 1] });
  return {
    name: 'gradient',
    async solve(problem, solveOptions): Promise<PlanResult> {
      checkProblem(problem, 'gradient');
      const { tasks, horizon, actionDim } = problem;
      const length = horizon * actionDim;
      const apply = constraint === undefined ? undefined : constrain(constraint, actionDim);
      const init = paddedInit(problem, solveOptions.init, 'gradient');
      const x = spreadPlans(init, problem, { samples, initialStd, includeInit }, solveOptions);
      apply?.(x);
      const noise = new Float32Array(actionNoise > 0 ? x.length : 0);
      const step = descent(rule, x.length, 'gradient');
      const plan = new Float32Array(tasks * length);
      const std = new Float32Array(plan.length);
      const records: IterationRecord[] = [];
      const finish = (iteration: number, cost: Float32Array, nonFinite: number): void => {
        const elites = bestRows(cost, tasks, samples);
        for (let task = 0; task < tasks; task++) {
          const row = (task * samples + elites[task]!) * length;
          plan.set(x.subarray(row, row + length), task * length);
        }
        records.push(record(cost, tasks, nonFinite));
        solveOptions.onIteration?.({ iteration, candidates: x, cost, elites, mean: plan, std });
      };
      for (let iteration = 0; iteration < iterations; iteration++) {
        const at = { solver: 'gradient', iteration, needed: 1 };
        const { cost, gradient: g, nonFinite } = await evaluateGradient(problem, x, samples, at);
        finish(iteration, cost, nonFinite);
        if (clip !== undefined) clipGradient(g, length, clip);
        step(x, g);
        if (actionNoise > 0) {
          drawNoise(noise, tasks, iteration + 1, solveOptions);
          for (let i = 0; i < x.length; i++) x[i]! += actionNoise * noise[i]!;
        }
        apply?.(x);
      }
      const at = { solver: 'gradient', iteration: iterations, needed: 1 };
      const { cost, nonFinite } = await evaluate(problem, x, samples, at);
      finish(iterations, cost, nonFinite);
      return { plan, cost: records.at(-1)!.best.slice(), iterations: records };
    },
  };
}
