import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import { envLaws } from '../env.law.ts';
import { dotWall, dotWallExpert, dotWallFixed, dotWallWanderer } from '../index.ts';
import { bounce, inWall, stay } from './layout.ts';
import { dotWallWalk } from './reference-walks.law.ts';

envLaws('dot-wall, expert', { make: dotWall, expert: () => dotWallExpert(), solves: 1 });
envLaws('dot-wall-fixed with walls that hold, expert', {
  make: ({ imageSize }) => dotWallFixed({ imageSize, contact: 'stay' }),
  expert: () => dotWallExpert(),
  solves: 1,
});

const WALL = { x: 32, door: 18 };
const silent = (): readonly [number, number] => [0, 0];
const loud = (): readonly [number, number] => [1, -1];

/** Where a step of the environment leads, with the given N(0, 1) pair at a contact. */
function moved(from: readonly [number, number], action: readonly [number, number], noise = silent): number[] {
  const position = Float32Array.from(from);
  bounce(WALL, position, action, noise);
  return [...position];
}

// Expected values by hand from the rules of the specification, section 12.2. Noise has std 0.5: loud is (0.5, -0.5).
test.each([
  ['free', [20, 30], [1.5, -2], [21.5, 28]],
  ['through the door', [30, 18], [2.4, 0], [32.4, 18]],
  ['at the edge of the door still through', [30.5, 22], [1, 0], [31.5, 22]],
  ['at the near face: put 0.3 before it', [30, 40], [2, 1], [30.7, 40.5]],
  ['at the near face from the right', [34, 40], [-2, 0], [33.3, 40]],
  ['at the left border', [5, 30], [-2, 0], [4.3, 30]],
  ['at the upper border', [20, 5], [1, -2], [20.5, 4.3]],
  ['along the wall, without a slope', [30, 40], [0, 1], [30, 41]],
  ['in the doorway over its lower edge', [32, 21], [0, 2], [32, 22]],
  ['in the doorway over its upper edge', [32, 15], [0, -2], [32, 14]],
] as const)('%s', (_, from, action, to) => {
  const got = moved(from, action);
  expect(got).toEqual(to.map((v) => expect.closeTo(v, 5)));
});

test('the noise of a contact points back to the side the dot came from, and is free along the wall', () => {
  expect(moved([30, 40], [2, 0], loud)).toEqual([expect.closeTo(30.5, 5), expect.closeTo(39.5, 5)]);
  expect(moved([34, 40], [-2, 0], loud)).toEqual([expect.closeTo(33.5, 5), expect.closeTo(39.5, 5)]);
  expect(moved([20, 5], [0, -2], loud)).toEqual([expect.closeTo(20.5, 5), expect.closeTo(4.5, 5)]);
  expect(moved([32, 21], [0, 2], loud)).toEqual([expect.closeTo(32.5, 5), expect.closeTo(21.5, 5)]);
});

test('in a corner the nearer wall decides', () => {
  // The left border is met after 0.5 of 2 pixels, the upper one after 1: (4, 5.5 - 0.5).
  expect(moved([4.5, 5], [-2, -2])).toEqual([expect.closeTo(4.3, 5), expect.closeTo(4.5, 5)]);
});

test('in the data generator a blocked move leaves the dot where it is', () => {
  const at = (from: readonly [number, number], action: readonly [number, number]): number[] => {
    const position = Float32Array.from(from);
    stay(WALL, position, action);
    return [...position];
  };
  expect(at([30, 40], [2, 1])).toEqual([30, 40]);
  expect(at([32, 21], [0, 2])).toEqual([32, 21]);
  expect(at([5, 30], [-2, 0])).toEqual([5, 30]);
  expect(at([30, 18], [2, 0])).toEqual([32, 18]);
  // Over both faces in one step: in at y = 21.5, out at y = 22.7, past the edge of the door.
  expect(at([30.9, 21.44], [2.4, 1.44])).toEqual([Math.fround(30.9), Math.fround(21.44)]);
});

test('no walk of either kind ever stands inside the wall or a border', () => {
  for (const contact of ['bounce', 'stay'] as const) {
    const env = dotWall({ imageSize: 16, contact });
    for (let i = 0; i < 20; i++) {
      env.reset(fold(key(1), i));
      const random = stream(fold(key(2), i));
      for (let t = 0; t < 150; t++) {
        env.step([4.9 * random.uniform() - 2.45, 4.9 * random.uniform() - 2.45]);
        const [x, y, wall, door] = env.state() as unknown as [number, number, number, number];
        expect(x > 4 && x < 60 && y > 4 && y < 60).toBe(true);
        expect(inWall({ x: wall, door }, x, y)).toBe(false);
      }
    }
  }
});

