// Planning in the true world with a model's cost: candidates are carried out in copies of the worlds, seen, encoded and scored.
// What remains of a planner's failure under it is the cost's or the search's, not the learned dynamics'.
// Legend: E tasks, S candidates, H blocks, A numbers of a block, D width.

import type { CostScorer, WorldModel } from '../../agent/index.ts';
import type { PlanProblem } from '../../plan/index.ts';
import { executePlans, type PlanWorlds, type SeenRows } from './execute-plans.ts';

/** Embeddings that a problem starts from and aims at. */
export interface SeenTasks {
  /** [E, D] each. */
  readonly context: Float32Array;
  readonly goals: Float32Array;
}

/** The embedding before each plan's: [E, D] and [E, S, K, D] -> [E, S, 1 + K, D]. */
export function withContext(context: Float32Array, z: Float32Array, samples: number, dim: number): Float32Array {
  const E = context.length / dim;
  const own = z.length / (E * samples);
  const out = new Float32Array(E * samples * (own + dim));
  for (let row = 0; row < E * samples; row++) {
    const task = Math.floor(row / samples);
    out.set(context.subarray(task * dim, (task + 1) * dim), row * (own + dim));
    out.set(z.subarray(row * own, (row + 1) * own), row * (own + dim) + dim);
  }
  return out;
}

/**
 * The planning problem of worlds as they stand under a cost on embeddings; candidates are normalised plans.
 *
 * @param rows 'last' where the cost looks at nothing but the end, which saves pictures
 */
export function trueDynamicsProblem(
  model: Pick<WorldModel, 'dynamics' | 'encode'>,
  scorer: CostScorer,
  given: PlanWorlds,
  { context, goals }: SeenTasks,
  rows: Exclude<SeenRows, 'none'> = 'all',
): PlanProblem {
  const { dim, actionDim } = model.dynamics;
  const { worlds, horizon } = given;
  const tasks = worlds.length;
  return {
    name: 'true dynamics',
    ...{ tasks, horizon, actionDim, absolute: scorer.cost.absolute },
    async cost(candidates, samples) {
      const { z } = await executePlans(model, given, candidates, samples, rows);
      return scorer.score({
        imagined: withContext(context, z, samples, dim),
        ...{ goals, tasks, samples, rows: 1 + (rows === 'last' ? 1 : horizon) },
        plans: { blocks: candidates, horizon, actionDim },
      });
    },
  };
}
