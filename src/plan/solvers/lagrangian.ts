// The augmented Lagrangian: gradient descent on a cost under limits g <= 0, whose prices rise while they are broken.
//
//   L = J + sum_i lambda_i g_i + rho sum_i max(0, g_i)^2
//   repeat:  n gradient steps on L;  lambda_i <- max(0, lambda_i + rho * mean over plans of g_i);  rho <- min(rhoMax, 2 rho)
//
// The textbook's quadratic term is rho / 2, for which lambda + rho g is the exact multiplier; the reference's rho makes the
// prices rise half as fast as the penalty pushes, and converges too. Multipliers live for one solve.
//
// Legend: B tasks, S plans per task, C limits, H steps, D numbers per step, L = H * D.
// Source: stable-worldmodel planning/solver/lagrangian.py (multipliers persist over solves there).

import { JepaError } from '../../core/index.ts';
import { type ActionConstraint, constrain } from '../constraints.ts';
import { checkGradient, checkProblem, type EvaluationPoint, evaluateGradient, type PlanProblem } from '../problem.ts';
import { checkSizes, type PlanResult, paddedInit, type Solver } from '../solver.ts';
import { type Descent, descent } from './descent.ts';
import { bestRows, checkGradientUse, choiceAmong, spreadPlans } from './parallel-plans.ts';

export interface LagrangianOptions {
  /** S. @default 1 */
  readonly samples?: number;
  /** Gradient steps between two updates of the multipliers. @default 20 */
  readonly innerSteps?: number;
  /** @default 5 */
  readonly outerSteps?: number;
  /** Its state is fresh after each update of the multipliers. The reference's default is Adam with rate 1. @default Adam, rate 0.05 */
  readonly descent?: Descent;
  /** @default 1 */
  readonly initialStd?: number;
  /** rho of the first outer step, its factor after each, and its largest value. @default 1, 2, 10000 */
  readonly rho?: number;
  readonly rhoGrowth?: number;
  readonly rhoMax?: number;
  /**
   * Which plan is returned: `feasible` is the cheapest of those that break no limit by more than `tolerance`, else the one
   * that breaks them least; `cost` is the cheapest whatever it breaks, as in the reference. @default 'feasible'
   */
  readonly choose?: 'feasible' | 'cost';
  /** @default 0.001 */
  readonly tolerance?: number;
  /** A projection after every step, beside the limits. @default none */
  readonly constraint?: ActionConstraint;
}

/**
 * An augmented-Lagrangian solver for `problem.limits`; without limits it is gradient descent. Needs
 * `problem.costAndGradient`. Records hold the plain cost J, one per gradient step and one at the end;
 * `PlanResult.cost` is J of the plan, `PlanResult.multipliers` the last lambda [B, C]. Noise and errors as `gradient`;
 * a limit that is not finite makes its plan unusable, and a limit of the wrong size is `shape`.
 */
