import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import { envLaws } from '../env.law.ts';
import { BLOCK_SHAPES, noisyPusher, pusher, pushT, pushTRollout, weakPusher } from '../index.ts';
import { makeBlock } from './block.ts';

envLaws('push-t, scripted pusher', { make: pushT, expert: pusher });
envLaws('push-t with free places, scripted pusher', {
  make: ({ imageSize }) => pushT({ imageSize, places: 'free' }),
  expert: pusher,
  solves: 0.96,
});

const PICTURE = 64;
/** A state from the reference's seven numbers. */
const at = (...seven: number[]): number[] => [...seven, 0, 0, 0];
const far = at(60, 450, 256, 256, 0, 0, 0);

// A14 and A15 of the specification's anchors.
test('A14: from rest, an action of 1 moves the agent by 29.567179, 70.333275 and 111.025992 pixels', () => {
  const states = pushTRollout([60, 450, 256, 256, 0, 0, 0], [1, 0, 1, 0, 1, 0]);
  expect([1, 2, 3].map((t) => states[7 * t]! - 60)).toEqual([
    expect.closeTo(29.567179, 5),
    expect.closeTo(70.333275, 5),
    expect.closeTo(111.025992, 5),
  ]);
  expect([1, 2, 3].map((t) => states[7 * t + 5])).toEqual([
    expect.closeTo(374.147656, 5),
    expect.closeTo(371.696116, 5),
    expect.closeTo(371.712179, 5),
  ]);
});

test('A15: the T has its centre of gravity at (0, 45) and the moment 3000', () => {
  const { center, moment, mass } = makeBlock('T', 30);
  expect([...center, moment, mass]).toEqual([0, 45, expect.closeTo(3000, 9), 1]);
});

test('the other shapes have the centres and moments of their formulas', () => {
  // In units of the scale: mean of the centroids, and sum of (w^2 + h^2) / 12 + d^2, the first part's alone for +.
  const of = (shape: (typeof BLOCK_SHAPES)[number]) => {
    const { center, moment } = makeBlock(shape, 1);
    return [...center, moment];
  };
  const close = (...values: number[]) => values.map((v) => expect.closeTo(v, 9));
  expect(of('L')).toEqual(close(0.75, 0.25, 5 / 12 + 1.25 + 5 / 12 + 1.25));
  expect(of('Z')).toEqual(close(0, 0, 2 * (5 / 12 + 0.5)));
  expect(of('square')).toEqual(close(0, 0, 8 / 12));
  expect(of('I')).toEqual(close(0, 0, 17 / 12));
  expect(of('small-T')).toEqual(close(0, 1, 10 / 12 + 0.25 + 2 / 12 + 2.25));
  expect(of('plus')).toEqual(close(0, 0, 3 * (10 / 12)));
});

test('the world follows the uninterrupted physics where one contact acts at a time', () => {
  // Scenario S3 of the reference's trace, which the parity case checks.
  const actions = [-1, 0.2, -0.8, -0.6, 0.5, -1, 1, -0.3, 0.2, 0.9, -1, 1, -0.7, -0.7, 0, -1, 1, 0, 1, 0.5, -0.3, 1];
  const start = [300, 330, 256, 256, 0.7, 0, 0];
  const want = pushTRollout(start, actions);
  const env = pushT({ imageSize: 16 });
  env.setState(at(...start));
  for (let t = 0; t < actions.length / 2; t++) {
    env.step(actions.slice(2 * t, 2 * t + 2));
    const state = env.state();
    // The state is rounded to float32 after each step.
    for (let i = 0; i < 7; i++) expect(Math.abs(state[i]! - want[7 * (t + 1) + i]!)).toBeLessThan(i < 5 ? 1e-3 : 1e-2);
  }
});

test('nothing moves the block from afar, and no wall stops the agent', () => {
  const env = pushT({ imageSize: 16 });
  env.setState(far);
  for (let t = 0; t < 4; t++) env.step([-1, 0]);
  const state = env.state();
  expect(state[0]).toBeLessThan(-50);
  expect([...state.subarray(2, 5), ...state.subarray(7)]).toEqual([256, 256, 0, 0, 0, 0]);
});

test('a wall holds the block', () => {
  const env = pushT({ imageSize: 16 });
  // The bar's end 24 pixels from the right wall; pushed along the bar until it overlaps the wall, then left alone.
  env.setState(at(344, 271, 420, 256, 0, 0, 0));
  for (let t = 0; t < 4; t++) env.step([0.2, 0]);
  expect(env.state()[2]).toBeGreaterThan(440);
  env.setState([60, 450, ...env.state().subarray(2)]);
  for (let t = 0; t < 60; t++) env.step([0, 0]);
  const [, , x, y, angle] = env.state() as unknown as number[];
  const ends = [0, 30].map((v) => x! + 60 * Math.cos(angle!) - v * Math.sin(angle!));
  expect(Math.max(...ends)).toBeCloseTo(504 + Math.fround(0.1), 2);
  expect(y).toBeGreaterThan(200);
});

