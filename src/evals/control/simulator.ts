// Planning in the true world instead of a learned one: a cost computed by stepping copies of the worlds at hand.
//
// A candidate plan is H actions, each held for `hold` steps, in units of the action range (-1 and 1 are its ends).
// Its cost is below 0 when the goal is reached, the lower the sooner, and otherwise how near the goal it comes:
//
//   reached at step t of T:  t / T - 2        not reached:  min_t d_t + w mean_t d_t
//
// with d the world's own distance. The nearest state counts, since success counts at any step.
//
// Legend: B tasks, S candidates, H planned actions, A numbers of an action, T = H * hold.

import { JepaError } from '../../core/index.ts';
import type { Env } from '../../envs/index.ts';
import type { PlanProblem } from '../../plan/index.ts';

/** w, the weight of the mean distance: it tells plans apart that come equally near. */
const ALONG = 0.1;

/** How plans of a simulator are written. */
export interface SimulatorPlans {
  /** H, planned actions. */
  readonly horizon: number;
  /** Steps that each of them is held. @default 1 */
  readonly hold?: number;
}

/** A component of an action in the world's units from a number in units of its range. */
export function toRaw({ actionLow, actionHigh }: Env['spec'], unit: number): number {
  const middle = (actionLow + actionHigh) / 2;
  return Math.min(Math.max(middle + ((actionHigh - actionLow) / 2) * unit, actionLow), actionHigh);
}

/**
 * The planning problem of worlds as they stand: state and goal of each world are those of one task, and its copy is moved
 * while costs are computed. Candidates [B, S, H, A] are in units of the action range and clipped to it.
 *
 * @throws JepaError `usage` for no worlds, or a horizon or hold that cannot be.
 *
 * @example
 * const { plan } = await icem().solve(simulatorProblem([env], { horizon: 5, hold: 5 }), { key: key(0) });
 */
export function simulatorProblem(worlds: readonly Env[], { horizon, hold = 1 }: SimulatorPlans): PlanProblem {
  if (worlds.length === 0 || !(Number.isInteger(hold) && hold >= 1) || !(Number.isInteger(horizon) && horizon >= 1)) {
    throw new JepaError(
      'usage',
      `simulatorProblem: needs worlds, and horizon and hold must be whole numbers of at least 1, got ${worlds.length} worlds, horizon ${horizon}, hold ${hold}`,
      { worlds: worlds.length, horizon, hold },
    );
  }
  const { actionDim } = worlds[0]!.spec;
  const starts = worlds.map((world) => world.state());
  const action = new Float32Array(actionDim);
  const steps = horizon * hold;

  /** The cost of the plan at `at`. */
  function costOf(world: Env, start: Float32Array, plans: Float32Array, at: number): number {
    world.setState(start);
    let nearest = Number.POSITIVE_INFINITY;
    let sum = 0;
    for (let t = 0; t < steps; t++) {
      if (t % hold === 0) {
        const from = at + (t / hold) * actionDim;
        for (let i = 0; i < actionDim; i++) action[i] = toRaw(world.spec, plans[from + i]!);
      }
      const { terminated, distance } = world.step(action);
      if (terminated) return (t + 1) / steps - 2;
      nearest = Math.min(nearest, distance);
      sum += distance;
    }
    return nearest + (ALONG * sum) / steps;
  }

  return {
    name: 'simulator',
    tasks: worlds.length,
    horizon,
    actionDim,
    cost(candidates, samples) {
      const costs = new Float32Array(worlds.length * samples);
      for (const [task, world] of worlds.entries()) {
        for (let s = 0; s < samples; s++) {
          const row = task * samples + s;
          costs[row] = costOf(world, starts[task]!, candidates, row * horizon * actionDim);
        }
        world.setState(starts[task]!);
      }
      return costs;
    },
  };
}
