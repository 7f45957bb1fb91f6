import { expect, test } from 'vitest';
import { costScorer } from '../../agent/index.ts';
import { key } from '../../core/index.ts';
import { pointMaze } from '../../envs/index.ts';
import { initialise } from '../../nn/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { icem, planCost } from '../../plan/index.ts';
import { pointModel } from '../world-model/closed-form.law.ts';
import { pointWorld } from './point-world.law.ts';
import { runControl } from './run.ts';
import type { ControlTask } from './tasks.ts';
import { type PathScore, trueWorldPlanner } from './true-world.ts';

const task = (start: [number, number], to: [number, number]): ControlTask => {
  const goal = Float32Array.from(to);
  return { episode: 0, row: 0, goalRow: 1, start: Float32Array.from(start), goal, goalState: goal };
};
const tasks = [task([0, 0], [20, 0]), task([10, 10], [0, 30])];
const options = {
  name: 'true',
  makeEnv: () => pointWorld(),
  solver: icem({ samples: 64, elites: 8, iterations: 8, plan: 'best-elite' }),
  ...{ horizon: 3, recedingHorizon: 1, frameSkip: 2, key: key(0) },
  actions: { column: 'action', mean: [0, 0], std: [0.5, 0.5], rows: 2, constant: [] },
};

const cost = planCost('last', 2);

/** Places as they are, plans scored by the squared distance of the last one to the goal. */
const places: PathScore = {
  model: pointModel(2, 1, 2),
  scorer: costScorer({ cost, values: initialise(cost.module, key(0)) }, runtime),
};

test.each([
  ['the world’s own distance', undefined],
  ['the embeddings of what happens', places],
])('a planner in the true world reaches goals by %s', async (_, by) => {
  const policy = trueWorldPlanner({ ...options, ...(by === undefined ? {} : { by }) });
  const run = await runControl({ makeEnv: pointWorld, tasks, policy, budget: 12, key: key(1) });
  expect(run.traces.map(({ solvedAt }) => solvedAt !== undefined)).toEqual([true, true]);
  expect(run.traces[0]!.decisions[0]!.executed).toBe(2);
});

test('copies of another world are refused', async () => {
  const policy = trueWorldPlanner({ ...options, makeEnv: () => pointMaze({ imageSize: 16 }) });
  const run = runControl({ makeEnv: pointWorld, tasks, policy, budget: 2, key: key(1) });
  await expect(run).rejects.toThrow(/must make the world of the task/);
});