test('the goal is reached within 20 pixels over all four coordinates and 20 degrees', () => {
  const env = pushT({ imageSize: 16 });
  env.setGoal([100, 100, 256, 256, 1]);
  const solved = (...state: number[]): boolean => {
    env.setState(at(...state, 0, 0));
    return env.solved();
  };
  expect(solved(112, 116, 256, 256, 1)).toBe(false); // exactly 20
  expect(solved(112, 115.9, 256, 256, 1)).toBe(true);
  expect(solved(110, 110, 266, 266, 1)).toBe(false); // 10 in each of four coordinates
  expect(solved(109, 109, 265, 265, 1)).toBe(true);
  const limit = Math.PI / 9;
  expect(solved(100, 100, 256, 256, 1 + limit - 1e-3)).toBe(true);
  expect(solved(100, 100, 256, 256, 1 + limit + 1e-3)).toBe(false);
  expect(solved(100, 100, 256, 256, 1 - 2 * Math.PI)).toBe(true); // a full turn
});

test('shapes that look the same when turned are solved when turned; a T is not', () => {
  const env = pushT({ imageSize: 16 });
  const turns = [Math.PI / 2, Math.PI, (3 * Math.PI) / 2];
  const solvedTurns = (shape: number): boolean[] => {
    env.setFactor('block.shape', shape);
    env.setGoal([100, 100, 256, 256, 0.1]);
    return turns.map((turn) => {
      env.setState(at(100, 100, 256, 256, 0.1 + turn, 0, 0));
      return env.solved();
    });
  };
  const wanted = { L: 'none', T: 'none', Z: 'half', square: 'all', I: 'half', 'small-T': 'none', plus: 'all' } as const;
  const expected = { none: [false, false, false], half: [false, true, false], all: [true, true, true] };
  for (const [i, shape] of BLOCK_SHAPES.entries()) expect(solvedTurns(i + 1), shape).toEqual(expected[wanted[shape]]);
});

test('the distance is in tolerances: the larger of place and angle', () => {
  const env = pushT({ imageSize: 16 });
  env.setState(far);
  env.setGoal([60, 450, 256, 316, 0]);
  expect(env.step([0, 0]).distance).toBeCloseTo(3, 5);
  env.setGoal([60, 450, 256, 256, Math.PI / 2]);
  expect(env.step([0, 0]).distance).toBeCloseTo(4.5, 5);
});

const pixel = (frame: Uint8Array, size: number, x: number, y: number): number[] => {
  const i = 3 * (Math.floor((y * size) / 512) * size + Math.floor((x * size) / 512));
  return [...frame.subarray(i, i + 3)];
};

test('colours stand where the reference paints them: floor, picture, wall, agent, block', () => {
  const size = 512;
  const env = pushT({ imageSize: size });
  env.setState(at(100, 300, 400, 100, 0, 0, 0));
  const frame = new Uint8Array(size * size * 3);
  env.render(frame);
  expect(pixel(frame, size, 450, 450)).toEqual([255, 255, 255]);
  expect(pixel(frame, size, 5, 250)).toEqual([211, 211, 211]);
  expect(pixel(frame, size, 100, 300)).toEqual([78, 126, 255]); // RoyalBlue, 1.2 times lighter
  expect(pixel(frame, size, 113, 300)).toEqual([65, 105, 225]); // its rim
  expect(pixel(frame, size, 400, 115)).toEqual([142, 163, 183]); // LightSlateGray, 1.2 times lighter
  expect(pixel(frame, size, 400, 100)).toEqual([119, 136, 153]); // its outline
  // The picture on the floor: 60 pixels along the stem of a T turned by 45 degrees about (256, 256).
  const along = 60 * Math.SQRT1_2;
  expect(pixel(frame, size, 256 - along, 256 + along)).toEqual([144, 238, 144]);
});

test('the picture on the floor has nothing to do with the goal, follows its factors, and can be left out', () => {
  const env = pushT({ imageSize: PICTURE });
  const frame = (): Uint8Array => {
    const out = new Uint8Array(PICTURE * PICTURE * 3);
    env.render(out);
    return out;
  };
  env.setState(at(60, 450, 400, 100, 0, 0, 0));
  const plain = frame();
  env.setGoal([100, 100, 200, 200, 1]);
  expect(frame()).toEqual(plain);
  env.setFactor('goal.position', [150, 300]);
  expect(frame()).not.toEqual(plain);
  env.setFactor('rendering.render_goal', 0);
  const isGreen = (_: number, i: number, all: Uint8Array): boolean =>
    i % 3 === 1 && all[i]! > all[i - 1]! + 20 && all[i]! > all[i + 1]! + 20;
  expect(plain.filter(isGreen).length).toBeGreaterThan(20);
  expect(frame().filter(isGreen).length).toBe(0);
});

