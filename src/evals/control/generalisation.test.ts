import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import {
  dotWall,
  dotWallExpert,
  type Env,
  oracle,
  type Policy,
  pointMaze,
  pushT,
  randomPolicy,
  twoRoom,
} from '../../envs/index.ts';
import { wilsonInterval } from '../../measure/statistics/wilson.ts';
import { factorGroups } from './factor-groups.ts';
import { generalisation } from './generalisation.ts';
import { envPolicy, type SimulatorPolicy } from './policy.ts';
import type { ControlTask } from './tasks.ts';
import { varyTasks } from './varied-tasks.ts';

/** Tasks from where a policy went within 25 steps of resets. */
function tasksOf(make: () => Env, policy: () => Policy, count: number): ControlTask[] {
  const env = make();
  return Array.from({ length: count }, (_, i) => {
    env.reset(fold(key(1), i));
    const start = env.state();
    const [actor, random] = [policy(), stream(fold(key(2), i))];
    for (let t = 0; t < 25; t++) env.step(actor.act(env, random));
    const goalState = env.state();
    return { episode: i, row: 0, goalRow: 25, start, goal: goalState.slice(0, env.spec.goalDim), goalState };
  });
}

const SIZE = 32;
const rooms = () => twoRoom({ imageSize: SIZE });
const roomTasks = tasksOf(rooms, oracle, 12);

test('start and goal, rules of tasks and seeds are not varied, and the reasons are given', () => {
  const { groups, excluded } = factorGroups(dotWall().spec);
  expect(Object.keys(groups)).toEqual([
    'background.color',
    'wall.color',
    'agent.color',
    'wall.position',
    'door.position',
  ]);
  expect(excluded.map((e) => e.factor)).toEqual(['task.side', 'agent.position', 'target.position', 'contact.seed']);
  expect(excluded.every((e) => e.why.length > 0)).toBe(true);
  expect(Object.keys(factorGroups(pointMaze().spec).groups)).toEqual([
    'background.color',
    'wall.color',
    'agent.color',
    'agent.force',
  ]);
  expect(factorGroups(pushT().spec).groups['block.angle']).toBeUndefined();
  const { spec } = pointMaze();
  const still = { ...spec, declares: { notVaried: { 'wall.color': 'walls are hidden' } } };
  expect(factorGroups(still).excluded).toContainEqual({ factor: 'wall.color', why: 'walls are hidden' });
  expect(factorGroups(rooms().spec).excluded.find((e) => e.factor === 'target.color')?.why).toMatch(/not drawn/);
});

test('start and goal states stay, and both pictures show the varied world', () => {
  const given = { makeEnv: rooms, tasks: roomTasks, factors: ['background.color'], budget: 50, draws: 5, key: key(3) };
  const set = varyTasks(given);
  expect(set.map((v) => v.index)).toEqual(roomTasks.map((_, i) => i));
  const env = rooms();
  const frame = new Uint8Array(SIZE * SIZE * 3);
  for (const { task, factors, index } of set) {
    expect(task.start).toEqual(roomTasks[index]!.start);
    expect(task.goalState).toEqual(roomTasks[index]!.goalState);
    env.setFactor('background.color', factors['background.color']!);
    for (const [state, seen] of [
      [task.start, task.startFrame],
      [task.goalState, task.goalFrame],
    ] as const) {
      env.setState(state);
      env.render(frame);
      expect(seen).toEqual(frame);
    }
  }
  expect(new Set(set.map((v) => String(v.factors['background.color']))).size).toBe(roomTasks.length);
  expect(varyTasks(given)).toEqual(set);
});

test('walls and doors of the state are moved in start and goal alike, never onto the dot', () => {
  const make = () => dotWall({ imageSize: SIZE });
  const tasks = tasksOf(make, () => dotWallExpert(), 12);
  const set = varyTasks({ makeEnv: make, tasks, factors: ['wall.position'], budget: 90, draws: 30, key: key(4) });
  expect(set.length).toBeGreaterThan(8);
  for (const { task, index } of set) {
    const old = tasks[index]!;
    expect([task.start[0], task.start[1], task.start[3]]).toEqual([old.start[0], old.start[1], old.start[3]]);
    expect(task.goalState[2]).toBe(task.start[2]);
    const env = make();
    env.setState(task.start);
    env.setGoal(task.goal);
  }
  expect(set.some(({ task, index }) => task.start[2] !== tasks[index]!.start[2])).toBe(true);
});

