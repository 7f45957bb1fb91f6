// Tasks that a world cannot have are refused in words that say which task, what must hold and what was got.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { type EpisodeSource, memorySource } from '../../data/index.ts';
import { dotWall, type Env, makeEnv, pointMaze, prepareEnv, pushT, randomPolicy, twoRoom } from '../../envs/index.ts';
import { envPolicy } from './policy.ts';
import { runControl } from './run.ts';
import { type ControlTask, replayTasks, solvedIn } from './tasks.ts';

const small = { imageSize: 16 };

function taskTo(env: Env, goal: readonly number[], start = env.state()): ControlTask {
  return { episode: 3, row: 7, goalRow: 32, start, goal: Float32Array.from(goal), goalState: start };
}

const run = (make: () => Env, task: ControlTask) =>
  runControl({ makeEnv: make, tasks: [task], policy: envPolicy(randomPolicy), budget: 1, key: key(0) });

test.each([
  ['two-room', [300, 50], /goal must lie in \[0, 223\], got 300 at index 0/],
  ['two-room', [4, 4], /within 16 pixels of where the agent can be, got \(4, 4\)/],
  ['two-room', [Number.NaN, 4], /goal must be finite, got NaN/],
  ['dot-wall', [32, 50], /goal must lie in a room or in the door, got \(32, 50\) inside the wall/],
  ['dot-wall', [70, 30], /goal must lie in \[4, 60\], got 70/],
  ['point-maze', [1.8, 1], /goal must lie in an open cell, got \(1.79\d*, 1\) inside a wall/],
  ['point-maze', [5, 1], /goal must lie in \[0.3, 3.3\], got 5/],
  ['push-t', [256, 900, 256, 256, 0], /goal must lie in \[-128, 640\], got 900 at index 1/],
  ['reacher', [0, 9], /goal must lie in \[-6.28\d*, 6.28\d*\], got 9 at index 1/],
] as const)('a goal of %s at %j is refused, and the task named', async (id, goal, why) => {
  await prepareEnv(id);
  const make = () => makeEnv(id, small);
  const failed = run(make, taskTo(make(), goal));
  await expect(failed).rejects.toThrow(/runControl: the world refuses the task from row 7 to 32 of episode 3: /);
  await expect(failed).rejects.toThrow(why);
});

test('a goal that no way leads to is refused', async () => {
  const make = () => pointMaze({ ...small, maze: ['#####', '#   #', '#####', '#   #', '#####'] });
  const env = make();
  env.setState([0.8, 0.8, 0, 0]);
  await expect(run(make, taskTo(env, [2.8, 0.8]))).rejects.toThrow(/goal must lie where the ball can go, got \(2.79/);
});

test('a recorded state that is longer than a goal is refused with both lengths', async () => {
  const make = () => pushT(small);
  await expect(run(make, taskTo(make(), Array.from(make().state())))).rejects.toThrow(
    /push-t: goal must hold 5 numbers, got 10/,
  );
});

/** One episode of `rows` equal states. */
const recorded = (env: string, state: readonly number[], rows = 10): EpisodeSource =>
  memorySource({ env, columns: [{ name: 'state', dtype: 'f32', shape: [state.length] }] }, [
    { state: Float32Array.from(Array.from({ length: rows }, () => state).flat()) },
  ]);

const replay = (source: EpisodeSource, env: Env) =>
  replayTasks({
    protocol: 'strict',
    source,
    heldOutEpisodes: [0],
    goalOffset: 5,
    count: 1,
    key: key(0),
    satisfied: solvedIn(env),
  });

test('replaying the episodes of another world, or states outside of it, is refused with the row', () => {
  expect(() => replay(recorded('dot-wall', [20, 20, 32, 18]), twoRoom(small))).toThrow(
    /replayTasks: the world refuses the task from row \d to \d of episode 0: two-room: state must hold 2 numbers, got 4/,
  );
  expect(() => replay(recorded('dot-wall', [32, 50, 32, 18]), dotWall(small))).toThrow(
    /of episode 0: dot-wall: the state must lie in a room or in the door/,
  );
  expect(() => replay(recorded('two-room', [-3, 50]), twoRoom(small))).toThrow(
    /state must lie in \[0, 223\], got -3 at index 0/,
  );
});