test('the noise at walls has the spread 0.5 over states, differs with the seed, and repeats for the same step', () => {
  const env = dotWallFixed({ imageSize: 16 });
  const after = (seed: number, y: number): number[] => {
    env.setFactor('contact.seed', seed);
    env.setState([30, y, 32, 18]);
    env.step([2, 0]);
    return [...env.state()].slice(0, 2);
  };
  expect(after(1, 40)).toEqual(after(1, 40));
  expect(after(1, 40)).not.toEqual(after(2, 40));
  const n = 2000;
  const along = Array.from({ length: n }, (_, i) => {
    const y = Math.fround(25 + (30 * i) / n);
    return after(3, y)[1]! - y;
  });
  const std = Math.sqrt(along.reduce((sum, v) => sum + v * v, 0) / n);
  // Four standard deviations of a standard deviation: 4 x 0.5 / sqrt(2 n).
  expect(Math.abs(std - 0.5)).toBeLessThan(0.032);
});

test('start and goal lie in different rooms, two deviations of the dot away from walls, on both sides equally often', () => {
  const env = dotWall({ imageSize: 16 });
  let left = 0;
  const [walls, doors] = [new Set<number>(), new Set<number>()];
  const n = 400;
  for (let i = 0; i < n; i++) {
    env.reset(fold(key(3), i));
    const [x, y, wall, door] = env.state() as unknown as [number, number, number, number];
    const [gx, gy] = env.goal() as unknown as [number, number];
    expect(x < wall).not.toBe(gx < wall);
    for (const v of [x, y, gx, gy]) expect(v >= 6.59 && v <= 57.41).toBe(true);
    for (const v of [x, gx]) expect(Math.abs(v - wall)).toBeGreaterThanOrEqual(3.59);
    if (x < wall) left++;
    walls.add(wall);
    doors.add(door);
  }
  expect(Math.abs(left / n - 0.5)).toBeLessThan(0.1);
  // 25 and 45 places; the chance to miss more than a few in 400 draws is nil.
  expect([Math.min(...walls), Math.max(...walls), walls.size]).toEqual([20, 44, 25]);
  expect(doors.size).toBeGreaterThan(40);
});

test('a fixed wall stays, and a given state brings its own rooms', () => {
  const env = dotWallFixed({ imageSize: 16 });
  for (let i = 0; i < 10; i++) {
    env.reset(fold(key(4), i));
    expect([...env.state()].slice(2)).toEqual([32, 18]);
  }
  const other = dotWall({ imageSize: 16 });
  other.reset(key(5), { state: [50, 20, 40, 12] });
  expect([...other.state()]).toEqual([50, 20, 40, 12]);
  expect(other.goal()[0]).toBeLessThan(40);
});

test('the goal is reached below 4.5 pixels, not at 4.5', () => {
  const env = dotWallFixed({ imageSize: 16 });
  env.setState([20, 30, 32, 18]);
  env.setGoal([24.5, 30]);
  expect(env.solved()).toBe(false);
  env.setGoal([24.4, 30]);
  expect(env.solved()).toBe(true);
});

test('at 65 pixels red is the dot, green the walls, as the formulas of the reference give them', () => {
  const env = dotWallFixed();
  const state = [20.3, 41.8, 32, 18];
  env.setState(state);
  const frame = new Uint8Array(65 * 65 * 3);
  env.render(frame);
  let walls = 0;
  for (let j = 0; j < 65; j++) {
    for (let i = 0; i < 65; i++) {
      const [r, g, b] = [...frame.subarray(3 * (65 * j + i), 3 * (65 * j + i) + 3)];
      const d2 = (i - Math.fround(20.3)) ** 2 + (j - Math.fround(41.8)) ** 2;
      expect(r).toBe(Math.floor(255 * Math.exp(-d2 / (2 * 1.3 * 1.3))));
      const border = i === 4 || i === 60 || j === 4 || j === 60;
      const wall = Math.abs(i - 32) <= 1 && Math.abs(j - 18) > 4;
      expect(g).toBe(border || wall ? 255 : 0);
      if (g === 255) walls++;
      expect(b).toBe(0);
    }
  }
  // Four lines of 65 with four crossings; three columns of 65 less 9 rows of door and 2 rows of border.
  expect(walls).toBe(4 * 65 - 4 + 3 * (65 - 9 - 2));
});

