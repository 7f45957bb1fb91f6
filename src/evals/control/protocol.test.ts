// Protocols by name: what each takes for a task, and that a task is the same alone and among others.

import { expect, test } from 'vitest';
import { planningActor } from '../../agent/index.ts';
import { key } from '../../core/index.ts';
import { memorySource } from '../../data/index.ts';
import { cube, dotWall, type Env, type GoalPredicate, makeEnv, prepareEnv, pushT, twoRoom } from '../../envs/index.ts';
import { cem, solverPlanner } from '../../plan/index.ts';
import { sensesOf } from '../../world/index.ts';
import { pairTasks } from './pair-tasks.ts';
import { pointWorld, recorded, walk } from './point-world.law.ts';
import { type ControlPolicy, envPolicy } from './policy.ts';
import { checkProtocol, protocolNamed, protocolNames } from './protocol.ts';
import { resetTasks } from './reset-tasks.ts';
import { controlRecord } from './result.ts';
import { runControl } from './run.ts';
import { simulatorOracle } from './simulator-policy.ts';
import { type ControlTask, taskName } from './tasks.ts';

await prepareEnv('cube');
await prepareEnv('reacher');
const small = { imageSize: 16 };
const rooms = () => twoRoom(small);
const nothing = memorySource({ env: 'two-room', columns: [{ name: 'state', dtype: 'f32', shape: [2] }] }, []);

test('every world has strict, paper and reset, and those that declare predicates have theirs', () => {
  const clear = ['strict', 'paper', 'reset', 'clear-moderate', 'clear-strict'];
  for (const env of [rooms(), pushT(small), cube(small), makeEnv('reacher', small)]) {
    expect(protocolNames(env)).toEqual(clear);
  }
  expect(protocolNames(dotWall(small))).toEqual(clear.slice(0, 3));
  expect(() => checkProtocol(dotWall(small), 'clear-strict')).toThrow(
    /'dot-wall' must have the protocol 'clear-strict'.* its protocols are strict, paper, reset$/,
  );
});

test('reset takes the starts and goals of resets, and leaves out and counts those that are solved', () => {
  const set = resetTasks({ env: rooms(), count: 40, key: key(3) });
  expect([set.tasks.length, set.eligible - set.excluded]).toEqual([40, 40]);
  // A disc of 16 pixels about the goal is about 2 % of the floor: of 41 draws some are in it for some key.
  const many = resetTasks({ env: rooms(), count: 400, key: key(3) });
  expect(many.excluded).toBeGreaterThan(0);
  expect(many.leftOut).toContain(`${many.excluded} of ${many.eligible} drawn`);
  expect(many.tasks.slice(0, 40)).toEqual(set.tasks);
  const env = rooms();
  for (const { reset, start, goal, goalFrame } of set.tasks) {
    env.reset(reset!);
    expect(env.solved()).toBe(false);
    expect([env.state(), env.goal()]).toEqual([start, goal]);
    const frame = new Uint8Array(16 * 16 * 3);
    env.renderGoal(frame);
    expect(goalFrame).toEqual(frame);
  }
});

test('a reset task brings back what the reset drew beside start and goal', async () => {
  const { tasks } = resetTasks({ env: dotWall(small), count: 3, key: key(1) });
  const env = dotWall(small);
  env.reset(tasks[1]!.reset!);
  const seed = env.factor('contact.seed');
  const made: Env[] = [];
  const makeWorld = (): Env => {
    made.push(dotWall(small));
    return made.at(-1)!;
  };
  await runControl({ makeEnv: makeWorld, tasks, policy: envPolicy(still), budget: 1, key: key(0) });
  expect(made[1]!.factor('contact.seed')).toBe(seed);
});

test('a world in which every reset is solved has no reset tasks', () => {
  expect(() => resetTasks({ env: { ...pointWorld(), solved: () => true }, count: 2, key: key(0) })).toThrow(
    /resets of point must give 2 starts .* got 0 of 200/,
  );
});

const still = () => ({ name: 'still', act: (env: Env) => new Float32Array(env.spec.actionDim) });

