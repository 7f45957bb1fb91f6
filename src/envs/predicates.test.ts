// The predicates of Push-T, Reacher and the cube at the edges of their tolerances.

import { expect, test } from 'vitest';
import { cubeAngle } from './cube/predicates.ts';
import type { GoalPredicate } from './predicate.ts';
import { makeEnv, prepareEnv } from './registry.ts';

for (const id of ['reacher', 'cube']) await prepareEnv(id);
const degrees = (d: number): number => (d * Math.PI) / 180;

const predicate = (id: string, mode: 'moderate' | 'strict'): GoalPredicate =>
  makeEnv(id, { imageSize: 16 }).predicates![`clear-${mode}`]!;

/** A state of a world: zeros but for what is given. */
function stateOf(id: string, values: readonly number[], from = 0): Float32Array {
  const state = new Float32Array(makeEnv(id, { imageSize: 16 }).spec.stateDim);
  state.set(values, from);
  return state;
}

const asks = (id: string, mode: 'moderate' | 'strict', state: Float32Array, goal: Float32Array): boolean =>
  predicate(id, mode).satisfied([state], goal);

test('push-t: moderate takes agent and block together, strict the block alone', () => {
  const goal = stateOf('push-t', [100, 100, 200, 200, 0.1]);
  const off = (agent: number, block: number, angle: number): Float32Array =>
    stateOf('push-t', [100 + agent, 100, 200, 200 + block, 0.1 + degrees(angle)]);
  const both = (state: Float32Array) => [
    asks('push-t', 'moderate', state, goal),
    asks('push-t', 'strict', state, goal),
  ];
  expect(both(off(0, 9.9, 9.9))).toEqual([true, true]);
  // 12 and 15.9 together are 19.92.
  expect(both(off(12, 15.9, 19.9))).toEqual([true, false]);
  expect(both(off(12, 16.1, 0))).toEqual([false, false]);
  expect(both(off(50, 9.9, 9.9))).toEqual([false, true]);
  expect(both(off(0, 0, 20.1))).toEqual([false, false]);
  // A whole turn is no turn.
  expect(both(off(0, 0, 355))).toEqual([true, true]);
  expect([predicate('push-t', 'moderate').hold, predicate('push-t', 'strict').hold]).toEqual([1, 3]);
});

test('reacher: the shoulder wraps, the wrist does not, and strict asks for the fingertip', () => {
  const goal = stateOf('reacher', [3.1, 1]);
  const turned = stateOf('reacher', [3.1 - 2 * Math.PI + 0.04, 1]);
  expect(asks('reacher', 'moderate', turned, goal)).toBe(true);
  expect(asks('reacher', 'moderate', stateOf('reacher', [3.1, 1.051]), goal)).toBe(false);
  expect(asks('reacher', 'moderate', stateOf('reacher', [3.1, 1 - 2 * Math.PI]), goal)).toBe(false);
  // The wrist alone moves the tip on a circle of 0.12 m: 0.08 radians are 0.0096 m, 0.09 are 0.0108.
  expect(asks('reacher', 'strict', stateOf('reacher', [3.1, 1.08]), goal)).toBe(true);
  expect(asks('reacher', 'strict', stateOf('reacher', [3.1, 1.09]), goal)).toBe(false);
  // Both links are 0.12 m long: the mirrored pose (q1 + q2, -q2) has the same tip.
  expect(asks('reacher', 'strict', stateOf('reacher', [4.1, -1]), goal)).toBe(true);
  expect([predicate('reacher', 'moderate').hold, predicate('reacher', 'strict').hold]).toEqual([1, 2]);
});

test('cube: moderate takes the place, strict the turn too', () => {
  const goal = stateOf('cube', [0.1, 0, 0, 0, 0, 0.2]);
  const at = (off: number, yaw: number): Float32Array => stateOf('cube', [0.1, off, 0, 0, 0, 0.2 + degrees(yaw)]);
  expect(asks('cube', 'moderate', at(0.0399, 45), goal)).toBe(true);
  expect(asks('cube', 'moderate', at(0.0401, 0), goal)).toBe(false);
  expect(asks('cube', 'strict', at(0.0299, 14.9), goal)).toBe(true);
  expect(asks('cube', 'strict', at(0.0301, 0), goal)).toBe(false);
  expect(asks('cube', 'strict', at(0, 15.1), goal)).toBe(false);
  expect(asks('cube', 'strict', at(0, 90 + 14.9), goal)).toBe(true);
  expect([predicate('cube', 'moderate').hold, predicate('cube', 'strict').hold]).toEqual([1, 3]);
});

test('the angle of cubes that lie flat is that of their yaws modulo a quarter turn', () => {
  for (let d = -360; d <= 360; d += 7) {
    const rest = ((d % 90) + 90) % 90;
    expect(cubeAngle([0, 0, 0.3], [0, 0, 0.3 + degrees(d)])).toBeCloseTo(degrees(Math.min(rest, 90 - rest)), 6);
  }
});

test('a cube that was tipped over by a quarter turn looks as before, and one on its edge does not', () => {
  for (const axis of [0, 1, 2]) {
    const tipped = (by: number) => [0, 1, 2].map((i) => (i === axis ? degrees(by) : 0));
    expect(cubeAngle([0, 0, 0], tipped(90))).toBeCloseTo(0, 6);
    expect(cubeAngle([0, 0, 0], tipped(45))).toBeCloseTo(degrees(45), 6);
  }
  // A third of a turn about the diagonal exchanges the axes.
  expect(
    cubeAngle(
      [0, 0, 0],
      [1, 1, 1].map((v) => (v * 2 * Math.PI) / 3 / Math.sqrt(3)),
    ),
  ).toBeCloseTo(0, 6);
});
