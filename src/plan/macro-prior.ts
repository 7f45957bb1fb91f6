// Keeps macro-actions where the high-level predictor was trained: their encoder's prior is a standard normal, and plans
// far from it are imagined wrongly.
//
// Legend: B tasks, S candidates, L numbers of a plan.

import { JepaError } from '../core/index.ts';
import type { ActionConstraint } from './constraints.ts';
import { constrain } from './constraints.ts';
import type { PlanProblem } from './problem.ts';

const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI);

/**
 * The problem with weight * mean(-log N(x; 0, 1)) over the numbers x of a plan added to its cost, as PLDM does for latent
 * macro-actions (weight 0.1 in HWM, arXiv 2604.03208).
 */
export function withMacroPrior(problem: PlanProblem, weight: number): PlanProblem {
  const length = problem.horizon * problem.actionDim;
  const penalise = (cost: Float32Array, candidates: Float32Array): Float32Array =>
    cost.map((value, row) => {
      let square = 0;
      for (let i = row * length; i < (row + 1) * length; i++) square += candidates[i]! ** 2;
      return value + weight * ((0.5 * square) / length + HALF_LOG_2PI);
    });
  const { costAndGradient } = problem;
  return {
    ...problem,
    cost: async (candidates, samples) => penalise(await problem.cost(candidates, samples), candidates),
    ...(costAndGradient && {
      async costAndGradient(candidates: Float32Array, samples: number) {
        const { cost, gradient } = await costAndGradient.call(problem, candidates, samples);
        const scale = weight / length;
        return {
          cost: penalise(cost, candidates),
          gradient: gradient.map((value, i) => value + scale * candidates[i]!),
        };
      },
    }),
  };
}

/**
 * A box around recorded macro-actions [N, D]: per number, the `low` to `high` percentile (nearest rank), widened on each
 * side by `margin` of its width. The high level of h-le-wm searches in 5 to 95 with 5 %.
 *
 * Throws `shape` when the rows do not divide, `usage` when there are none.
 */
export function percentileBox(
  macros: Float32Array,
  actionDim: number,
  {
    low = 5,
    high = 95,
    margin = 0.05,
  }: { readonly low?: number; readonly high?: number; readonly margin?: number } = {},
): ActionConstraint {
  const count = macros.length / actionDim;
  if (!Number.isInteger(count) || count < 1 || !(low >= 0 && low < high && high <= 100)) {
    throw new JepaError(
      'usage',
      `percentileBox: needs macro-actions [N, ${actionDim}] with N at least 1 and 0 <= low < high <= 100, got ${macros.length} numbers, low ${low}, high ${high}`,
      { got: macros.length, actionDim, low, high },
    );
  }
  const bounds = Array.from({ length: actionDim }, (_, d) => {
    const sorted = Float32Array.from({ length: count }, (_n, n) => macros[n * actionDim + d]!).sort();
    const at = (percent: number): number => sorted[Math.max(0, Math.ceil((percent / 100) * count) - 1)]!;
    const width = at(high) - at(low);
    return [at(low) - margin * width, at(high) + margin * width] as const;
  });
  const box: ActionConstraint = { kind: 'box', low: bounds.map(([l]) => l), high: bounds.map(([, h]) => h) };
  constrain(box, actionDim);
  return box;
}
