import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import { openMujoco } from '../../physics/index.ts';
import { envLaws } from '../env.law.ts';
import type { Env } from '../env.ts';
import { cube, cubeExpert, noisyCubeExpert } from '../index.ts';

await openMujoco();

envLaws('cube, expert', { make: cube, expert: cubeExpert, solves: 1 });
envLaws('cube, noisy expert', { make: cube, expert: () => noisyCubeExpert() });

/** A state at rest: the cube's place and rotation vector, the gripper's place, yaw and both fingers. */
const at = (place: number[], turn: number[], hand: number[], yaw = 0, finger = 0.042): number[] => [
  ...[...place, ...turn, ...hand, yaw, finger, finger],
  ...new Array(12).fill(0),
];
const AWAY = [-0.15, -0.15, 0.25];
const CLOSE = 1;

function world(state: readonly number[]): Env {
  const env = cube({ imageSize: 64 });
  env.reset(key(1), { vary: [] });
  env.setState(state);
  return env;
}

function act(env: Env, action: readonly number[], steps = 1): number[] {
  for (let t = 0; t < steps; t++) env.step(action);
  return [...env.state()];
}

test('a cube in the air falls by ten steps of semi-implicit Euler', () => {
  const state = act(world(at([0.05, 0, 0.15], [0, 0, 0], AWAY)), [0, 0, 0, 0, 0]);
  expect(state[14]).toBeCloseTo(-9.81 * 0.05, 5);
  expect(state[2]).toBeCloseTo(0.15 - 9.81 * 0.005 ** 2 * 55, 6);
});

test('a cube that lies stays, whatever its size and however it is turned', () => {
  for (const size of [0.03, 0.05, 0.06]) {
    const env = world(at([0.05, 0.02, 0], [0, 0, 1], AWAY));
    env.setFactor('cube.size', size);
    const [x, y, z, , , turn] = act(env, [0, 0, 0, 0, 0], 100) as [number, number, number, number, number, number];
    for (const [got, want] of [
      [x, 0.05],
      [y, 0.02],
      [z, 0],
      [turn, 1],
    ] as const) {
      expect(Math.abs(got - want)).toBeLessThan(5e-4);
    }
  }
});

test('a cube that slides stops after v^2 / (2 mu g)', () => {
  const start = at([0, 0, 0], [0, 0, 0], AWAY);
  start[12] = 0.6;
  const state = act(world(start), [0, 0, 0, 0, 0], 10);
  const way = 0.36 / (2 * 0.7 * 9.81);
  expect(Math.abs(state[0]! / way - 1)).toBeLessThan(0.1);
  expect(Math.abs(state[12]!)).toBeLessThan(1e-3);
});

test('the gripper goes a third of the way asked for, as an overdamped servo does', () => {
  /** Share of its way done in 0.05 s from rest: m x'' = k (1 - x) - c x'. */
  const share = (m: number, c: number, k: number): number => {
    const root = Math.sqrt(c * c - 4 * m * k);
    const [slow, fast] = [(-c + root) / (2 * m), (-c - root) / (2 * m)];
    return 1 - (slow * Math.exp(fast * 0.05) - fast * Math.exp(slow * 0.05)) / (slow - fast);
  };
  const slide = share(1.2, 300, 2400);
  expect(slide).toBeCloseTo(0.32, 2);
  for (const [axis, action, whole, want] of [
    [6, [1, 0, 0, 0, 0], 0.05, slide],
    [7, [0, -1, 0, 0, 0], -0.05, slide],
    [8, [0, 0, 0.5, 0, 0], 0.025, slide],
    [9, [0, 0, 0, 1, 0], 0.3, share(0.02, 5, 40)],
  ] as const) {
    const start = at([0.1, 0.1, 0], [0, 0, 0], [0, 0, 0.15]);
    const moved = act(world(start), action)[axis]! - start[axis]!;
    // Ten implicit steps of physics are a little ahead.
    expect(Math.abs(moved / whole / want - 1)).toBeLessThan(0.06);
  }
});

test('without an action the gripper stays where it is, fingers too', () => {
  const start = at([0.1, 0.1, 0], [0, 0, 0], [0, 0, 0.15], 0.4, 0.03);
  const state = act(world(start), [0, 0, 0, 0, 0], 50);
  start.slice(6, 12).forEach((want, i) => {
    expect(Math.abs(state[6 + i]! - want)).toBeLessThan(1e-4);
  });
});

test('the gripper stays over the table and within its reach', () => {
  for (const side of [-1, 1]) {
    const env = world(at([0, 0, 0], [0, 0, 0], [0.1 * side, 0.1 * side, 0.15]));
    const state = act(env, [side, side, side, side, 0], 120);
    for (const i of [6, 7]) expect(state[i]).toBeCloseTo(0.2 * side, 3);
    expect(state[8]).toBeCloseTo(side < 0 ? 0.016 : 0.3, 3);
    expect(state[9]).toBeCloseTo((Math.PI / 2) * side, 2);
  }
});