export function lagrangian(options: LagrangianOptions = {}): Solver {
  const { samples = 1, innerSteps = 20, outerSteps = 5, descent: rule = { kind: 'adam', lr: 0.05 } } = options;
  const { initialStd = 1, rho: firstRho = 1, rhoGrowth = 2, rhoMax = 1e4 } = options;
  const { choose = 'feasible', tolerance = 1e-3, constraint } = options;
  checkSizes('lagrangian', { samples: [samples, 1], innerSteps: [innerSteps, 1], outerSteps: [outerSteps, 1] });
  if (!(firstRho > 0 && rhoGrowth >= 1 && rhoMax >= firstRho)) {
    throw new JepaError(
      'usage',
      `lagrangian: rho must be positive, rhoGrowth at least 1 and rhoMax at least rho, got ${firstRho}, ${rhoGrowth}, ${rhoMax}`,
      { rho: firstRho, rhoGrowth, rhoMax },
    );
  }
  return {
    name: 'lagrangian',
    async solve(problem, solveOptions): Promise<PlanResult> {
      checkProblem(problem, 'lagrangian');
      checkGradientUse(problem, solveOptions, 'lagrangian');
      const { tasks, horizon, actionDim, limits = [] } = problem;
      const length = horizon * actionDim;
      const C = limits.length;
      const apply = constraint === undefined ? undefined : constrain(constraint, actionDim);
      const init = paddedInit(problem, solveOptions.init, 'lagrangian');
      const x = spreadPlans(init, problem, { samples, initialStd, includeInit: true }, solveOptions);
      apply?.(x);
      const multipliers = new Float32Array(tasks * C);
      const { plan, records, take } = choiceAmong(x, problem, samples, solveOptions);
      let rho = firstRho;

      const look = async (iteration: number): Promise<Look> => {
        const seen = await evaluateLimits(problem, x, samples, { solver: 'lagrangian', iteration, needed: 1 });
        const { cost, nonFinite, broken } = seen;
        const rank = choose === 'cost' ? cost : cost.map((c, row) => (broken[row]! <= tolerance ? c : Number.NaN));
        const elites = bestRows(rank, tasks, samples);
        const least = bestRows(broken, tasks, samples);
        for (let task = 0; task < tasks; task++) if (elites[task]! < 0) elites[task] = least[task]!;
        take(iteration, cost, nonFinite, elites);
        return { ...seen, elites };
      };

      for (let outer = 0; outer < outerSteps; outer++) {
        const step = descent(rule, x.length, 'lagrangian');
        for (let inner = 0; inner < innerSteps; inner++) {
          const { gradient, values, gradients, broken } = await look(outer * innerSteps + inner);
          for (const [c, value] of values.entries()) {
            for (let row = 0; row < value.length; row++) {
              const price = multipliers[Math.floor(row / samples) * C + c]! + 2 * rho * Math.max(0, value[row]!);
              if (price === 0 || Number.isNaN(broken[row]!)) continue;
              for (let i = row * length; i < (row + 1) * length; i++) gradient[i]! += price * gradients[c]![i]!;
            }
          }
          step(x, gradient);
          apply?.(x);
        }
        if (C === 0) continue;
        const at = { solver: 'lagrangian', iteration: (outer + 1) * innerSteps, needed: 1 };
        const { values } = await evaluateLimits(problem, x, samples, at);
        for (const [c, value] of values.entries()) raise(multipliers, value, { tasks, samples, c, C, rho });
        rho = Math.min(rhoMax, rho * rhoGrowth);
      }
      const { cost, elites } = await look(outerSteps * innerSteps);
      const chosen = Float32Array.from(elites, (s, task) => cost[task * samples + s]!);
      return { plan, cost: chosen, iterations: records, multipliers };
    },
  };
}

interface LimitEvaluation {
  readonly cost: Float32Array;
  readonly gradient: Float32Array;
  readonly nonFinite: number;
  /** g of each limit, [B, S], and its gradient. */
  readonly values: readonly Float32Array[];
  readonly gradients: readonly Float32Array[];
  /** The largest violation of each plan, [B, S], 0 when it keeps all limits. */
  readonly broken: Float32Array;
}

type Look = LimitEvaluation & { readonly elites: Int32Array };

async function evaluateLimits(
  problem: PlanProblem,
  x: Float32Array,
  samples: number,
  at: EvaluationPoint,
): Promise<LimitEvaluation> {
  const { cost, gradient, nonFinite } = await evaluateGradient(problem, x, samples, at);
  const broken = cost.map((c) => (Number.isFinite(c) ? 0 : Number.NaN));
  const values: Float32Array[] = [];
  const gradients: Float32Array[] = [];
  for (const limit of problem.limits ?? []) {
    const g = await limit.evaluate(x, samples);
    if (g.cost.length !== cost.length) {
      throw new JepaError(
        'shape',
        `lagrangian: the limit '${limit.name}' must return one number per plan, ${cost.length}, got ${g.cost.length}`,
        { limit: limit.name, got: g.cost.length, expected: cost.length },
      );
    }
    checkGradient(`the limit '${limit.name}'`, g.gradient, x, at);
    for (const [row, value] of g.cost.entries()) {
      broken[row] = Number.isFinite(value) ? Math.max(broken[row]!, value) : Number.NaN;
    }
    values.push(g.cost);
    gradients.push(g.gradient);
  }
  const task = bestRows(broken, problem.tasks, samples).indexOf(-1);
  if (task >= 0) {
    throw new JepaError(
      'numeric',
      `lagrangian: the limits of ${problem.name ?? 'the problem'} must be finite for at least one plan, got none for task ${task} in iteration ${at.iteration}`,
      { task, iteration: at.iteration },
    );
  }
  return { cost, gradient, nonFinite, values, gradients, broken };
}

/** lambda <- max(0, lambda + rho * mean over plans of g), for one limit. */
function raise(
  multipliers: Float32Array,
  value: Float32Array,
  { tasks, samples, c, C, rho }: Readonly<Record<'tasks' | 'samples' | 'c' | 'C' | 'rho', number>>,
): void {
  for (let task = 0; task < tasks; task++) {
    const own = value.subarray(task * samples, (task + 1) * samples).filter(Number.isFinite);
    if (own.length === 0) continue;
    const mean = own.reduce((a, b) => a + b, 0) / own.length;
    multipliers[task * C + c] = Math.max(0, multipliers[task * C + c]! + rho * mean);
  }
}