test('a draw that the reference does not solve is drawn again, so that what is left can be solved', async () => {
  const groups = { walls: ['wall.thickness', 'door.position'], speed: ['agent.speed'] };
  const { unvaried, groups: measured } = await generalisation({
    makeEnv: rooms,
    tasks: roomTasks,
    policies: [() => envPolicy(oracle), () => envPolicy(randomPolicy)],
    groups,
    budget: 30,
    reference: oracle,
    key: key(5),
  });
  expect(unvaried[0]).toEqual({ policy: 'oracle', success: 12, interval: wilsonInterval(12, 12) });
  expect(measured.map((g) => g.group)).toEqual(['walls', 'speed']);
  for (const { tasks, leftOut, results } of measured) {
    expect(tasks + leftOut).toBe(12);
    const [ceiling, floor] = results;
    expect(ceiling!.success).toBe(tasks);
    expect(ceiling!.unvaried.success).toBe(tasks);
    expect(floor!.success).toBeLessThan(tasks);
    expect(floor!.interval).toEqual(wilsonInterval(floor!.success, tasks));
  }
});

/** Where a picture is reddest: the place of a red dot on white, in pixels of the 224-pixel picture. */
function redPlace(frame: Uint8Array): readonly [number, number] {
  const sum = [0, 0, 0];
  for (let i = 0; i < SIZE * SIZE; i++) {
    const red = Math.max(0, frame[3 * i]! - frame[3 * i + 1]!);
    sum[0]! += red;
    sum[1]! += red * (i % SIZE);
    sum[2]! += red * Math.floor(i / SIZE);
  }
  const scale = 224 / SIZE;
  return [(sum[1]! / sum[0]! + 0.5) * scale - 0.5, (sum[2]! / sum[0]! + 0.5) * scale - 0.5];
}

/** Goes straight from the red dot of the one picture to that of the other. */
const seeingRed: SimulatorPolicy = {
  simulator: true,
  name: 'seeing-red',
  act({ envs, observe, goal }) {
    const actions = envs.flatMap((_, i) => {
      const [now, then] = [observe, goal].map((look) => {
        const frame = new Uint8Array(SIZE * SIZE * 3);
        look(i, frame, 0);
        return redPlace(frame);
      });
      return [0, 1].map((c) => Math.min(1, Math.max(-1, (then![c]! - now![c]!) / 5 || 0)));
    });
    return { actions: Float32Array.from(actions) };
  },
};

test('a policy that looks for red loses its success under other colours of the dot, and not under colours of the wall', async () => {
  // Start and goal in one room: straight lines will do.
  const tasks = Array.from({ length: 20 }, (_, i): ControlTask => {
    const [start, goalState] = [Float32Array.of(30 + i, 40), Float32Array.of(60 + i, 180)];
    return { episode: i, row: 0, goalRow: 25, start, goal: goalState, goalState };
  });
  const { groups, excluded, unvaried } = await generalisation({
    makeEnv: rooms,
    tasks,
    policies: [() => seeingRed],
    groups: { dot: ['agent.color'], border: ['wall.border_color'] },
    key: key(6),
  });
  expect(unvaried[0]!.success).toBe(20);
  expect(groups.map((g) => [g.group, g.leftOut, g.results[0]!.unvaried.success])).toEqual([
    ['dot', 0, 20],
    ['border', 0, 20],
  ]);
  expect(groups[0]!.results[0]!.success).toBeLessThan(15);
  expect(groups[1]!.results[0]!.success).toBe(20);
  expect(excluded.map((e) => e.factor)).toContain('target.position');
});

test('what cannot be varied is refused with the reason', async () => {
  const options = { makeEnv: rooms, tasks: roomTasks, policies: [() => envPolicy(oracle)], key: key(7) };
  await expect(generalisation({ ...options, groups: { a: ['agent.position'] } })).rejects.toThrow(
    /must leave the task as it is, got 'agent.position' of two-room: it is part of the start/,
  );
  await expect(generalisation({ ...options, groups: { a: ['agent.colour'] } })).rejects.toThrow(
    /did you mean 'agent.color'/,
  );
  await expect(generalisation({ ...options, tasks: [] })).rejects.toThrow(/needs tasks, policies .* got 0 tasks/);
});
