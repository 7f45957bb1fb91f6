import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { pointMaze } from '../../envs/index.ts';
import { icem } from '../../plan/index.ts';
import { sensesOf } from '../../world/index.ts';
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

/** Places as they are, plans scored by the squared distance of the last one to the goal. */
const places: PathScore = {
  senses: sensesOf({ stateDim: 2 }),
  dim: 2,
  async encode(seen) {
    return new Float32Array(seen.slice().buffer);
  },
  async score(paths, goals, plans, samples) {
    expect(plans.length).toBe((goals.length / 2) * samples * 3 * 4);
    return Float32Array.from({ length: (goals.length / 2) * samples }, (_, row) => {
      const goal = Math.floor(row / samples) * 2;
      const last = (row * 4 + 3) * 2;
      return (paths[last]! - goals[goal]!) ** 2 + (paths[last + 1]! - goals[goal + 1]!) ** 2;
    });
  },
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
