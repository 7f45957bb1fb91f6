import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import { memorySource } from '../../data/index.ts';
import { dotWall, type Env, goalOfState, makePolicy, pointMaze, pushT, twoRoom } from '../../envs/index.ts';
import { icem } from '../../plan/index.ts';
import { pointWorld } from './point-world.law.ts';
import { runControl } from './run.ts';
import { simulatorProblem } from './simulator.ts';
import { simulatorOracle, simulatorPolicy, worldOracle } from './simulator-policy.ts';
import { type ControlTask, replayTasks, solvedIn } from './tasks.ts';

/** A point world at a place, with a goal. */
function point(start: [number, number], goal: [number, number]): Env {
  const env = pointWorld();
  env.setState(start);
  env.setGoal(goal);
  return env;
}

const pointTask = (start: [number, number], to: [number, number]): ControlTask => {
  const goal = Float32Array.from(to);
  return { episode: 0, row: 0, goalRow: 1, start: Float32Array.from(start), goal, goalState: goal };
};

const solver = icem({ samples: 64, elites: 8, iterations: 8, noiseBeta: 3, initialStd: 0.5, plan: 'best-elite' });

test('a plan that reaches the goal costs the share of its steps that it takes, less 2', async () => {
  // 5 pixels a step: 20 pixels away and reached within 3, so at the fourth of eight steps.
  const problem = simulatorProblem([point([0, 0], [20, 0])], { horizon: 4, hold: 2 });
  const cost = await problem.cost(Float32Array.of(1, 0, 1, 0, 1, 0, 1, 0), 1);
  expect([...cost]).toEqual([4 / 8 - 2]);
});

test('a plan that does not reach it costs its nearest distance and a tenth of its mean distance', async () => {
  const problem = simulatorProblem([point([0, 0], [20, 0])], { horizon: 2 });
  // Distances 15 and 20 after a step there and one back.
  const cost = await problem.cost(Float32Array.of(1, 0, -1, 0), 1);
  expect(cost[0]).toBeCloseTo(15 + 0.1 * 17.5, 5);
});

test('candidates are clipped to the range of actions, and each task has its own world', async () => {
  const worlds = [point([0, 0], [20, 0]), point([0, 0], [0, 30])];
  const problem = simulatorProblem(worlds, { horizon: 1 });
  const cost = await problem.cost(Float32Array.of(1, 0, 9, 0, 0, 1, 0, 9), 2);
  for (const [i, want] of [15, 15, 25, 25].entries()) expect(cost[i]).toBeCloseTo(1.1 * want, 5);
  expect(worlds.map((world) => [...world.state()])).toEqual([
    [0, 0],
    [0, 0],
  ]);
});

test('sizes that cannot be, and copies of another world, are refused', async () => {
  expect(() => simulatorProblem([], { horizon: 1 })).toThrow(/got 0 worlds/);
  expect(() => simulatorProblem([pointWorld()], { horizon: 2, hold: 0 })).toThrow(/hold 0/);
  const options = { makeEnv: () => pointMaze({ imageSize: 16 }), solver, horizon: 2 };
  expect(() => simulatorPolicy({ ...options, attempts: 0 })).toThrow(/attempts must be .* got 0/);
  const run = runControl({
    makeEnv: pointWorld,
    tasks: [pointTask([0, 0], [9, 9])],
    policy: simulatorPolicy(options),
    key: key(0),
  });
  await expect(run).rejects.toThrow(/the world of the task, 'point', got 'point-maze'/);
});

test('a plan that reaches the goal is carried out to the end, and afterwards it stays there without planning', async () => {
  const run = await runControl({
    makeEnv: pointWorld,
    tasks: [pointTask([20, 20], [60, 40]), pointTask([100, 30], [70, 90])],
    policy: simulatorPolicy({ makeEnv: pointWorld, solver, horizon: 25 }),
    budget: 40,
    key: key(0),
  });
  for (const { decisions, solvedAt, solvedLast } of run.traces) {
    expect(decisions.map(({ step, executed }) => [step, executed])).toEqual([[0, solvedAt]]);
    expect(solvedLast).toBe(true);
  }
});

