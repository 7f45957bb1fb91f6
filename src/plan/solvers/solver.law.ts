// What every solver must do, whatever its method: find an easy optimum, be deterministic in its key, treat tasks
// independently, and refuse what cannot be planned.

import { describe, expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import type { PlanProblem } from '../problem.ts';
import type { Solver } from '../solver.ts';

/** cost = |candidate - target|^2, whose optimum is the target; one target of H * D numbers per task. */
export function quadratic(targets: readonly (readonly number[])[], horizon: number): PlanProblem {
  const length = targets[0]!.length;
  return {
    name: 'quadratic',
    tasks: targets.length,
    horizon,
    actionDim: length / horizon,
    cost: (candidates, samples) =>
      Float32Array.from({ length: targets.length * samples }, (_, row) => {
        const target = targets[Math.floor(row / samples)]!;
        return target.reduce((sum, value, i) => sum + (candidates[row * length + i]! - value) ** 2, 0);
      }),
  };
}

/** `cost` with the costs of some candidates replaced. */
export function spoiled(problem: PlanProblem, spoil: (cost: Float32Array, iteration: number) => void): PlanProblem {
  let iteration = 0;
  return {
    ...problem,
    async cost(candidates, samples) {
      const cost = await problem.cost(candidates, samples);
      spoil(cost, iteration++);
      return cost;
    },
  };
}

/** Runs the laws on solvers that `make` returns. `tolerance` bounds the distance of a plan's numbers from the optimum. */
export function solverLaws(
  name: string,
  make: () => Solver,
  { tolerance = 0.01 }: { readonly tolerance?: number } = {},
): void {
  const targets = [
    [0.5, -1, 1, 0.25],
    [-0.75, 0, 0.75, 1],
  ];

  describe(`${name} obeys the laws of a solver:`, () => {
    test('it finds the optimum of a quadratic cost for every task of a batch', async () => {
      const { plan, cost, iterations } = await make().solve(quadratic(targets, 2), { key: key(1) });
      for (const [i, value] of targets.flat().entries()) expect(Math.abs(plan[i]! - value)).toBeLessThan(tolerance);
      expect(cost).toHaveLength(2);
      expect(iterations.at(-1)!.best[0]).toBeLessThanOrEqual(iterations[0]!.best[0]!);
    });

    test('the same key gives the same plan, another key another', async () => {
      const solve = async (seed: number) => (await make().solve(quadratic(targets, 2), { key: key(seed) })).plan;
      expect(await solve(3)).toEqual(await solve(3));
      expect(await solve(3)).not.toEqual(await solve(4));
    });

    test('a task with its own key does not depend on which tasks share its batch', async () => {
      const both = await make().solve(quadratic(targets, 2), { key: key(3), taskKeys: [key(10), key(11)] });
      const alone = await make().solve(quadratic(targets.slice(1), 2), { key: key(4), taskKeys: [key(11)] });
      expect(alone.plan).toEqual(both.plan.slice(4));
    });

    test('it can be used again, and two solves in flight do not disturb each other', async () => {
      const solver = make();
      const waiting = spoiled(quadratic(targets, 2), () => {});
      const plans = await Promise.all([1, 2, 3].map(() => solver.solve(waiting, { key: key(5) })));
      const alone = await make().solve(quadratic(targets, 2), { key: key(5) });
      for (const { plan } of plans) expect(plan).toEqual(alone.plan);
    });

    test('costs of a task that are all NaN are an error that names the model, the task and the iteration', async () => {
      const problem = spoiled(quadratic(targets, 2), (cost) => cost.fill(Number.NaN, cost.length / 2));
      await expect(make().solve(problem, { key: key(0) })).rejects.toMatchObject({
        code: 'numeric',
        message: expect.stringMatching(/quadratic.*task 1 in iteration 0/),
      });
    });

    test('too few costs are an error with both numbers', async () => {
      const problem = { ...quadratic(targets, 2), cost: () => new Float32Array(3) };
      await expect(make().solve(problem, { key: key(0) })).rejects.toThrow(/one cost per candidate.*got 3/);
    });

    test('a problem or a warm start of impossible size is refused with its numbers', async () => {
      const solve = (problem: PlanProblem, init?: Float32Array) =>
        make().solve(problem, { key: key(0), ...(init && { init }) });
      await expect(solve({ ...quadratic(targets, 2), horizon: 0 })).rejects.toThrow(/horizon .* got 0/);
      await expect(solve(quadratic(targets, 2), new Float32Array(5))).rejects.toThrow(/\[2, at most 2, 2\], got 5/);
      await expect(solve(quadratic(targets, 2), Float32Array.of(0, 0, Number.NaN, 0))).rejects.toThrow(/NaN at 2/);
    });
  });
}