test('the goal frame shows agent and block at the goal', () => {
  const [env, there] = [pushT({ imageSize: PICTURE }), pushT({ imageSize: PICTURE })];
  env.setState(far);
  env.setGoal([100, 120, 300, 320, 2]);
  there.setState(at(100, 120, 300, 320, 2, 0, 0));
  const [goal, frame] = [new Uint8Array(PICTURE * PICTURE * 3), new Uint8Array(PICTURE * PICTURE * 3)];
  env.renderGoal(goal);
  there.render(frame);
  expect(goal).toEqual(frame);
});

test('a larger block and a smaller agent touch where their sizes say', () => {
  const env = pushT({ imageSize: 16 });
  env.setFactor('block.scale', 60);
  env.setFactor('agent.scale', 20);
  // The bar of scale 60 spans x from 136 to 376; the agent of radius 7.5 touches its end from x = 383.5 on.
  const movedFrom = (x: number): boolean => {
    env.setState(at(x, 286, 256, 256, 0, 0, 0));
    for (let t = 0; t < 2; t++) env.step([0, 0]);
    return env.state()[2] !== 256;
  };
  expect([movedFrom(383.9), movedFrom(383.1)]).toEqual([false, true]);
});

test('plain resets draw starts and goals from the same ranges, overlaps included', () => {
  const env = pushT({ imageSize: 16 });
  for (let i = 0; i < 100; i++) {
    env.reset(fold(key(1), i));
    for (const v of [env.state(), env.goal()]) {
      for (const agent of v.subarray(0, 2)) expect(agent >= 50 && agent <= 450).toBe(true);
      for (const block of v.subarray(2, 4)) expect(block >= 100 && block <= 400).toBe(true);
      expect(Math.abs(v[4]!)).toBeLessThanOrEqual(Math.fround(2 * Math.PI));
    }
  }
});

test('with free places nothing touches at the start, nor at the goal', () => {
  const env = pushT({ imageSize: 16, places: 'free' });
  for (let i = 0; i < 60; i++) {
    env.reset(fold(key(2), i));
    for (const seven of [env.state(), env.goal()]) {
      env.setState(at(...[...seven].slice(0, 5), 0, 0));
      const before = env.state().subarray(2, 4);
      for (let t = 0; t < 2; t++) env.step([0, 0]);
      const after = env.state().subarray(2, 4);
      expect(Math.hypot(after[0]! - before[0]!, after[1]! - before[1]!)).toBeLessThan(1e-3);
    }
  }
});

test('a goal outside the world is refused with the allowed range', () => {
  const env = pushT();
  expect(() => env.setGoal([100, 100, 700, 256, 0])).toThrow(/goal must lie in \[-128, 640\], got 700 at index 2/);
  expect(() => env.setGoal([100, 100, 256, 256, 99])).toThrow(/got 99 at index 4/);
  expect(() => env.reset(key(0), { goal: [-200, 0, 0, 0, 0] })).toThrow(/got -200 at index 0/);
});

test('unknown places, wrong sizes of a rollout and other worlds are refused', () => {
  // @ts-expect-error: not one of the places
  expect(() => pushT({ places: 'nowhere' })).toThrow(/'anywhere' or 'free', got 'nowhere'/);
  expect(() => pushTRollout([1, 2, 3], [])).toThrow(/7 numbers/);
  expect(() => pushTRollout([0, 0, 0, 0, 0, 0, 0], [1])).toThrow(/pairs/);
  const env = pushT();
  const other = { ...env, spec: { ...env.spec, id: 'elsewhere' } };
  for (const policy of [pusher(), weakPusher()]) {
    expect(() => policy.act(other, stream(key(0)))).toThrow(/needs the world 'push-t', got 'elsewhere'/);
  }
});

test('the weak policy keeps its target within 100 pixels of the block', () => {
  const env = pushT({ imageSize: 16 });
  env.setState(at(256, 100, 256, 150, 0, 0, 0));
  const random = stream(key(4));
  for (let i = 0; i < 300; i++) {
    const [ax, ay] = weakPusher().act(env, random) as unknown as [number, number];
    expect(Math.abs(256 + 100 * ax - 256)).toBeLessThanOrEqual(100 + 1e-4);
    // The block's y is 150, so the target's y stays in [50, 250].
    expect(100 + 100 * ay).toBeGreaterThanOrEqual(50 - 1e-4);
  }
});

test('the noisy pusher adds noise of the given size and still moves the block', () => {
  const env = pushT({ imageSize: 16 });
  env.reset(key(5));
  const clean = pusher().act(env, stream(key(6)));
  const random = stream(key(6));
  const policy = noisyPusher({ noise: 0.05 });
  const draws = Array.from({ length: 500 }, () => {
    policy.reset?.();
    return policy.act(env, random);
  });
  const inside = [0, 1].filter((c) => Math.abs(clean[c]!) < 0.7);
  for (const c of inside) {
    const spread = Math.sqrt(draws.reduce((sum, a) => sum + (a[c]! - clean[c]!) ** 2, 0) / draws.length);
    expect(Math.abs(spread - 0.05)).toBeLessThan(0.05 * 0.13);
  }
  expect(noisyPusher({ noise: 0.05 }).name).toBe('noisy-expert');
});