/** A world whose gripper has closed around the cube. */
function grasped(turn = 0, size = 0.05): Env {
  const env = world(at([0.03, -0.02, 0], [0, 0, turn], [0.03, -0.02, size / 2], turn));
  env.setFactor('cube.size', size);
  act(env, [0, 0, 0, 0, CLOSE], 4);
  return env;
}

test('a grasped cube stays in the fingers while it is lifted, carried about and turned', () => {
  for (const [turn, size] of [
    [0, 0.05],
    [0.7, 0.05],
    [-0.4, 0.03],
    [0.3, 0.06],
  ] as const) {
    const env = grasped(turn, size);
    const held = env.state();
    const random = stream(key(3));
    act(env, [0, 0, 1, 0, CLOSE], 3);
    for (let i = 0; i < 10; i++) {
      act(env, [0, 1, 2, 3].map(() => 2 * random.uniform() - 1).concat(CLOSE), 5);
      if (env.state()[8]! < 0.1) act(env, [0, 0, 1, 0, CLOSE], 3);
      act(env, [0, 0, 0, 0, CLOSE]);
    }
    const state = env.state();
    expect(state[2]).toBeGreaterThan(0.03);
    for (const i of [0, 1]) expect(Math.abs(state[i]! - state[6 + i]!)).toBeLessThan(0.004);
    // Height over the grasping point as it was, and no tilt against the fingers.
    expect(Math.abs(state[2]! - state[8]! - (held[2]! - held[8]!))).toBeLessThan(0.004);
    expect(Math.hypot(state[3]!, state[4]!)).toBeLessThan(0.06);
    expect(Math.abs(state[5]! - state[9]!)).toBeLessThan(0.06);
  }
});

test('a grasp has to be held: without closing, the cube falls', () => {
  for (const grip of [0, -1]) {
    const env = grasped();
    act(env, [0, 0, 1, 0, CLOSE], 6);
    expect(env.state()[2]).toBeGreaterThan(0.08);
    expect(act(env, [0, 0, 0, 0, grip], 10)[2]).toBeLessThan(0.002);
  }
});

test('fingers that close press the cube from both sides to the middle', () => {
  const env = world(at([0, 0.008, 0], [0, 0, 0], [0, 0, 0.025]));
  const state = act(env, [0, 0, 0, 0, CLOSE], 10);
  expect(Math.abs(state[1]!)).toBeLessThan(0.002);
  for (const i of [10, 11]) expect(Math.abs(state[i]! - 0.025)).toBeLessThan(0.002);
});

test('the gripper pushes the cube aside', () => {
  const state = act(world(at([0, 0, 0], [0, 0, 0], [-0.08, 0, 0.025], 0, 0)), [1, 0, 0, 0, CLOSE], 6);
  expect(state[0]).toBeGreaterThan(0.03);
  expect(Math.abs(state[2]!)).toBeLessThan(0.01);
});

test('the goal is reached nearer than 4 centimetres, however the cube is turned', () => {
  const env = world(at([0.1, 0, 0], [0.3, -0.2, 1], AWAY));
  env.setGoal([0.1, 0.0239, 0.032]);
  expect(env.solved()).toBe(true);
  env.setGoal([0.1, 0.0241, 0.0321]);
  expect(env.solved()).toBe(false);
});

test('the expert solves tasks with goals in the air and cubes of all sizes', () => {
  const env = cube({ imageSize: 16 });
  const vary = ['cube.position', 'cube.yaw', 'cube.size', 'gripper.position', 'target.position', 'target.height'];
  const policy = cubeExpert();
  let solved = 0;
  for (let i = 0; i < 30; i++) {
    env.reset(fold(key(4), i), { vary });
    for (let t = 0; t < 60 && !env.solved(); t++) env.step(policy.act(env, stream(key(0))));
    if (env.solved()) solved++;
  }
  expect(solved).toBeGreaterThanOrEqual(28);
});

test('the expert lays the cube down, lets go and leaves it', () => {
  const env = cube({ imageSize: 16 });
  env.reset(key(5));
  const policy = cubeExpert();
  for (let t = 0; t < 60; t++) env.step(policy.act(env, stream(key(0))));
  const [state, goal] = [env.state(), env.goal()];
  for (const i of [0, 1, 2]) expect(Math.abs(state[i]! - goal[i]!)).toBeLessThan(0.015);
  expect(state[8]).toBeGreaterThan(0.1);
  expect(state[10]).toBeGreaterThan(0.04);
});

test('the noisy expert goes on to other places, so that an episode shows several lifts', () => {
  const env = cube({ imageSize: 16 });
  const policy = noisyCubeExpert();
  for (let i = 0; i < 5; i++) {
    env.reset(fold(key(6), i));
    policy.reset?.();
    const random = stream(fold(key(7), i));
    let lifts = 0;
    let up = false;
    for (let t = 0; t < env.spec.maxSteps; t++) {
      env.step(policy.act(env, random));
      const height = env.state()[2]!;
      if (!up && height > 0.05) lifts++;
      up = up ? height > 0.01 : height > 0.05;
    }
    expect(lifts).toBeGreaterThanOrEqual(4);
  }
});

