import { expect, test } from 'vitest';
import {
  type Convex,
  centroid,
  convex,
  newTouch,
  placeConvex,
  segment,
  space,
  touchDisc,
  touchSegment,
  unitMoment,
} from '../index.ts';

const rectangle = (x0: number, y0: number, x1: number, y1: number): Convex =>
  convex([
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ]);
const box = (half: number): Convex => rectangle(-half, -half, half, half);
const DT = 0.01;

test('centroid and moment of a rectangle are those of the textbook, in either direction of turning', () => {
  const part = rectangle(-60, 0, 60, 30);
  const turned = convex([
    [-60, 30],
    [60, 30],
    [60, 0],
    [-60, 0],
  ]);
  for (const p of [part, turned]) {
    expect(centroid(p)[0]).toBeCloseTo(0, 12);
    expect(centroid(p)[1]).toBeCloseTo(15, 12);
    // (w^2 + h^2) / 12 + d^2
    expect(unitMoment(p)).toBeCloseTo((120 ** 2 + 30 ** 2) / 12 + 15 ** 2, 9);
  }
});

test('a triangle about its corner has the moment (a^2 + b^2) / 6', () => {
  const part = convex([
    [0, 0],
    [3, 0],
    [0, 4],
  ]);
  expect(unitMoment(part)).toBeCloseTo((9 + 16) / 6, 12);
  expect([...centroid(part)]).toEqual([expect.closeTo(1, 12), expect.closeTo(4 / 3, 12)]);
});

test('normals point outward and have length 1', () => {
  const { corners, normals, count } = box(2);
  for (let p = 0; p < count; p++) {
    const [mx, my] = [
      (corners[2 * p]! + corners[(2 * p + 2) % 8]!) / 2,
      (corners[2 * p + 1]! + corners[(2 * p + 3) % 8]!) / 2,
    ];
    expect(normals[2 * p]! * mx + normals[2 * p + 1]! * my).toBeCloseTo(2, 12);
  }
});

test('a part without area is refused', () => {
  expect(() =>
    convex([
      [0, 0],
      [1, 1],
      [2, 2],
    ]),
  ).toThrow(/an area/);
});

test.each([
  ['beside a face', [-12, 3], 1, [1, 0], [-10, 3]],
  ['at a corner', [-13, -14], 1, [3 / 5, 4 / 5], [-10, -10]],
  ['inside, nearest to the right face', [8, 1], 1, [-1, 0], [10, 1]],
  ['on a face', [10, 2], 1, [-1, 0], [10, 2]],
  ['out of reach', [-20, 0], 0, [0, 0], [0, 0]],
  ['out of reach of a corner, though not of the lines of its faces', [-14, -14], 0, [0, 0], [0, 0]],
] as const)('a disc %s of a box', (_, [x, y], count, normal, nearest) => {
  const touch = newTouch();
  touchDisc(x, y, 5.1, box(10), touch);
  expect(touch.count).toBe(count);
  if (count === 0) return;
  expect([touch.nx, touch.ny]).toEqual([expect.closeTo(normal[0], 12), expect.closeTo(normal[1], 12)]);
  expect([touch.onB[0], touch.onB[1]]).toEqual([expect.closeTo(nearest[0], 12), expect.closeTo(nearest[1], 12)]);
});

test('a box that lies on a wall touches it with two corners, a tilted one with one', () => {
  const wall = segment(-100, 0, 100, 0, 2);
  const touch = newTouch();
  const at = { count: 4, corners: new Float64Array(8), normals: new Float64Array(8) };
  placeConvex(box(10), 5, 11.5, 1, 0, at);
  touchSegment(wall, at, touch);
  expect([touch.count, touch.nx, touch.ny]).toEqual([2, expect.closeTo(0, 12), 1]);
  expect([...touch.onB].sort((a, b) => a - b)).toEqual([-5, 1.5, 1.5, 15]);
  placeConvex(box(10), 5, 11.5, Math.cos(0.3), Math.sin(0.3), at);
  touchSegment(wall, at, touch);
  expect(touch.count).toBe(1);
  placeConvex(box(10), 5, 12.1, 1, 0, at);
  touchSegment(wall, at, touch);
  expect(touch.count).toBe(0);
});