/** Solved where x of the goal is met within 1. */
const meets: GoalPredicate = {
  about: 'x within 1',
  hold: 1,
  satisfied: (way, goal) => Math.abs(way.at(-1)![0]! - goal[0]!) < 1,
};

test('pairs are one for each episode, a goal offset apart, without those that satisfy the predicate at the start', () => {
  const source = recorded([walk(30, 10, 10, 4, 0), walk(30, 50, 50, 0, 3), walk(12, 0, 0, 2, 0), walk(40, 9, 9, 1, 1)]);
  const options = {
    protocol: 'x',
    predicate: meets,
    source,
    heldOutEpisodes: [0, 1, 2, 3],
    goalOffset: 20,
    key: key(0),
  };
  const set = pairTasks(options);
  expect(set.tasks.map(({ episode }) => episode)).toEqual([0, 3]);
  for (const { row, goalRow, start, goal } of set.tasks) {
    expect(goalRow).toBe(row + 20);
    expect(Math.abs(start[0]! - goal[0]!)).toBeGreaterThanOrEqual(20);
  }
  // 10 + 10 + 0 + 20 pairs; the ten of the second episode move along y alone. Two of 100 episodes were found.
  expect([set.eligible, set.excluded]).toEqual([40, 10]);
  expect(set.about).toContain('100 asked for');
  const admits = (window: readonly Float32Array[]): boolean => window[0]![0]! < 10;
  const narrow = pairTasks({ ...options, predicate: { ...meets, admits } });
  expect(narrow.tasks.map(({ episode, row }) => [episode, row])).toEqual([[3, 0]]);
  expect(narrow.leftOut).toBe('10 of 40 pairs already satisfied it, 29 were of other kinds');
  expect(() => pairTasks({ ...options, predicate: { ...meets, admits: () => false } })).toThrow(
    /must hold a pair for x .* got none in 4 episodes \(10 of 40 pairs already satisfied it, 30 were of other kinds\)/,
  );
});

test('the pair of an episode does not depend on which other episodes are held out', () => {
  const source = recorded(Array.from({ length: 6 }, (_, e) => walk(40, 10 + e, 10, 3, 0)));
  const base = { protocol: 'x', predicate: meets, source, goalOffset: 5, key: key(2) };
  const all = pairTasks({ ...base, heldOutEpisodes: [0, 1, 2, 3, 4, 5] });
  const some = pairTasks({ ...base, heldOutEpisodes: [5, 2] });
  expect(some.tasks).toEqual(all.tasks.filter(({ episode }) => episode === 2 || episode === 5));
});

test('a predicate is looked at after every step and must hold as long as it asks', async () => {
  // By 5 to the right each step from 0: x is 5, 10, 15, 20, 25.
  const goal = Float32Array.of(12.5, 0);
  const task: ControlTask = { episode: 0, row: 0, goalRow: 1, start: new Float32Array(2), goal, goalState: goal };
  const right = envPolicy(() => ({ name: 'right', act: () => Float32Array.of(5, 0) }));
  const within = (far: number, hold: number) => {
    const judge = (): GoalPredicate => ({
      about: `x within ${far}`,
      hold,
      satisfied: (way, g) => Math.abs(way.at(-1)![0]! - g[0]!) < far,
    });
    return runControl({ makeEnv: pointWorld, tasks: [task], policy: right, budget: 5, key: key(0), judge });
  };
  const solved = async (far: number, hold: number) => {
    const { traces } = await within(far, hold);
    return [traces[0]!.solvedAt, traces[0]!.solvedLast];
  };
  expect(await solved(3, 1)).toEqual([2, false]);
  expect(await solved(3, 2)).toEqual([3, false]);
  expect(await solved(3, 3)).toEqual([undefined, false]);
  expect(await solved(8, 4)).toEqual([4, false]);
  expect(await solved(13, 5)).toEqual([5, true]);
});

