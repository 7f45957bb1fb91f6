import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import { ACTION, memorySource, type Normaliser } from '../../data/index.ts';
import { behindWall, defineEnv, dotWall, type Env, pointMaze, pushT, realFactor, twoRoom } from '../../envs/index.ts';
import { pointModel, stillModel } from './closed-form.law.ts';
import { violationGaps, violationsOf } from './impossible.ts';
import { violationSurprise } from './violations.ts';

const worlds: Readonly<Record<string, () => Env>> = {
  'two-room': () => twoRoom({ imageSize: 64 }),
  'dot-wall': () => dotWall({ imageSize: 65 }),
  'point-maze': () => pointMaze({ imageSize: 80 }),
  'push-t': () => pushT({ imageSize: 64 }),
};

function frame(env: Env, paint: Env['render'] = env.render): Uint8Array {
  const out = new Uint8Array(env.spec.imageSize ** 2 * 3);
  paint(out, 0);
  return out;
}

const named = (env: Env, name: string) => violationsOf(env.spec).find((v) => v.name === name)!;
const names = (env: Env) => violationsOf(env.spec).map((v) => v.name);

test('worlds with one thing and walls admit all five violations, push-t those of its two things', () => {
  for (const id of ['two-room', 'dot-wall', 'point-maze']) {
    expect(names(worlds[id]!())).toEqual(['teleport', 'colour', 'vanish', 'through-wall', 'stop']);
  }
  expect(names(pushT())).toEqual([
    'teleport-block',
    'teleport-agent',
    'colour-block',
    'colour-agent',
    'vanish-block',
    'vanish-agent',
    'stop',
  ]);
  expect(violationGaps(pushT().spec)).toEqual([{ name: 'through-wall', why: 'the world has no wall that divides it' }]);
});

test('a world of your own says what has walls, what is carried and what is surroundings', () => {
  const place = (at: number) => realFactor(0, 9, [1, 1], 'Where it is.', { vector: 'state', at });
  const env = defineEnv<undefined>({
    id: 'mine',
    actionDim: 1,
    actionLow: -1,
    actionHigh: 1,
    stateNames: ['ball.x', 'ball.y', 'hat.x', 'hat.y', 'cloud.x', 'cloud.y'],
    goalDim: 2,
    maxSteps: 9,
    factors: { 'ball.position': place(0), 'hat.position': place(2), 'cloud.position': place(4) },
    varied: [],
    solvedWithin: 1,
    prepare: () => undefined,
    move: () => undefined,
    distance: () => 2,
    draw: () => undefined,
    behindWall: (state) => {
      state[0]! += 5;
    },
    declares: { carried: ['hat'], scenery: ['cloud'] },
  });
  expect(names(env)).toEqual(['teleport-ball', 'teleport-hat', 'vanish-ball', 'through-wall', 'stop']);
  env.setState([1, 2, 3, 4, 5, 6]);
  named(env, 'through-wall').apply(env, stream(key(0)));
  expect([...env.state()]).toEqual([6, 2, 3, 4, 5, 6]);
});

test.each([
  ['two-room', 'teleport', [0, 1], 0.25 * Math.SQRT2 * 195],
  ['dot-wall', 'teleport', [0, 1], 0.25 * Math.SQRT2 * 56],
  ['point-maze', 'teleport', [0, 1], 0.25 * Math.SQRT2 * 3],
  ['push-t', 'teleport-block', [2, 3], 0.25 * Math.SQRT2 * 300],
  ['push-t', 'teleport-agent', [0, 1], 0.25 * Math.SQRT2 * 400],
])('in %s, %s moves the thing far and nothing else', (id, name, components, least) => {
  const env = worlds[id]!();
  for (let i = 0; i < 20; i++) {
    env.reset(fold(key(1), i));
    for (let t = 0; t < 5; t++) env.step([0.5, 0.3]);
    const [before, goal] = [env.state(), env.goal()];
    named(env, name).apply(env, stream(fold(key(2), i)));
    const after = env.state();
    expect(Math.hypot(...components.map((c) => after[c]! - before[c]!))).toBeGreaterThanOrEqual(least - 1e-4);
    for (const c of before.keys()) if (!components.includes(c)) expect(after[c]).toBe(before[c]);
    expect(env.goal()).toEqual(goal);
  }
});

test.each(['two-room', 'push-t'])('in %s the look of the world stays through a teleport', (id) => {
  const env = worlds[id]!();
  env.reset(key(3), { vary: Object.keys(env.spec.factors).filter((f) => f.endsWith('.color')) });
  const colours = Object.keys(env.spec.factors).filter((f) => f.endsWith('.color'));
  const before = colours.map((f) => env.factor(f));
  violationsOf(env.spec)[0]!.apply(env, stream(key(4)));
  expect(colours.map((f) => env.factor(f))).toEqual(before);
});

