import { expect, test } from 'vitest';
import { sweptClear } from './predicates.ts';
import { layoutOf, twoRoom } from './two-room.ts';

// The default world: a vertical wall over x = 107 to 117, a door over y = 35 to 63, a disc of radius 7.
const env = twoRoom({ imageSize: 16 });
const layout = layoutOf(env);
const at = (x: number, y: number): Float32Array => Float32Array.of(x, y);
const { 'clear-moderate': moderate, 'clear-strict': strict } = env.predicates!;

test.each([
  ['free on one side', [60, 180], [95, 180], true],
  ['touching the wall', [100, 180], [100, 100], true],
  ['a pixel into the wall', [60, 180], [101, 180], false],
  ['through the wall in one move', [60, 180], [160, 180], false],
  ['through the middle of the door', [95, 49], [130, 49], true],
  ['as far off the middle as the disc allows', [95, 42], [130, 56], true],
  ['a pixel further, over the edge of the door', [95, 41], [130, 41], false],
  // The corner (107, 63) of the wall is 7.07 away at 5 to each side, 6.93 at 4.9: the disc goes round it.
  ['clear of a corner', [102, 58], [102, 58], true],
  ['clipping a corner', [102.1, 58.1], [102.1, 58.1], false],
] as const)('a swept disc: %s', (_, from, to, clear) => {
  expect(sweptClear(layout, from, to)).toBe(clear);
});

test('what the world itself lets through is more than what a disc can pass', () => {
  env.setState([95, 64]);
  let before = env.state();
  let legal = true;
  for (let t = 0; t < 8; t++) {
    env.step([1, 0]);
    legal &&= sweptClear(layout, before, env.state());
    before = env.state();
  }
  expect(before[0]).toBeGreaterThan(124);
  expect(legal).toBe(false);
});

test('a pair is admitted from room to room, with clear ends and a legal way', () => {
  const through = [90, 95, 100, 105, 110, 115, 120, 125, 130].map((x) => at(x, 49));
  const over = through.map(([x]) => at(x!, 62));
  for (const predicate of [moderate!, strict!]) {
    expect(predicate.admits!(through)).toBe(true);
    expect(predicate.admits!(through.slice(0, 3)), 'one room').toBe(false);
    expect(predicate.admits!(over), 'over the edge of the door').toBe(false);
    expect(predicate.admits!(through.slice(0, 6)), 'an end in the door is beside no wall').toBe(true);
  }
});

test('moderate is the distance alone, strict half of it, on the side of the goal, by a legal way', () => {
  const goal = at(140, 49);
  const legal = [80, 95, 110, 125, 133].map((x) => at(x, 49));
  expect([moderate!.hold, strict!.hold]).toEqual([1, 1]);
  expect(moderate!.satisfied([at(124.5, 49)], goal)).toBe(true);
  expect(moderate!.satisfied([at(124, 49)], goal)).toBe(false);
  expect(strict!.satisfied(legal, goal)).toBe(true);
  expect(strict!.satisfied(legal.slice(0, 4), goal), '15 pixels away').toBe(false);
  expect(strict!.satisfied([at(80, 62), at(110, 62), at(133, 49)], goal), 'over the edge').toBe(false);
  expect(strict!.satisfied([at(133, 49)], goal), 'no crossing').toBe(false);
  // In the door, 7 pixels from a goal that lies just behind the middle of the wall: the wrong side.
  expect(strict!.satisfied([at(80, 49), at(108, 49)], at(115, 49))).toBe(false);
});

test('tasks are told apart by the side of the wall, whichever way it runs', () => {
  const world = twoRoom({ imageSize: 16 });
  expect(world.group!(at(50, 50), at(60, 200))).toBe('same-side');
  expect(world.group!(at(50, 50), at(160, 50))).toBe('across');
  world.setFactor('wall.axis', 0);
  expect(world.group!(at(50, 50), at(60, 200))).toBe('across');
});