test('a white floor and a dot that takes away green and blue give the picture of the wall world of DINO-WM', () => {
  const env = dotWallFixed();
  env.setState([20, 40, 32, 18]);
  env.setFactor('background.color', [255, 255, 255]);
  env.setFactor('wall.color', [0, 0, 0]);
  env.setFactor('agent.color', [255, 0, 0]);
  const frame = new Uint8Array(65 * 65 * 3);
  env.render(frame);
  const at = (x: number, y: number): number[] => [...frame.subarray(3 * (65 * y + x), 3 * (65 * y + x) + 3)];
  expect([at(20, 40), at(50, 50), at(32, 40), at(32, 18)]).toEqual([
    [255, 0, 0],
    [255, 255, 255],
    [0, 0, 0],
    [255, 255, 255],
  ]);
});

test('at other sizes the dot keeps its mass and its place', () => {
  const env = dotWallFixed({ imageSize: 130 });
  env.setState([20, 40, 32, 18]);
  const frame = new Uint8Array(130 * 130 * 3);
  env.render(frame);
  let [mass, x, y] = [0, 0, 0];
  for (let p = 0; p < 130 * 130; p++) {
    const red = frame[3 * p]! / 255;
    mass += red;
    x += red * (((p % 130) + 0.5) / 2 - 0.5);
    y += red * ((Math.floor(p / 130) + 0.5) / 2 - 0.5);
  }
  // 2 pi sigma^2 in pixels twice as fine; truncation takes up to half a level from each of some 300 pixels.
  expect(Math.abs(mass / (4 * 2 * Math.PI * 1.3 * 1.3) - 1)).toBeLessThan(0.03);
  expect([x / mass, y / mass]).toEqual([expect.closeTo(20, 1), expect.closeTo(40, 1)]);
});

test('places inside the wall, outside the borders or walls elsewhere are refused', () => {
  const env = dotWallFixed();
  env.setState([20, 40, 32, 18]);
  expect(() => env.setGoal([32, 40])).toThrow(/must lie in a room or in the door, got \(32, 40\)/);
  expect(() => env.setGoal([32, 20])).not.toThrow();
  expect(() => env.setGoal([61, 40])).toThrow(/\[4, 60\], got 61 at index 0/);
  expect(() => env.setState([31.5, 40, 32, 18])).toThrow(/the state must lie in a room/);
  expect(() => env.setState([20, 40, 50, 18])).toThrow(/\[20, 44\], got 50 at index 2/);
  const before = [env.state(), env.goal()];
  expect(() => env.reset(key(0), { state: [20, 40, 32, 18], goal: [32, 50] })).toThrow(/goal must lie in a room/);
  expect([env.state(), env.goal()]).toEqual(before);
  // @ts-expect-error: not one of the kinds
  expect(() => dotWall({ walls: 'none' })).toThrow(/'random' or 'fixed', got 'none'/);
  // @ts-expect-error: not one of the kinds
  expect(() => dotWall({ contact: 'stick' })).toThrow(/'bounce' or 'stay', got 'stick'/);
});

test('policies of this world refuse another', () => {
  const env = dotWall();
  const other = { ...env, spec: { ...env.spec, id: 'elsewhere' } };
  for (const policy of [dotWallExpert(), dotWallWanderer()]) {
    expect(() => policy.act(other, stream(key(0)))).toThrow(/'dot-wall' or 'dot-wall-fixed', got 'elsewhere'/);
  }
});

test('a walk has 91 positions and 90 actions of 0.2 to 1.8 pixels, and follows from its key', () => {
  const walk = dotWallWalk(key(6));
  expect([walk.states.length, walk.actions.length]).toEqual([4 * 91, 2 * 90]);
  expect(dotWallWalk(key(6))).toEqual(walk);
  expect(dotWallWalk(key(7)).states).not.toEqual(walk.states);
  for (let t = 0; t < 90; t++) {
    const length = Math.hypot(walk.actions[2 * t]!, walk.actions[2 * t + 1]!);
    expect(length).toBeGreaterThanOrEqual(0.1999);
    expect(length).toBeLessThanOrEqual(1.8001);
  }
});

test('each position of a walk is the one before plus the action, or the same where the move is blocked', () => {
  let blocked = 0;
  for (let i = 0; i < 20; i++) {
    const { states, actions } = dotWallWalk(fold(key(8), i));
    for (let t = 0; t < 90; t++) {
      const moves = [0, 1].map((c) => states[4 * (t + 1) + c]! - states[4 * t + c]!);
      if (moves.every((v) => v === 0)) blocked++;
      else for (const c of [0, 1]) expect(moves[c]).toBeCloseTo(actions[2 * t + c]!, 4);
    }
  }
  expect(blocked).toBeGreaterThan(0);
});

