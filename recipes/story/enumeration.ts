// A solver that tries every sequence of actions from a short list: exact, and feasible while levels^horizon is small.

import { JepaError } from '../../src/core/index.ts';
import type { PlanProblem, PlanResult, Solver } from '../../src/plan/index.ts';

const LARGEST = 1 << 16;

/**
 * A solver over all sequences of the given action levels, in one call of the problem's cost. Draws nothing: the key has no
 * influence. Ties go to the sequence that comes first when sequences count up with the first action as lowest digit.
 *
 * Errors: `usage` when there are more than 65536 sequences; `numeric` when no cost of a task is finite.
 *
 * @param levels the values that every number of an action can take
 */
export function enumeration(levels: readonly number[]): Solver {
  return {
    name: 'enumeration',
    async solve(problem: PlanProblem): Promise<PlanResult> {
      const { tasks, horizon, actionDim } = problem;
      const length = horizon * actionDim;
      const count = levels.length ** length;
      if (levels.length === 0 || count > LARGEST) {
        throw new JepaError(
          'usage',
          `enumeration: needs 1 to ${LARGEST} sequences, got ${levels.length} levels to the power of ${length}; shorten the horizon or use cem`,
          { levels: levels.length, length },
        );
      }
      const candidates = new Float32Array(tasks * count * length);
      for (let row = 0; row < tasks * count; row++) {
        for (let i = 0, digits = row % count; i < length; i++, digits = Math.floor(digits / levels.length)) {
          candidates[row * length + i] = levels[digits % levels.length]!;
        }
      }
      const cost = await problem.cost(candidates, count);
      const plan = new Float32Array(tasks * length);
      const best = new Float32Array(tasks);
      let nonFinite = 0;
      for (let task = 0; task < tasks; task++) {
        let winner = -1;
        for (let s = 0; s < count; s++) {
          const value = cost[task * count + s]!;
          if (!Number.isFinite(value)) nonFinite++;
          else if (winner < 0 || value < cost[task * count + winner]!) winner = s;
        }
        if (winner < 0) {
          throw new JepaError('numeric', `enumeration: no cost of task ${task} is finite; the model has diverged`, {
            task,
          });
        }
        best[task] = cost[task * count + winner]!;
        plan.set(
          candidates.subarray((task * count + winner) * length, (task * count + winner + 1) * length),
          task * length,
        );
      }
      return { plan, cost: best, iterations: [{ best, elite: best, spread: new Float32Array(tasks), nonFinite }] };
    },
  };
}