test('a goal beyond the horizon is approached plan by plan', async () => {
  const { traces } = await runControl({
    makeEnv: pointWorld,
    tasks: [pointTask([0, 0], [150, 0])],
    policy: simulatorPolicy({ makeEnv: pointWorld, solver, horizon: 10, replanEvery: 5 }),
    budget: 50,
    key: key(1),
  });
  // 147 pixels at 5 a step.
  expect(traces[0]!.solvedAt).toBeGreaterThanOrEqual(30);
  expect(traces[0]!.solvedAt).toBeLessThan(40);
  expect(traces[0]!.decisions.length).toBeGreaterThan(3);
});

/** Strict tasks 25 steps long from episodes of a world's policy. */
function tasksOf(env: Env, policyName: string, count: number): readonly ControlTask[] {
  const { stateDim, id } = env.spec;
  const policy = makePolicy(id, policyName);
  const episodes = Array.from({ length: 16 }, (_, e) => {
    env.reset(fold(key(5), e));
    policy.reset?.();
    const random = stream(fold(key(6), e));
    const states = [...env.state()];
    for (let t = 0; t < 60; t++) {
      env.step(policy.act(env, random));
      states.push(...env.state());
    }
    return { state: Float32Array.from(states) };
  });
  const source = memorySource({ env: id, columns: [{ name: 'state', dtype: 'f32', shape: [stateDim] }] }, episodes);
  return replayTasks({
    protocol: 'strict',
    source,
    heldOutEpisodes: [...episodes.keys()],
    count,
    key: key(0),
    goalOf: (state) => goalOfState(env.spec, state),
    satisfied: solvedIn(env),
  }).tasks;
}

test('with the noise that a wall of DotWall gives, what a plan promises still happens', async () => {
  const make = (): Env => dotWall({ imageSize: 16 });
  const tasks = tasksOf(make(), 'noisy-expert', 12);
  const { traces } = await runControl({
    makeEnv: (_, index) => {
      const env = make();
      env.setFactor('contact.seed', 100 + index);
      return env;
    },
    tasks,
    policy: simulatorOracle(make),
    key: key(2),
    freezeOnSuccess: true,
  });
  for (const { decisions, solvedAt } of traces) {
    const last = decisions.at(-1)!;
    expect(last.cost).toBeLessThan(0);
    expect(solvedAt).toBe(last.step + last.executed);
  }
});

test.each([
  ['point-maze', 'noisy-expert', 12, () => pointMaze({ imageSize: 16 })],
  ['push-t', 'pushing', 4, () => pushT({ imageSize: 16, places: 'free' })],
] as const)('in %s it reaches every goal that %s reached in 25 steps', async (_, policyName, count, make) => {
  const tasks = tasksOf(make(), policyName, count);
  const run = { makeEnv: make, tasks, policy: simulatorOracle(make), budget: 50, key: key(3), freezeOnSuccess: true };
  const { traces, policy } = await runControl(run);
  expect(policy).toBe('oracle');
  expect(traces.filter(({ solvedAt }) => solvedAt !== undefined)).toHaveLength(count);
});

test.each([
  ['the policy that Two-Room declares, which does not plan', () => twoRoom({ imageSize: 16 }), false],
  ['a search in the point maze, which declares none', () => pointMaze({ imageSize: 16 }), true],
] as const)('the ceiling of a world is %s', async (_, make, plans) => {
  const tasks = tasksOf(make(), 'noisy-expert', 4);
  const run = { makeEnv: make, tasks, policy: worldOracle(make), budget: 50, key: key(4), freezeOnSuccess: true };
  const { traces, policy } = await runControl(run);
  expect(policy).toBe('oracle');
  expect(traces.filter(({ solvedAt }) => solvedAt !== undefined)).toHaveLength(4);
  expect(traces.every(({ decisions }) => decisions.length > 0)).toBe(plans);
});