test('headings change by a von Mises number of concentration 5, and steps have the mean 1', () => {
  let [cosines, lengths, n] = [0, 0, 0];
  for (let i = 0; i < 60; i++) {
    const { actions } = dotWallWalk(fold(key(9), i), { crossings: 0 });
    for (let t = 1; t < 90; t++) {
      const [ax, ay, bx, by] = actions.subarray(2 * t - 2, 2 * t + 2) as unknown as [number, number, number, number];
      cosines += (ax * bx + ay * by) / (Math.hypot(ax, ay) * Math.hypot(bx, by));
      lengths += Math.hypot(bx, by);
      n++;
    }
  }
  // I1(5) / I0(5) = 0.89338; the standard deviation of the cosine is below 0.2, four of them over sqrt(5340).
  expect(Math.abs(cosines / n - 0.89338)).toBeLessThan(0.011);
  expect(Math.abs(lengths / n - 1)).toBeLessThan((4 * 0.36) / Math.sqrt(n));
});

test('walks built to cross the door do so far more often than others, in both directions', () => {
  const crossed = (crossings: number): number[] => {
    const count = [0, 0];
    for (let i = 0; i < 200; i++) {
      const { states } = dotWallWalk(fold(key(10), i), { crossings, wall: WALL });
      const sides = Array.from({ length: 91 }, (_, t) => states[4 * t]! > 32);
      const first = sides.findIndex((side, t) => t > 0 && side !== sides[t - 1]);
      if (first > 0) count[sides[first] ? 1 : 0]!++;
    }
    return count;
  };
  const [built, free] = [crossed(1), crossed(0)];
  expect(built[0]! + built[1]!).toBeGreaterThan(120);
  expect(Math.min(...built)).toBeGreaterThan(40);
  expect(free[0]! + free[1]!).toBeLessThan(60);
});

test('lengths and shares that cannot be are refused', () => {
  expect(() => dotWallWalk(key(0), { length: 1 })).toThrow(/2 or more/);
  expect(() => dotWallWalk(key(0), { crossings: Number.NaN })).toThrow(/\[0, 1\]/);
});

test('the wanderer keeps its heading, and forgets it when reset', () => {
  const env = dotWall({ imageSize: 16 });
  const turns = (forget: boolean): number => {
    const policy = dotWallWanderer();
    const random = stream(key(11));
    let sum = 0;
    let last: Float32Array | undefined;
    for (let t = 0; t < 400; t++) {
      if (forget) policy.reset?.();
      const a = policy.act(env, random);
      if (last !== undefined) {
        sum += (a[0]! * last[0]! + a[1]! * last[1]!) / (Math.hypot(a[0]!, a[1]!) * Math.hypot(last[0]!, last[1]!));
      }
      last = a;
    }
    return sum / 399;
  };
  expect(turns(false)).toBeGreaterThan(0.8);
  expect(Math.abs(turns(true))).toBeLessThan(0.15);
});

test('a wanderer told to cross goes through the door in every episode, at times all over it, and else as often as it happens', () => {
  const env = dotWall({ imageSize: 16 });
  /** When the dot first changes rooms in each of 200 episodes of 90 steps. */
  const crossings = (share: number): number[] => {
    const policy = dotWallWanderer({ crossings: share });
    const when: number[] = [];
    for (let i = 0; i < 200; i++) {
      env.reset(fold(key(12), i));
      policy.reset?.();
      const random = stream(fold(key(13), i));
      const onLeft = (): boolean => env.state()[0]! < env.state()[2]!;
      const began = onLeft();
      for (let t = 1; t <= 90; t++) {
        env.step(policy.act(env, random));
        if (onLeft() === began) continue;
        when.push(t);
        break;
      }
    }
    return when.sort((a, b) => a - b);
  };
  const [never, some, always] = [crossings(0), crossings(0.35), crossings(1)];
  expect(always.length).toBeGreaterThanOrEqual(190);
  expect(always[20]!).toBeLessThan(35);
  expect(always[170]!).toBeGreaterThan(60);
  // 0.35 + 0.65 x the share of those that cross by chance, within four standard deviations.
  const want = 70 + 0.65 * never.length;
  expect(Math.abs(some.length - want)).toBeLessThan(4 * Math.sqrt(200 * 0.25));
  expect(never.length).toBeLessThan(40);
});

test('the crossing wanderer makes the steps of the reference, and forgets its crossing when reset', () => {
  const env = dotWall({ imageSize: 16 });
  env.reset(key(14));
  const policy = dotWallWanderer({ crossings: 1 });
  const random = stream(key(15));
  for (let t = 0; t < 60; t++) {
    const action = policy.act(env, random);
    const length = Math.hypot(action[0]!, action[1]!);
    expect(length >= 0.1999 && length <= 1.8001).toBe(true);
    env.step(action);
  }
  policy.reset?.();
  expect(policy.act(env, stream(key(16)))).toEqual(dotWallWanderer({ crossings: 1 }).act(env, stream(key(16))));
});
