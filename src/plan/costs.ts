// Costs of imagined trajectories against an embedded goal, by name for the engine and as plain functions on arrays that
// say exactly what each name means.
//
// Legend: N trajectories, T predicted steps, F features of one step (flattened), z predictions, g goal.

import { JepaError, unknownName } from '../core/index.ts';

/**
 * - `last-sum`: sum over features of (z_T - g)^2 at the last step. LeWorldModel (stable-worldmodel GoalMSE, 'sum').
 * - `last-mean`: the mean instead of the sum. DINO-WM, objective `last`.
 * - `all-mean`: the mean over features of every step, summed over the given steps. PLDM (steps 1..H) and EB-JEPA
 *   (which also passes the encoded current frame as step 0).
 * - `last-l1`: mean |z_T - g|. V-JEPA 2-AC (both sides layer-normalised by the caller).
 */
export const goalCosts = ['last-sum', 'last-mean', 'all-mean', 'last-l1'] as const;

/** The name of a goal cost, see `goalCosts`. */
export type GoalCost = (typeof goalCosts)[number];

/** Whether a cost looks at every step; otherwise at the last one only. */
export function usesAllSteps(cost: GoalCost): boolean {
  return cost === 'all-mean';
}

/** Checks a name from a recipe or the command line; throws `usage` with the known names. */
export function goalCostNamed(name: string): GoalCost {
  const found = goalCosts.find((known) => known === name);
  if (found === undefined) throw unknownName('goal cost', name, goalCosts);
  return found;
}

/**
 * The cost [N] of trajectories `predicted` [N, T, F] against `goals` [N, F], accumulated in f64.
 *
 * @throws JepaError `shape` when the sizes do not agree.
 */
export function goalCost(
  cost: GoalCost,
  predicted: Float32Array,
  goals: Float32Array,
  sizes: { readonly steps: number; readonly features: number },
): Float32Array {
  const { steps, features } = sizes;
  const count = goals.length / features;
  if (!Number.isInteger(count) || predicted.length !== count * steps * features) {
    throw new JepaError(
      'shape',
      `goalCost: predicted must be [N, T, F] and goals [N, F] with T = ${steps}, F = ${features}, got ${predicted.length} and ${goals.length} numbers`,
      { predicted: predicted.length, goals: goals.length, steps, features },
    );
  }
  const absolute = cost === 'last-l1';
  const scale = cost === 'last-sum' ? 1 : 1 / features;
  return Float32Array.from({ length: count }, (_, n) => {
    let sum = 0;
    for (let t = usesAllSteps(cost) ? 0 : steps - 1; t < steps; t++) {
      const row = (n * steps + t) * features;
      for (let f = 0; f < features; f++) {
        const d = predicted[row + f]! - goals[n * features + f]!;
        sum += absolute ? Math.abs(d) : d * d;
      }
    }
    return sum * scale;
  });
}