test('a colour change is a far colour of the thing, and the state stays', () => {
  const env = worlds['push-t']!();
  env.reset(key(5));
  const before = env.state();
  const was = env.factor('block.color') as readonly number[];
  named(env, 'colour-block').apply(env, stream(key(6)));
  const now = env.factor('block.color') as readonly number[];
  expect(Math.hypot(...now.map((v, i) => v - was[i]!))).toBeGreaterThanOrEqual(128);
  expect(env.state()).toEqual(before);
});

test.each([
  ['two-room', 'vanish', 'agent.color', 'background.color'],
  ['point-maze', 'vanish', 'agent.color', 'background.color'],
  ['dot-wall', 'vanish', 'agent.color', 'background.color'],
])('in %s a vanished thing leaves the picture of a thing in the colour of the floor', (id, name, color, floor) => {
  const env = worlds[id]!();
  for (let i = 0; i < 10; i++) {
    env.reset(fold(key(7), i));
    const before = env.state();
    const effect = named(env, name).apply(env, stream(fold(key(8), i)))!;
    const without = frame(env, effect.paint);
    expect(env.state()).toEqual(before);
    env.setFactor(color, env.factor(floor));
    // Mixed edges of the floor's own colour may be a level off where they lie over a wall.
    const painted = frame(env);
    const wrong = painted.filter((v, at) => Math.abs(v - without[at]!) > 1).length / painted.length;
    expect(wrong).toBeLessThan(id === 'two-room' ? 0.02 : 1e-9);
  }
});

test('without its block, push-t shows no colour of the block, and the agent before it', () => {
  const env = worlds['push-t']!();
  env.reset(key(9), { factors: { 'block.color': [255, 0, 0], 'agent.color': [0, 0, 255] }, vary: [] });
  const red = (f: Uint8Array) => f.filter((v, i) => i % 3 === 0 && v > 200 && f[i + 1]! < 40).length;
  const blue = (f: Uint8Array) => f.filter((v, i) => i % 3 === 2 && v > 200 && f[i - 1]! < 40).length;
  const seen = frame(env);
  const without = frame(env, named(env, 'vanish-block').apply(env, stream(key(10)))!.paint);
  expect(red(seen)).toBeGreaterThan(50);
  expect(red(without)).toBe(0);
  expect(blue(without)).toBe(blue(seen));
});

test('behind the wall is the other room, out of every door', () => {
  const rooms = worlds['two-room']!();
  const dots = worlds['dot-wall']!();
  for (let i = 0; i < 30; i++) {
    rooms.reset(fold(key(11), i));
    const [from, to] = [rooms.state(), behindWall(rooms)];
    expect(Math.sign(to[0]! - 112)).toBe(-Math.sign(from[0]! - 112));
    // The door is at 49 with half-extent 14 and slack 1.75; the zone of the wall is 12 pixels to both sides.
    expect(Math.abs(to[1]! - 49)).toBeGreaterThan(15.75);
    expect(Math.abs(to[0]! - 112)).toBeGreaterThan(12);
    dots.reset(fold(key(11), i));
    const [dot, behind] = [dots.state(), behindWall(dots)];
    expect(Math.sign(behind[0]! - dot[2]!)).toBe(-Math.sign(dot[0]! - dot[2]!));
    expect(Math.abs(behind[1]! - dot[3]!)).toBeGreaterThan(4);
    dots.setState(behind);
  }
});

test('behind the wall of the U-shaped maze is an open cell to which the straight way is barred', () => {
  const env = worlds['point-maze']!();
  for (let i = 0; i < 30; i++) {
    env.reset(fold(key(12), i));
    const [from, to] = [env.state(), behindWall(env)];
    env.setState(to);
    // The bar of the U is row 2, columns 0 to 2: the rows before and behind are at x < 1.3 and x > 2.3.
    const barred = (x: number, y: number) => x > 1.3 && x < 2.3 && y < 2.3;
    const way = Array.from({ length: 101 }, (_, k) => [0, 1].map((c) => from[c]! + (k / 100) * (to[c]! - from[c]!)));
    expect(way.some(([x, y]) => barred(x!, y!))).toBe(true);
    expect([...to.subarray(2)]).toEqual([...from.subarray(2)]);
  }
});

