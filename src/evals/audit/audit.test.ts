import { expect, test } from 'vitest';
import { costScorer, type WorldModel } from '../../agent/index.ts';
import { key } from '../../core/index.ts';
import { initialise } from '../../nn/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { type Cost, cem, fixedCost, planCost } from '../../plan/index.ts';
import { neg, reduceSum, reshape, slice, square, sub } from '../../tensor/index.ts';
import { pointWorld } from '../control/point-world.law.ts';
import type { ControlTask } from '../control/tasks.ts';
import { pointModel } from '../world-model/closed-form.law.ts';
import { auditCosts, stepsToGo } from './audit.ts';
import { dataPopulation, type Population, searchPopulation } from './populations.ts';

// The point world moves by its action within 5: pointModel of speed 1 is exact for plans of deviation 1, and of speed -1 the reverse.
const BLOCK = 2;
const exact = pointModel(2, 1, BLOCK);
const backwards = pointModel(2, -1, BLOCK);
const actions = { mean: [0, 0], std: [1, 1] };
const tasks: readonly ControlTask[] = [
  [100, 100, 110, 95],
  [60, 80, 60, 84],
  [30, 30, 27, 20],
].map(([x, y, gx, gy], i) => {
  const goal = Float32Array.of(gx!, gy!);
  return { episode: i, row: 0, goalRow: 1, start: Float32Array.of(x!, y!), goal, goalState: goal };
});

const away: Cost = fixedCost({ name: 'away', dim: 2, unit: 'squared', absolute: true }, (imagined, goal) => {
  const [E, S, L] = imagined.shape as [number, number, number, number];
  const off = sub(reshape(slice(imagined, 2, L - 1), [E, S, 2]), reshape(goal, [E, 1, 2]));
  return neg(reduceSum(square(off), { axes: -1 }));
});

const solver = cem({ samples: 32, elites: 4, iterations: 2 });
const audited = (cost: Cost, name = cost.name) => ({
  name,
  scorer: costScorer({ cost, values: initialise(cost.module, key(0)) }, runtime),
  rows: 'last' as const,
});
const audit = (model: WorldModel, costs: readonly Cost[], populations: readonly Population[], oracle = false) =>
  auditCosts({
    ...{ model, tasks, makeEnv: () => pointWorld(), populations, actions, frameSkip: BLOCK, horizon: 2, samples: 32 },
    costs: costs.map((cost) => audited(cost)),
    key: key(3),
    ...(oracle ? { oracle: () => straight } : {}),
  });
const straight = {
  name: 'straight',
  act: (env: ReturnType<typeof pointWorld>) => env.goal().map((g, i) => Math.max(-5, Math.min(5, g - env.state()[i]!))),
};
const last = planCost('last', 2);
const first = [searchPopulation(solver, 'first')];

test('an exact model with the right cost ranks as the truth does in every population', async () => {
  const data = dataPopulation(new Float32Array(tasks.length * 2 * BLOCK * 2));
  const rows = await audit(exact, [last], [...first, searchPopulation(solver, 'last'), data]);
  expect(rows.map(({ population }) => population)).toEqual(['first', 'last', 'data']);
  for (const row of rows) {
    expect(row).toMatchObject({ tasks: 3, leftOut: 0, regret: 0, best: 0 });
    // Sums of float32 in another order may swap plans that are as near as rounding.
    for (const rho of [row.rhoTotal, row.rhoCost, row.rhoDynamics]) expect(rho).toBeGreaterThan(0.999);
  }
});

test('a cost of the wrong sign has a rank of -1 by what truly happens, and the cost is named', async () => {
  const [row] = await audit(exact, [away], first);
  expect(row!.rhoCost).toBeLessThan(-0.999);
  expect(row!.rhoDynamics).toBeGreaterThan(0.999);
  expect(row!.best).toBe(100);
  expect(row!.reading).toMatch(/cost: /);
});

test('wrong dynamics under a right cost are named: true costs rank, imagined ones do not', async () => {
  const [row] = await audit(backwards, [last], first);
  expect(row!.rhoCost).toBeGreaterThan(0.999);
  expect(row!.rhoDynamics).toBeLessThan(-0.5);
  expect(row!.reading).toMatch(/dynamics: /);
});

test("the error is the world's distance in tolerances, and plans that never move have one value of it", async () => {
  // All plans are the recorded one: the truth is flat, and nothing is ranked.
  const still = dataPopulation(new Float32Array(tasks.length * 2 * BLOCK * 2), 0);
  const [row] = await audit(exact, [last], [still]);
  expect(row).toMatchObject({ tasks: 0, leftOut: 3, exists: 0 });
  // One step of 3 to the goal of the second task, 4 away and reached within 3.
  const nearer = new Float32Array(tasks.length * 2 * BLOCK * 2);
  nearer[2 * BLOCK * 2 + 1] = 3;
  expect((await audit(exact, [last], [dataPopulation(nearer, 0)]))[0]).toMatchObject({ exists: 1 / 3, picked: 1 / 3 });
});

test('the second truth is the steps that an oracle needs from the end of a plan', async () => {
  const rows = await audit(exact, [last], first, true);
  expect(rows.map(({ truth }) => truth)).toEqual(['error', 'togo']);
  const world = pointWorld();
  world.setState([1, 1]);
  world.setGoal([100, 100]);
  // 5 a step along each axis, reached within 3: 0, 1 and 4 steps; 20 do not reach over 105.
  const states = Float32Array.of(100, 98, 104, 100, 80, 85, 205, 100);
  expect([...stepsToGo([world], states, () => straight, 20, key(0))]).toEqual([0, 1, 4, 20]);
  expect([...world.state()]).toEqual([1, 1]);
});

test('plans of a task do not depend on the other tasks', async () => {
  const populations = [searchPopulation(solver, 'last')];
  const shape = { model: exact, makeEnv: () => pointWorld(), actions, frameSkip: BLOCK, horizon: 2, samples: 32 };
  const of = async (chosen: readonly ControlTask[]) =>
    (await auditCosts({ ...shape, populations, tasks: chosen, costs: [audited(last)], key: key(3) }))[0]!;
  const [all, alone] = [await of(tasks), await Promise.all(tasks.map((task) => of([task])))];
  const mean = alone.reduce((sum, { exists }) => sum + exists, 0) / tasks.length;
  expect(all.exists).toBeCloseTo(mean, 12);
});

test('more plans than the planner draws, and nothing to audit, are refused', async () => {
  const few = searchPopulation(cem({ samples: 8, elites: 2, iterations: 1 }), 'first');
  await expect(audit(exact, [last], [few])).rejects.toThrow(/at least as many candidates as are audited, 32, got 8/);
  await expect(audit(exact, [], first)).rejects.toThrow(/needs tasks, costs and populations, got 3, 0 and 1/);
});
