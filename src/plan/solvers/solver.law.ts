// What every solver must do, whatever its method: find an easy optimum, keep its bounds, improve on its warm start, be
// deterministic in its key, treat tasks independently, and refuse what cannot be planned.

import { describe, expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import type { ActionConstraint } from '../constraints.ts';
import type { PlanProblem } from '../problem.ts';
import type { Solver } from '../solver.ts';

/** cost = |candidate - target|^2, whose optimum is the target; one target of H * D numbers per task. */
export function quadratic(targets: readonly (readonly number[])[], horizon: number): PlanProblem {
  const length = targets[0]!.length;
  const away = (candidates: Float32Array, samples: number): Float32Array =>
    candidates.map((value, i) => value - targets[Math.floor(i / length / samples)]![i % length]!);
  const cost = (candidates: Float32Array, samples: number): Float32Array => {
    const difference = away(candidates, samples);
    return Float32Array.from({ length: targets.length * samples }, (_, row) =>
      difference.subarray(row * length, (row + 1) * length).reduce((sum, d) => sum + d * d, 0),
    );
  };
  return {
    name: 'quadratic',
    tasks: targets.length,
    horizon,
    actionDim: length / horizon,
    cost,
    costAndGradient: (candidates, samples) => ({
      cost: cost(candidates, samples),
      gradient: away(candidates, samples).map((d) => 2 * d),
    }),
  };
}

/** `problem` with the costs of some candidates replaced. */
export function spoiled(problem: PlanProblem, spoil: (cost: Float32Array, iteration: number) => void): PlanProblem {
  let iteration = 0;
  return {
    ...problem,
    async cost(candidates, samples) {
      const cost = await problem.cost(candidates, samples);
      spoil(cost, iteration++);
      return cost;
    },
    async costAndGradient(candidates, samples) {
      const both = await problem.costAndGradient!(candidates, samples);
      spoil(both.cost, iteration++);
      return both;
    },
  };
}

/** How the laws apply to a solver. */
export interface SolverLawOptions {
  /** Bounds the distance of a plan's numbers from the optimum. @default 0.01 */
  readonly tolerance?: number;
  /** The optimum of each of two tasks, four numbers. */
  readonly targets?: readonly [readonly number[], readonly number[]];
  /** H, 2 or 4. @default 2 */
  readonly horizon?: number;
  /** Whether plans are one-hot: then there are no bounds to give, and the optimum does not depend on the key. */
  readonly discrete?: boolean;
  /** Makes the solver's kind of problem from a flat one. */
  readonly lift?: (problem: PlanProblem) => PlanProblem;
}

/** Runs the laws on solvers that `make` returns; it applies the constraint it is given to its candidates. */
export function solverLaws(
  name: string,
  make: (constraint?: ActionConstraint) => Solver,
  options: SolverLawOptions = {},
): void {
  const { tolerance = 0.01, horizon = 2, discrete = false, lift = (problem) => problem } = options;
  const {
    targets = [
      [0.5, -1, 1, 0.25],
      [-0.75, 0, 0.75, 1],
    ],
  } = options;
  const continuousTest = discrete ? (): void => {} : test;
  const problem = (): PlanProblem => lift(quadratic(targets, horizon));

  describe(`${name} obeys the laws of a solver:`, () => {
    test('it finds the optimum of a quadratic cost for every task of a batch', async () => {
      const { plan, cost, iterations } = await make().solve(problem(), { key: key(1) });
      for (const [i, value] of targets.flat().entries()) expect(Math.abs(plan[i]! - value)).toBeLessThan(tolerance);
      expect(cost).toHaveLength(2);
      expect(iterations.at(-1)!.best[0]).toBeLessThanOrEqual(iterations[0]!.best[0]!);
    });

    test('its plan is no worse than its warm start', async () => {
      const init = Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1);
      const { plan } = await make().solve(problem(), { key: key(2), init });
      const { cost } = quadratic(targets, horizon);
      const [before, after] = [await cost(init, 1), await cost(plan, 1)];
      for (const task of [0, 1]) expect(after[task]).toBeLessThanOrEqual(before[task]!);
    });

    continuousTest('every candidate and the plan keep a box, and the plan goes to its edge', async () => {
      let outside = 0;
      const watch = (candidates: Float32Array): void => {
        outside += candidates.filter((value) => Math.abs(value) > 0.5).length;
      };
      const flat = quadratic(targets, horizon);
      const watched = lift({
        ...flat,
        cost: (candidates, samples) => {
          watch(candidates);
          return flat.cost(candidates, samples);
        },
        costAndGradient: (candidates, samples) => {
          watch(candidates);
          return flat.costAndGradient!(candidates, samples);
        },
      });
      const init = new Float32Array(8).fill(1);
      const solver = make({ kind: 'box', low: -0.5, high: 0.5 });
      const { plan } = await solver.solve(watched, { key: key(1), init });
      expect(outside).toBe(0);
      for (const [i, value] of targets.flat().entries()) {
        expect(Math.abs(plan[i]!)).toBeLessThanOrEqual(0.5);
        expect(Math.abs(plan[i]! - Math.max(-0.5, Math.min(0.5, value)))).toBeLessThan(tolerance);
      }
    });

    test('the same key gives the same plan', async () => {
      const solve = async () => (await make().solve(problem(), { key: key(3) })).plan;
      expect(await solve()).toEqual(await solve());
    });

    continuousTest('another key gives another plan', async () => {
      const solve = async (seed: number) => (await make().solve(problem(), { key: key(seed) })).plan;
      expect(await solve(3)).not.toEqual(await solve(4));
    });

    test('a task with its own key does not depend on which tasks share its batch', async () => {
      const both = await make().solve(problem(), { key: key(3), taskKeys: [key(10), key(11)] });
      const one = lift(quadratic(targets.slice(1), horizon));
      const alone = await make().solve(one, { key: key(4), taskKeys: [key(11)] });
      expect(alone.plan).toEqual(both.plan.slice(4));
    });

    test('it can be used again, and two solves in flight do not disturb each other', async () => {
      const solver = make();
      const waiting = lift(spoiled(quadratic(targets, horizon), () => {}));
      const plans = await Promise.all([1, 2, 3].map(() => solver.solve(waiting, { key: key(5) })));
      const alone = await make().solve(problem(), { key: key(5) });
      for (const { plan } of plans) expect(plan).toEqual(alone.plan);
    });

    test('costs of a task that are all NaN are an error that names the model, the task and the iteration', async () => {
      const nan = lift(spoiled(quadratic(targets, horizon), (cost) => cost.fill(Number.NaN, cost.length / 2)));
      await expect(make().solve(nan, { key: key(0) })).rejects.toMatchObject({
        code: 'numeric',
        message: expect.stringMatching(/quadratic.*task 1 in iteration 0/),
      });
    });

    test('too few costs are an error with both numbers', async () => {
      const few = lift({
        ...quadratic(targets, horizon),
        cost: () => new Float32Array(3),
        costAndGradient: (candidates) => ({ cost: new Float32Array(3), gradient: candidates.slice() }),
      });
      await expect(make().solve(few, { key: key(0) })).rejects.toThrow(/one cost per candidate.*got 3/);
    });

    test('a problem or a warm start of impossible size is refused with its numbers', async () => {
      const solve = (flat: PlanProblem, init?: Float32Array) =>
        make().solve(lift(flat), { key: key(0), ...(init && { init }) });
      await expect(solve({ ...quadratic(targets, horizon), horizon: 0 })).rejects.toThrow(/horizon .* got 0/);
      await expect(solve(quadratic(targets, horizon), new Float32Array(5))).rejects.toThrow(
        `[2, at most ${horizon}, ${4 / horizon}], got 5`,
      );
      await expect(solve(quadratic(targets, horizon), Float32Array.of(0, 0, Number.NaN, 0))).rejects.toThrow(
        /NaN at 2/,
      );
    });

    test('a horizon beyond what the model can imagine is refused with both numbers', async () => {
      const short = lift({ ...quadratic(targets, horizon), maxHorizon: 1 });
      await expect(make().solve(short, { key: key(0) })).rejects.toThrow(
        /at most 1, the longest plan that quadratic.*got [24]/,
      );
    });
  });
}
