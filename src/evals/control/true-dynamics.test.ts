import { expect, test } from 'vitest';
import { costScorer, planningActor } from '../../agent/index.ts';
import { key } from '../../core/index.ts';
import { initialise } from '../../nn/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { cem, planCost, solverPlanner } from '../../plan/index.ts';
import { pointModel } from '../world-model/closed-form.law.ts';
import { executePlans } from './execute-plans.ts';
import { pointWorld } from './point-world.law.ts';
import { runControl } from './run.ts';
import type { ControlTask } from './tasks.ts';
import { trueDynamicsProblem } from './true-dynamics.ts';
import { trueWorldPlanner } from './true-world.ts';

const BLOCK = 2;
const model = pointModel(2, 1, BLOCK);
// What it imagines moves the other way.
const backwards = pointModel(2, -1, BLOCK);
const cost = planCost('last', 2);
const scorer = costScorer({ cost, values: initialise(cost.module, key(0)) }, runtime);
const actions = { mean: [0, 1], std: [2, 2] };

/** A point world at a place, with a goal. */
function point(start: readonly number[], goal: readonly number[]) {
  const env = pointWorld();
  env.setState(start);
  env.setGoal(goal);
  return env;
}

test('plans are carried out denormalised and clipped, and the worlds stand where they stood', async () => {
  const worlds = [point([100, 100], [104, 100])];
  const given = { worlds, actions, frameSkip: BLOCK, horizon: 1 };
  // Raw actions 2 u + (0, 1): (2, 1), (6, 1), where the second is clipped to (5, 1).
  const done = await executePlans(model, given, Float32Array.of(1, 0, 3, 0), 1, 'last');
  expect([...done.states]).toEqual([107, 102]);
  expect([...done.z]).toEqual([107, 102]);
  expect(done.distance[0]).toBeCloseTo(Math.hypot(3, 2), 6);
  expect([...done.solved]).toEqual([0]);
  expect([...worlds[0]!.state()]).toEqual([100, 100]);
});

test('every block is seen where all rows are wanted, and none where none are', async () => {
  const given = {
    worlds: [point([10, 10], [0, 0])],
    actions: { mean: [0, 0], std: [1, 1] },
    frameSkip: BLOCK,
    horizon: 2,
  };
  const plan = Float32Array.of(1, 0, 1, 0, 0, 2, 0, 2);
  expect([...(await executePlans(model, given, plan, 1, 'all')).z]).toEqual([12, 10, 12, 14]);
  expect((await executePlans(model, given, plan, 1, 'none')).z).toHaveLength(0);
  await expect(executePlans(model, { ...given, frameSkip: 3 }, plan, 1, 'all')).rejects.toThrow(/check frameSkip/);
});

test('a candidate costs what the cost says of its true end', async () => {
  const given = {
    worlds: [point([0, 0], [9, 4])],
    actions: { mean: [0, 0], std: [1, 1] },
    frameSkip: BLOCK,
    horizon: 1,
  };
  const seen = { context: Float32Array.of(0, 0), goals: Float32Array.of(9, 4) };
  for (const rows of ['last', 'all'] as const) {
    const problem = trueDynamicsProblem(backwards, scorer, given, seen, rows);
    expect([...(await problem.cost(Float32Array.of(2, 2, 2, 2, 9, 0, 9, 0), 2))]).toEqual([25, 1 + 16]);
  }
});

test('with the true dynamics a policy reaches goals that it does not reach with wrong ones', async () => {
  const tasks: readonly ControlTask[] = [
    [100, 100, 120, 95],
    [60, 80, 60, 104],
  ].map(([x, y, gx, gy], i) => {
    const goal = Float32Array.of(gx!, gy!);
    return { episode: i, row: 0, goalRow: 1, start: Float32Array.of(x!, y!), goal, goalState: goal };
  });
  const solver = cem({ samples: 48, elites: 6, iterations: 4 });
  const plain = { mean: [0, 0], std: [2, 2] };
  const shape = { solver, actions: plain, frameSkip: BLOCK, horizon: 2, recedingHorizon: 1 };
  const inside = { name: 'true dynamics', makeEnv: () => pointWorld(), key: key(2) };
  const policy = trueWorldPlanner({ ...shape, ...inside, by: { model: backwards, scorer } });
  const planner = solverPlanner(solver, (request) => backwards.problem(request, 2));
  const learned = planningActor(
    { senses: backwards.dynamics.senses, planner, horizon: 2, recedingHorizon: 1, history: 1 },
    {
      ...{ name: 'learned', tasks: 2, frameSkip: BLOCK, key: key(1) },
      actions: { column: 'action', rows: 1, constant: [], ...plain },
    },
  );
  const solved = async (chosen: typeof policy | typeof learned) => {
    const { traces } = await runControl({ makeEnv: pointWorld, tasks, policy: chosen, budget: 20, key: key(0) });
    return traces.map(({ solvedAt }) => solvedAt !== undefined);
  };
  expect(await solved(policy)).toEqual([true, true]);
  expect(await solved(learned)).toEqual([false, false]);
  const tooFar = trueWorldPlanner({ ...shape, ...inside, by: { model, scorer }, recedingHorizon: 3 });
  await expect(solved(tooFar)).rejects.toThrow(/recedingHorizon must not exceed horizon = 2, got 3/);
});
