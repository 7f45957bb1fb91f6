// Transitions, batches and the errors that nobody can avoid.

import { expect, test } from 'vitest';
import { key } from '../../../src/core/index.ts';
import { type BallWorld, ballWorlds, bounce, drawBall, inside } from '../../../src/envs/index.ts';
import { ballFloors, bayesPrediction, moveRightProbability } from './bayes.ts';
import { addDots, ballBatch, ballBatches, ballTransitions } from './transitions.ts';

const { full, lite } = ballWorlds;

test('every transition is one step of the physics, and the action is the direction before the wall', () => {
  const { before, now, next, action, count } = ballTransitions(full, 500, key(1));
  for (let i = 0; i < count; i++) {
    expect(next[i]).toBe(bounce(full, now[i]!, action[i]!).x);
    expect(Math.abs(now[i]! - before[i]!)).toBeCloseTo(6, 12);
    expect(inside(full, before[i]!)).toBe(true);
  }
});

test('starts are uniform between the walls, and directions even', () => {
  const { now, action } = ballTransitions(full, 23 * 2000, key(2));
  const starts = Array.from({ length: 2000 }, (_, e) => now[23 * e]!);
  const right = Array.from({ length: 2000 }, (_, e) => action[23 * e]!).filter((a) => a > 0).length;
  expect(Math.min(...starts)).toBeGreaterThanOrEqual(9);
  expect(Math.max(...starts)).toBeLessThan(55);
  // Mean 32, deviation 46 / sqrt(12) = 13.3; five deviations of the mean of 2000.
  expect(Math.abs(starts.reduce((a, b) => a + b, 0) / 2000 - 32)).toBeLessThan(1.5);
  expect(Math.abs(right / 2000 - 0.5)).toBeLessThan(0.06);
});

test('no transitions, so no episode, and a ball that does not fit are refused', () => {
  expect(() => ballTransitions(lite, 0, key(0))).toThrow(/at least one transition.*got 0/);
  expect(() => ballTransitions({ ...lite, radius: 16 }, 10, key(0))).toThrow(/the ball must fit/);
});

test('distractors are as many as asked for but for repeats, and belong to their key', () => {
  const draw = (seed: number): Float32Array => {
    const picture = new Float32Array(64 * 64);
    addDots(full, key(seed), picture);
    return picture;
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  const total = Array.from({ length: 200 }, (_, i) => draw(i).reduce((a, b) => a + b, 0)).reduce((a, b) => a + b, 0);
  // 4096 (1 - (1 - 1 / 4096)^200) = 195.2 on average, deviation about 2.2 per picture.
  expect(Math.abs(total / 200 - 195.22)).toBeLessThan(0.8);
});

test('fixed distractors belong to their transition, fresh ones to the batch', () => {
  const data = ballTransitions(lite, 40, key(3));
  const rows = Uint32Array.of(5, 9, 5);
  const picture = 32 * 32;
  const fixed = ballBatch(data, rows, { frames: 1, noise: 'fixed' }, key(1)).now;
  expect(fixed.slice(0, picture)).toEqual(fixed.slice(2 * picture));
  const fresh = ballBatch(data, rows, { frames: 1, noise: 'online' }, key(1)).now;
  expect(fresh.slice(0, picture)).not.toEqual(fresh.slice(2 * picture));
});

test('two-frame observations overlap in the present picture, with the same distractors', () => {
  const data = ballTransitions(lite, 40, key(3));
  const { now, next } = ballBatch(data, Uint32Array.of(7), { frames: 2, noise: 'online' }, key(4));
  const picture = 32 * 32;
  expect(now.slice(picture)).toEqual(next.slice(0, picture));
  expect(now.slice(0, picture)).not.toEqual(now.slice(picture));
});

test('a target for eyes has no distractors', () => {
  const data = ballTransitions(lite, 4, key(3));
  const { next } = ballBatch(data, Uint32Array.of(2), { frames: 1, noise: 'online', cleanNext: true }, key(4));
  const clean = new Float32Array(32 * 32);
  drawBall(lite, data.next[2]!, clean);
  expect(next).toEqual(clean);
});

test('a source that starts at a later step continues the same batches', () => {
  const data = ballTransitions(lite, 100, key(3));
  const options = { frames: 1, noise: 'online', batchSize: 4, key: key(5) } as const;
  const [whole, late] = [ballBatches(data, options), ballBatches(data, { ...options, startStep: 2 })];
  const batches = [whole.next(), whole.next(), whole.next()];
  expect(late.next()).toEqual(batches[2]);
  expect(batches[0]!.rows).not.toEqual(batches[1]!.rows);
});

test.each([
  ['full', { ambiguous: 0.854, clean: 0.01759, noisy: 0.0592, allBlack: 0.0483, copyLast: 0.0439 }],
  ['lite', { ambiguous: 0.854, clean: 0.01692, noisy: 0.05866, allBlack: 0.04685, copyLast: 0.04102 }],
] as const)('the floors are those measured on the reference data: %s', (name, expected) => {
  const floors = ballFloors(ballWorlds[name], 96);
  for (const [what, value] of Object.entries(expected)) {
    expect(Math.abs(floors[what as keyof typeof floors] / value - 1), what).toBeLessThan(0.003);
  }
  expect(floors.dotProbability).toBeCloseTo(name === 'full' ? 0.04766 : 0.04768, 5);
});

/** Mean over transitions of the squared error of `predict`, with the deviation of that mean. */
function measured(world: BallWorld, noise: 'none' | 'online', predict: (x: number) => Float32Array): [number, number] {
  const n = 1500;
  const data = ballTransitions(world, n, key(8));
  const { next } = ballBatch(
    data,
    Uint32Array.from({ length: n }, (_, i) => i),
    { frames: 1, noise },
    key(9),
  );
  const pixels = world.size * world.size;
  const errors = Array.from({ length: n }, (_, i) => {
    const guess = predict(data.now[i]!);
    let sum = 0;
    for (let p = 0; p < pixels; p++) sum += (guess[p]! - next[i * pixels + p]!) ** 2;
    return sum / pixels;
  });
  const mean = errors.reduce((a, b) => a + b, 0) / n;
  const variance = errors.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
  return [mean, Math.sqrt(variance / n)];
}

test.each([
  ['clean', 'none'],
  ['noisy', 'online'],
] as const)('the error of the Bayes prediction over drawn transitions is the floor: %s', (field, noise) => {
  const [mean, deviation] = measured(lite, noise, (x) => bayesPrediction(lite, x, noise === 'online'));
  // Transitions of one episode are not independent, so the deviation is taken three times larger.
  expect(Math.abs(mean - ballFloors(lite, 96)[field])).toBeLessThan(4 * 3 * deviation);
});

test('between the walls the Bayes prediction is two half balls, at a wall one whole ball', () => {
  const inner = bayesPrediction(lite, 16);
  const q = moveRightProbability(lite, 16);
  expect(Math.abs(q - 0.5)).toBeLessThan(0.1);
  expect(new Set(inner)).toEqual(new Set([0, 1, Math.fround(q), Math.fround(1 - q)].map((v) => Math.fround(v))));
  expect(new Set(bayesPrediction(lite, 5))).toEqual(new Set([0, 1]));
  expect(moveRightProbability(lite, 5)).toBe(1);
  expect(moveRightProbability(lite, 27)).toBe(0);
});
