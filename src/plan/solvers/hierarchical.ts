// Two-level planning in one latent space: a plan of macro-actions reaches the goal in few large jumps, its first predicted
// latent becomes the subgoal, and a plan of primitive actions reaches that.
//
// Source: HWM (arXiv 2604.03208) with CEM on both levels; any two solvers will do.

import { fold, JepaError } from '../../core/index.ts';
import { checkProblem } from '../problem.ts';
import { keysOfTasks, type PlanResult, type Solver } from '../solver.ts';

export interface HierarchicalOptions {
  /** Plans macro-actions; give it a box (`percentileBox`) or a prior (`withMacroPrior`). */
  readonly macro: Solver;
  /** Plans primitive actions toward the subgoal; alone it is the flat planner to compare with. */
  readonly primitive: Solver;
}

/**
 * A solver for problems with a `hierarchy`. The plan, its cost (the distance to the subgoal) and its records are the
 * primitive level's; `PlanResult.macro` holds the macro level's. Warm start, proposals, stored noise and `onIteration` go to
 * the primitive level. Both levels plan anew in every solve, so replanning renews the subgoal.
 *
 * Throws `unsupported` without a hierarchy; `shape` when the primitive problem has other tasks or another action size
 * than the problem that was asked for.
 *
 * @example
 * const solver = hierarchical({ macro: cem({ samples: 900, elites: 10, iterations: 20 }), primitive: cem() });
 */
export function hierarchical({ macro, primitive }: HierarchicalOptions): Solver {
  return {
    name: `hierarchical(${macro.name}, ${primitive.name})`,
    ...(primitive.sampling && { sampling: primitive.sampling }),
    async solve(problem, options): Promise<PlanResult> {
      checkProblem(problem, 'hierarchical');
      const { hierarchy, tasks, horizon, actionDim } = problem;
      if (hierarchy === undefined) {
        throw new JepaError(
          'unsupported',
          `hierarchical: ${problem.name ?? 'the problem'} must have a hierarchy (a macro problem and subgoals); use its primitive solver alone for a flat plan`,
        );
      }
      const keys = keysOfTasks(tasks, options);
      const levelKeys = (level: string) => ({
        key: fold(options.key, level),
        taskKeys: keys.map((taskKey) => fold(taskKey, level)),
      });
      const above = await macro.solve(hierarchy.macro, levelKeys('macro'));
      const toward = await hierarchy.towards(above.plan);
      if (toward.tasks !== tasks || toward.horizon !== horizon || toward.actionDim !== actionDim) {
        throw new JepaError(
          'shape',
          `hierarchical: the problem toward the subgoal must have ${tasks} tasks, horizon ${horizon} and actionDim ${actionDim}, got ${toward.tasks}, ${toward.horizon} and ${toward.actionDim}`,
        );
      }
      const below = await primitive.solve(toward, { ...options, ...levelKeys('primitive') });
      return { ...below, macro: above };
    },
  };
}