test('a stop holds the state with all speeds at zero', () => {
  const env = worlds['push-t']!();
  env.reset(key(13));
  env.step([1, 1]);
  const before = env.state();
  const effect = named(env, 'stop').apply(env, stream(key(14)))!;
  effect.step!(Float32Array.of(1, 1));
  expect([...env.state().subarray(0, 5)]).toEqual([...before.subarray(0, 5)]);
  expect([...env.state().subarray(5)]).toEqual([0, 0, 0, 0, 0]);
});

/** Episodes in the middle of a Two-Room, moving by (0.2, 0.1) of the speed each step. */
function recorded(episodes: number) {
  const rows = 41;
  const data = Array.from({ length: episodes }, (_, e) => ({
    state: Float32Array.from(
      { length: 2 * rows },
      (_, i) => (i % 2 === 0 ? 25 + 4 * e : 100) + (i % 2 === 0 ? 1 : 0.5) * (i >> 1),
    ),
    [ACTION]: Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 0.2 : 0.1)),
  }));
  const columns = [
    { name: 'state', dtype: 'f32', shape: [2] },
    { name: ACTION, dtype: 'f32', shape: [2] },
  ] as const;
  return memorySource({ env: 'two-room', columns }, data);
}

const identity: Normaliser = { column: ACTION, mean: [0, 0], std: [1, 1], rows: 1, constant: [] };
const evaluation = (env: Env) => ({
  env,
  source: recorded(6),
  episodes: [0, 1, 2, 3, 4, 5],
  normaliser: identity,
  frameSkip: 2,
  clips: 12,
  steps: 8,
  at: 4,
  key: key(15),
});

test('a model that knows the dynamics is surprised by nothing but the violation, at its step', async () => {
  const env = worlds['two-room']!();
  const file = await violationSurprise({
    ...evaluation(env),
    model: pointModel(2, 5, 2),
    violations: violationsOf(env.spec),
  });
  expect(file.clean.mean.every((v) => v < 1e-6)).toBe(true);
  expect(file.perturbedAt).toBe(3);
  expect(file.perturbations.map((p) => [p.name, p.auc])).toEqual([
    ['teleport', 1],
    ['through-wall', 1],
    ['stop', 1],
  ]);
  for (const { p, curve } of file.perturbations) {
    expect(p).toBeLessThan(0.01);
    expect(curve.mean.slice(0, 3).every((v) => v < 1e-6)).toBe(true);
  }
  const [teleport, wall, stop] = file.perturbations.map((p) => p.curve.mean);
  // A jump of at least 68.9 pixels: the mean over two coordinates of the squared difference is at least half its square.
  expect(teleport![3]).toBeGreaterThan(68.9 ** 2 / 2 - 1);
  expect(wall![3]).toBeGreaterThan(24 ** 2 / 2);
  // Two steps of (1, 0.5) are expected and none is seen, from the step after.
  expect(stop!.slice(3).map((v) => Math.round(1e4 * v) / 1e4)).toEqual([0, 2.5, 2.5, 2.5, 2.5]);
});

test('what only a picture shows is left out for a model without one, and said to be', async () => {
  const env = worlds['two-room']!();
  const { leftOut } = await violationSurprise({
    ...evaluation(env),
    model: pointModel(2, 5, 2),
    violations: violationsOf(env.spec),
  });
  expect(leftOut).toEqual(['colour', 'vanish'].map((name) => ({ name, why: 'the model is shown no picture' })));
});

test('a model that sees pictures is surprised by a colour and a disappearance', async () => {
  const env = twoRoom({ imageSize: 32 });
  const file = await violationSurprise({
    ...evaluation(env),
    model: stillModel(32, 4),
    violations: violationsOf(env.spec).filter((v) => v.pictureOnly === true),
  });
  expect(file.leftOut).toBeUndefined();
  for (const { name, auc, p, curve } of file.perturbations) {
    expect(auc, name).toBeGreaterThan(0.9);
    expect(p, name).toBeLessThan(0.01);
    expect(curve.mean.slice(0, 3)).toEqual(file.clean.mean.slice(0, 3));
  }
});

test('steps that cannot be perturbed and clips that are not there are refused', async () => {
  const env = worlds['two-room']!();
  const options = { ...evaluation(env), model: pointModel(2, 5, 2), violations: violationsOf(env.spec) };
  await expect(violationSurprise({ ...options, at: 8 })).rejects.toThrow(
    /at must be .* from 1 to steps - 1 = 7, got 8/,
  );
  await expect(violationSurprise({ ...options, steps: 30 })).rejects.toThrow(/2 clips of 61 rows .* got 12 .* 0 in 6/);
  expect(() => behindWall(pushT())).toThrow(/needs a world with walls .* got 'push-t'/);
});