/** A box of 20 pixels, mass 1, with a disc of radius 5. */
const scene = (walls = [segment(-100, 60, 100, 60, 2)]) =>
  space({ parts: [box(10)], mass: 1, moment: 200 / 3 }, 5, walls);

test('a body that nothing touches does not move, whatever its velocity was', () => {
  const world = scene();
  world.disc[0] = 100;
  world.velocity.set([30, 0, 1]);
  world.step(DT);
  expect([...world.pose]).toEqual([0.3, 0, 0.01]);
  world.step(DT);
  expect([...world.pose]).toEqual([0.3, 0, 0.01]);
});

test('a disc that pushes a face through its middle carries the body along at its own speed', () => {
  const world = scene();
  world.disc.set([-15.05, 0, 40, 0]);
  for (let i = 0; i < 50; i++) world.step(DT);
  expect(world.velocity[0]).toBeCloseTo(40, 9);
  expect(world.velocity[2]).toBeCloseTo(0, 12);
  // The disc stays at the face, up to the overlap that is left alone.
  expect(world.pose[0]! - world.disc[0]!).toBeGreaterThan(15 - 0.6);
  expect(world.pose[0]! - world.disc[0]!).toBeLessThanOrEqual(15);
});

test('after a contact the two points do not approach along the normal, and the impulse passes through the contact', () => {
  const world = scene();
  world.disc.set([-14.9, 6, 40, 0]);
  world.step(DT);
  const [vx, vy, w] = world.velocity as unknown as [number, number, number];
  // Point (-10, 6) of the body moves by (vx - 6 w, ...); the impulse j along x gives vx = j, w = -6 j / I.
  expect(vx - 6 * w).toBeCloseTo(40, 9);
  expect(vy).toBe(0);
  expect(w).toBeCloseTo((-6 * vx) / (200 / 3), 9);
});

test('an overlap shrinks to the slop by the share 0.06125962 in each step of 0.01 seconds', () => {
  const world = scene();
  world.disc.set([-12, 0, 0, 0]);
  const slop = Math.fround(0.1);
  let before = 3 - slop;
  world.step(DT);
  for (let i = 0; i < 5; i++) {
    world.step(DT);
    const after = 15 - (world.pose[0]! - world.disc[0]!) - slop;
    expect(1 - after / before).toBeCloseTo(0.06125962, 7);
    before = after;
  }
});

test('a wall stops the body that a disc pushes at it', () => {
  const world = scene();
  world.disc.set([0, -15, 0, 20]);
  // Face to face with the wall at y = 58 when the disc is at 33; it goes on to 35.
  for (let i = 0; i < 250; i++) world.step(DT);
  expect(world.contacts()).toBe(3);
  world.disc.set([0, -100, 0, 0]);
  for (let i = 0; i < 300; i++) world.step(DT);
  expect(world.pose[1]! + 10).toBeCloseTo(58 + Math.fround(0.1), 6);
  expect(world.contacts()).toBe(2);
});

test('a contact that goes on starts from its last impulse, unless impulses are forgotten', () => {
  // One iteration is exact for one contact but not for the two of a body squeezed onto a wall: there the start matters.
  const after = (forget: boolean): number[] => {
    const world = space({ parts: [box(10)], mass: 1, moment: 200 / 3 }, 5, [segment(-100, 12, 100, 12, 2)], {
      iterations: 1,
    });
    world.disc.set([4, -14.9, 0, 10]);
    for (let i = 0; i < 6; i++) {
      if (forget) world.forget();
      world.step(DT);
    }
    return [...world.velocity];
  };
  expect(after(false)).toEqual(after(false));
  expect(after(true)).not.toEqual(after(false));
});

test('a mirrored scene moves as the mirror image', () => {
  const [one, two] = [scene(), scene()];
  one.disc.set([-14.9, 4, 40, 3]);
  two.disc.set([14.9, 4, -40, 3]);
  for (let i = 0; i < 60; i++) {
    one.step(DT);
    two.step(DT);
  }
  expect(two.pose[0]).toBeCloseTo(-one.pose[0]!, 9);
  expect(two.pose[1]).toBeCloseTo(one.pose[1]!, 9);
  expect(two.pose[2]).toBeCloseTo(-one.pose[2]!, 9);
  expect(Math.abs(one.pose[2]!)).toBeGreaterThan(0.01);
});