test('a record says how success was judged', async () => {
  const { tasks } = resetTasks({ env: rooms(), count: 2, key: key(0) });
  const judge = (env: Env): GoalPredicate => env.predicates!['clear-strict']!;
  const run = await runControl({ makeEnv: rooms, tasks, policy: envPolicy(still), budget: 2, key: key(0), judge });
  const set = { protocol: 'mine', tasks, eligible: 2, excluded: 0, about: 'two tasks', leftOut: 'none left out' };
  const record = controlRecord(set, [run], { seed: 0, judged: { about: 'near', hold: 3 }, world: 'two-room' });
  expect(record.description).toBe('two tasks, budget 2 steps, success for 3 steps in a row: near; none left out');
  expect(record).toMatchObject({ name: 'mine', judged: { about: 'near', hold: 3 }, world: 'two-room' });
  expect(record.taskNames).toEqual(tasks.map(({ episode }) => [episode, 0]));
});

/** What a task does under a policy, alone or among others. */
async function whatHappens(tasks: readonly ControlTask[], policy: ControlPolicy): Promise<readonly unknown[]> {
  const { traces } = await runControl({ makeEnv: rooms, tasks, policy, budget: 6, key: key(9), draws: 'identity' });
  return traces.map(({ states, actions, decisions }) => ({
    states,
    actions,
    plans: decisions.map(({ plan, cost }) => ({ plan, cost })),
  }));
}

const noisy = () => envPolicy(() => ({ name: 'noisy', act: (_, r) => Float32Array.of(r.normal(), r.normal()) }));

/** A planner whose cost is the same for every task: what it plans is its noise. */
function planning(tasks: readonly ControlTask[]): ControlPolicy {
  const planner = solverPlanner(cem({ samples: 8, elites: 3, iterations: 2 }), ({ envs }) => ({
    tasks: envs.length,
    horizon: 2,
    actionDim: 2,
    cost: (plans, samples) => Float32Array.from({ length: envs.length * samples }, (_, s) => plans[4 * s]! ** 2),
  }));
  const actions = { column: 'action', mean: [0, 0], std: [1, 1], rows: 2, constant: [] };
  return planningActor(
    { senses: sensesOf({ imageSize: 16 }), planner, horizon: 2 },
    { name: 'planner', tasks: tasks.length, frameSkip: 1, actions, key: key(4), names: tasks.map(taskName) },
  );
}

test.each<readonly [string, (tasks: readonly ControlTask[]) => ControlPolicy]>([
  ['a random policy', noisy],
  ['a planner', planning],
  ['the simulator oracle', () => simulatorOracle(rooms)],
])('a task alone and in a batch gets the same start, goal and noise under %s', async (_, make) => {
  const { tasks } = resetTasks({ env: rooms(), count: 4, key: key(5) });
  const together = await whatHappens(tasks, make(tasks));
  for (const [i, task] of tasks.entries()) {
    const alone = [task];
    expect(await whatHappens(alone, make(alone))).toEqual([together[i]]);
  }
  const turned = [...tasks].reverse();
  expect(await whatHappens(turned, make(turned))).toEqual([...together].reverse());
});

test('the protocols of Two-Room give tasks of their own kinds', () => {
  // Two episodes from room to room, through the middle of the door and over its edge, and one that stays.
  const through = walk(30, 50, 49, 4, 0);
  const over = walk(30, 50, 62, 4, 0);
  const stays = walk(30, 30, 150, 1, 1);
  const source = memorySource(
    { env: 'two-room', columns: [{ name: 'state', dtype: 'f32', shape: [2] }] },
    [through, over, stays].map((points) => ({ state: Float32Array.from(points.flat()) })),
  );
  const setting = { makeEnv: rooms, source, heldOutEpisodes: [0, 1, 2], key: key(0), count: 5, goalOffset: 25 };
  expect(protocolNamed('strict', setting).tasks().tasks).toHaveLength(5);
  for (const mode of ['clear-moderate', 'clear-strict']) {
    const protocol = protocolNamed(mode, setting);
    expect(protocol.tasks().tasks.map(({ episode }) => episode)).toEqual([0]);
    expect([protocol.draws, protocol.budget, protocol.judge!(rooms()).hold]).toEqual(['identity', 50, 1]);
  }
  const reset = protocolNamed('reset', { ...setting, source: nothing, heldOutEpisodes: [], resetCount: 3 });
  expect([reset.tasks().tasks.length, reset.budget, reset.judge]).toEqual([3, 100, undefined]);
});