test('starts and goals lie on the table, apart from each other', () => {
  const env = cube({ imageSize: 16 });
  for (let i = 0; i < 100; i++) {
    env.reset(fold(key(8), i));
    const [state, goal] = [env.state(), env.goal()];
    for (const v of [state[0]!, state[1]!, goal[0]!, goal[1]!]) expect(Math.abs(v)).toBeLessThanOrEqual(0.1401);
    expect([state[2], goal[2]]).toEqual([0, 0]);
    expect(Math.hypot(state[0]! - goal[0]!, state[1]! - goal[1]!)).toBeGreaterThan(0.0799);
    expect(env.solved()).toBe(false);
  }
});

const SIZE = 64;
function pixels(env: Env, draw: 'render' | 'renderGoal' = 'render', size = SIZE): Uint8Array {
  const out = new Uint8Array(3 * size * size);
  env[draw](out);
  return out;
}

/** Columns and rows of the pixels that are much redder than green and blue. */
function red(frame: Uint8Array): { readonly columns: number[]; readonly rows: number[] } {
  const found = { columns: new Set<number>(), rows: new Set<number>() };
  for (let i = 0; i < SIZE * SIZE; i++) {
    if (frame[3 * i]! < 2 * frame[3 * i + 1]! || frame[3 * i]! < 60) continue;
    found.columns.add(i % SIZE);
    found.rows.add(Math.floor(i / SIZE));
  }
  const sorted = (s: Set<number>): number[] => [...s].sort((a, b) => a - b);
  return { columns: sorted(found.columns), rows: sorted(found.rows) };
}

test('at 64 pixels the cube is at least 5 pixels wide and wholly in the picture, wherever it may lie', () => {
  for (const x of [-0.14, 0, 0.14]) {
    for (const y of [-0.14, 0, 0.14]) {
      const { columns, rows } = red(pixels(world(at([x, y, 0], [0, 0, 0.5], [0, 0, 0.25]))));
      expect(columns.length).toBeGreaterThanOrEqual(5);
      expect(rows.length).toBeGreaterThanOrEqual(5);
      expect([columns[0]! > 0, columns.at(-1)! < 63, rows.at(-1)! < 63]).toEqual([true, true, true]);
      // y to the right, x towards the viewer.
      expect(Math.sign(Math.round((columns[0]! + columns.at(-1)! - 63) / 8))).toBe(Math.sign(y));
    }
  }
});

test('the goal picture is the picture of the state with the cube at its goal', () => {
  const env = cube({ imageSize: SIZE });
  env.reset(key(9));
  const shown = pixels(env, 'renderGoal');
  const state = env.state();
  state.set(env.goal());
  env.setState(state);
  expect(shown).toEqual(pixels(env));
});

test('the goal is marked only when asked for', () => {
  const env = cube({ imageSize: SIZE });
  env.reset(key(10));
  const plain = pixels(env);
  env.setGoal([0, 0, 0]);
  expect(pixels(env)).toEqual(plain);
  env.setFactor('rendering.render_target', 1);
  expect(pixels(env)).not.toEqual(plain);
});

test('every factor of the look changes the picture and no step', () => {
  const env = cube({ imageSize: SIZE });
  const names = Object.keys(env.spec.factors).filter((name) => /color|light|camera/.test(name));
  expect(names.length).toBe(9);
  env.reset(key(11));
  const start = env.state();
  const plain = pixels(env);
  const moved = act(env, [0.3, 0.2, -1, 0, 0], 5);
  for (const name of names) {
    env.reset(key(11), { state: start, factors: { 'rendering.render_target': 1 }, vary: ['target.position', name] });
    expect(pixels(env), name).not.toEqual(plain);
    expect(act(env, [0.3, 0.2, -1, 0, 0], 5)).toEqual(moved);
  }
});

test('worlds with many sizes of cube can be used in turn', () => {
  const worlds = Array.from({ length: 12 }, (_, i) => {
    const env = world(at([0, 0, 0.05], [0, 0, 0], AWAY));
    env.setFactor('cube.size', 0.03 + 0.002 * i);
    return env;
  });
  for (let t = 0; t < 8; t++) for (const env of worlds) env.step([0, 0, 0, 0, 0]);
  for (const env of worlds) expect(Math.abs(env.state()[2]!)).toBeLessThan(1e-3);
});

test('states that no table-top has, and other worlds for the experts, are refused', () => {
  const env = cube();
  expect(() => env.setState(at([9, 0, 0], [0, 0, 0], AWAY))).toThrow(/state must lie in \[-5, 5\], got 9/);
  expect(() => env.setState(at([0, 0, 0], [0, 0, 5], AWAY))).toThrow(/got 5 at index 5/);
  const other = { ...env, spec: { ...env.spec, id: 'elsewhere' } };
  for (const policy of [cubeExpert(), noisyCubeExpert()]) {
    expect(() => policy.act(other, stream(key(0)))).toThrow(/needs the world 'cube', got 'elsewhere'/);
  }
});
