// Planning on models that are known: an embedding that is the column, and a predictor that is the physics.

import { expect, test } from 'vitest';
import { key } from '../../src/core/index.ts';
import { ballWorlds, bounce } from '../../src/envs/index.ts';
import { cem, type PlanProblem } from '../../src/plan/index.ts';
import { quadratic, spoiled } from '../../src/plan/solvers/solver.law.ts';
import { enumeration } from './enumeration.ts';
import type { RowFunction } from './models.ts';
import { ballTasks, finalPosition, latentProblem } from './planning.ts';

const world = ballWorlds.lite;
/** The true world as a predictor of one-number embeddings. */
const physics: RowFunction = async (z, action) => z!.map((x, i) => bounce(world, x, action![i]!).x);

function problemOf(horizon: number): { problem: PlanProblem; tasks: ReturnType<typeof ballTasks> } {
  const tasks = ballTasks(world, horizon, 40, key(3));
  const column = (pick: 'start' | 'goal'): Float32Array => Float32Array.from(tasks, (t) => t[pick]);
  return { problem: latentProblem(physics, column('start'), column('goal'), 1, horizon), tasks };
}

test('with the true world as model, enumeration reaches every goal exactly', async () => {
  const { problem, tasks } = problemOf(6);
  const { plan, cost } = await enumeration([-1, 1]).solve(problem, { key: key(0) });
  tasks.forEach(({ start, goal }, i) => {
    expect(finalPosition(world, start, plan.subarray(6 * i, 6 * i + 6))).toBeCloseTo(goal, 4);
    expect(cost[i]).toBeLessThan(1e-8);
  });
});

test('the cross-entropy method finds the same ends through the signs of its numbers', async () => {
  const { problem, tasks } = problemOf(6);
  const { plan } = await cem({ samples: 64, elites: 8, iterations: 6 }).solve(problem, { key: key(0) });
  const reached = tasks.filter(
    ({ start, goal }, i) => Math.abs(finalPosition(world, start, plan.subarray(6 * i, 6 * i + 6)) - goal) < 1.5,
  );
  expect(reached.length).toBeGreaterThanOrEqual(38);
});

test('enumeration takes the best of all sequences, each task its own', async () => {
  const { plan, cost } = await enumeration([-1, 0, 1]).solve(
    quadratic(
      [
        [0.9, -1.2],
        [0.2, 0.4],
      ],
      2,
    ),
    { key: key(0) },
  );
  expect([...plan]).toEqual([1, -1, 0, 0]);
  expect(cost[1]).toBeCloseTo(0.04 + 0.16, 5);
});

test('too many sequences are refused, and so are costs that are never finite', async () => {
  await expect(enumeration([-1, 1]).solve(quadratic([new Array(20).fill(0)], 20), { key: key(0) })).rejects.toThrow(
    /2 levels to the power of 20/,
  );
  const bad = spoiled(quadratic([[0, 0]], 2), (cost) => cost.fill(Number.NaN));
  await expect(enumeration([-1, 1]).solve(bad, { key: key(0) })).rejects.toThrow(/no cost of task 0 is finite/);
});
