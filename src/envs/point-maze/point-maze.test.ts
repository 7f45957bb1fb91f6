import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import { envLaws } from '../env.law.ts';
import { mazeExpert, pointMaze, U_MAZE } from '../index.ts';

envLaws('point-maze, expert', { make: pointMaze, expert: () => mazeExpert(), solves: 1 });
const ROOMS = ['#######', '#  #  #', '#  #  #', '#     #', '#######'];
envLaws('point-maze with two rooms, expert', {
  make: ({ imageSize }) => pointMaze({ imageSize, maze: ROOMS }),
  expert: () => mazeExpert(),
  solves: 1,
});

/** The state after some steps of one action. */
function after(start: readonly number[], action: readonly number[], steps: number): number[] {
  const env = pointMaze({ imageSize: 16 });
  env.setState(start);
  for (let t = 0; t < steps; t++) env.step(action);
  return [...env.state()];
}

test('a free step is five steps of implicit damping', () => {
  const mass = (1000 * 4 * Math.PI * 0.001) / 3;
  expect(mass).toBeCloseTo(4.189, 3);
  let [x, v] = [0.8, 0.5];
  for (let i = 0; i < 5; i++) {
    v = (mass * v + 0.01 * 100 * 0.4) / (mass + 0.01);
    x += 0.01 * v;
  }
  expect(after([0.8, 0.8, 0.5, 0], [0.4, 0], 1)).toEqual([
    expect.closeTo(x, 6),
    expect.closeTo(0.8, 6),
    expect.closeTo(v, 6),
    0,
  ]);
});

test('without force the speed decays as exp(-t / m)', () => {
  const v = after([0.8, 0.8, 0, 1], [0, 0], 10)[3]!;
  // Half a second; implicit steps differ from the exponential by O(h).
  expect(v).toBeCloseTo(Math.exp(-0.5 / 4.18879), 3);
});

test('speed is cut to 5 before a step, not after', () => {
  const [, , , v] = after([0.8, 0.8, 0, 9], [0, 0], 1) as [number, number, number, number];
  expect(v).toBeLessThan(5);
  expect(v).toBeGreaterThan(4.9);
  expect(after([0.8, 0.8, 0, 5], [0, 1], 1)[3]).toBeGreaterThan(5.9);
});

test('a wall stops the ball at its surface and takes its speed into it only', () => {
  // The ball of radius 0.1 stops at x = 0.4 before the wall that ends at 0.3.
  const [x, y, vx, vy] = after([0.8, 0.8, -2, 0.5], [-1, 0], 10) as [number, number, number, number];
  expect(x).toBeCloseTo(0.4, 5);
  expect(vx).toBeCloseTo(0, 5);
  expect(y).toBeGreaterThan(0.9);
  expect(vy).toBeGreaterThan(0.4);
});

test('no push gets the ball out of the maze or into a wall', () => {
  const env = pointMaze({ imageSize: 16 });
  for (let i = 0; i < 20; i++) {
    env.reset(fold(key(1), i));
    const random = stream(fold(key(2), i));
    let action = [0, 0];
    for (let t = 0; t < 100; t++) {
      if (t % 10 === 0) action = [random.uniform() < 0.5 ? -1 : 1, random.uniform() < 0.5 ? -1 : 1];
      env.step(action);
      const [x, y] = env.state() as unknown as [number, number];
      expect(x > 0.39 && x < 3.21 && y > 0.39 && y < 3.21).toBe(true);
      // Row 2 is open in column 3 only: inside it the ball keeps a radius from the wall's end at y = 2.3.
      if (x > 1.3 && x < 2.3) expect(y).toBeGreaterThan(2.39);
    }
  }
});

test('places are drawn where the reference draws them', () => {
  const env = pointMaze({ imageSize: 16 });
  const bands = [0, 0, 0];
  for (let i = 0; i < 300; i++) {
    env.reset(fold(key(3), i));
    for (const [x, y] of [env.state(), env.goal()] as unknown as [number, number][]) {
      const [near, far] = [0.4999, 3.1001];
      expect(x > near && x < far && y > near && y < far).toBe(true);
      const middle = x > 1.1001 && x < 2.4999;
      if (middle) expect(y).toBeGreaterThan(2.4999);
      bands[middle ? 1 : x < 1.8 ? 0 : 2]!++;
    }
    for (const v of env.state().subarray(2)) expect(Math.abs(v)).toBeLessThanOrEqual(5.2263);
  }
  // Areas 0.6 x 2.6, 1.4 x 0.6 and 0.6 x 2.6.
  expect(Math.abs(bands[1]! / 600 - 0.84 / 3.96)).toBeLessThan(4 * Math.sqrt((0.212 * 0.788) / 600));
});

test('the goal is reached nearer than half a cell', () => {
  const env = pointMaze({ imageSize: 16 });
  env.setState([0.8, 0.8, 0, 0]);
  env.setGoal([0.8, 1.3125]);
  expect(env.solved()).toBe(false);
  env.setGoal([0.8, 1.25]);
  expect(env.solved()).toBe(true);
});

test('the picture is the plan: rows downward, columns to the right', () => {
  const size = 50;
  const env = pointMaze({ imageSize: size });
  env.setState([2.8, 0.8, 0, 0]);
  const frame = new Uint8Array(size * size * 3);
  env.render(frame);
  const at = (x: number, y: number): number[] => [...frame.subarray(3 * (size * y + x), 3 * (size * y + x) + 3)];
  for (const [i, row] of U_MAZE.entries()) {
    for (const [j, c] of [...row].entries()) {
      // A corner of the cell, where the ball is not.
      expect(at(10 * j + 1, 10 * i + 1)).toEqual(c === '#' ? [90, 90, 90] : [255, 255, 255]);
    }
  }
  // Cell (3, 1): the ball's radius is one pixel, its centre between four pixels.
  const middle = at(15, 35);
  expect(middle[1]! - middle[0]!).toBeGreaterThan(60);
});

test('goals in walls, outside, or without a way to them are refused', () => {
  const env = pointMaze();
  env.setState([0.8, 0.8, 0, 0]);
  expect(() => env.setGoal([1.8, 0.8])).toThrow(/the goal must lie in an open cell, got .* inside a wall/);
  expect(() => env.setGoal([9, 0.8])).toThrow(/must lie in \[0.3/);
  expect(() => env.setState([1.8, 0.8, 0, 0])).toThrow(/the state must lie in an open cell/);
  const split = pointMaze({ maze: ['#####', '# # #', '#####'] });
  split.setState([0.8, 0.8, 0, 0]);
  expect(() => split.setGoal([0.8, 2.8])).toThrow(/to which no way leads/);
  for (let i = 0; i < 20; i++) {
    split.reset(fold(key(4), i));
    expect(split.state()[1]! < 1.8).toBe(split.goal()[1]! < 1.8);
  }
});

test('mazes without walls around, with uneven rows or without room are refused', () => {
  for (const maze of [[], ['###', '# #', '## '], ['####', '# #', '####'], ['###', '###', '###']]) {
    expect(() => pointMaze({ maze })).toThrow(/rows of equal length with '#' all around/);
  }
});

test('the expert refuses another world', () => {
  const env = pointMaze();
  const other = { ...env, spec: { ...env.spec, id: 'elsewhere' } };
  expect(() => mazeExpert().act(other, stream(key(0)))).toThrow(/needs the world 'point-maze', got 'elsewhere'/);
});
