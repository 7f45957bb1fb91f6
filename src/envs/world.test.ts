import { expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { bead, goThere } from './bead.law.ts';
import { envLaws } from './env.law.ts';
import { realFactor } from './factors.ts';
import { defineEnv } from './world.ts';

envLaws('a world of one coordinate', { make: bead, expert: goThere, solves: 1 });

/** A world in which nothing happens. */
const rules = {
  id: 'full',
  actionDim: 1,
  actionLow: -1,
  actionHigh: 1,
  stateNames: ['x'],
  goalDim: 1,
  maxSteps: 1,
  solvedWithin: 1,
  prepare: () => undefined,
  move: () => undefined,
  distance: () => 0,
  draw: () => undefined,
};

test('draws that are not accepted are drawn again', () => {
  const env = bead({ imageSize: 16 });
  for (let i = 0; i < 100; i++) {
    env.reset(key(i));
    expect(Math.abs(env.goal()[0]! - env.state()[0]!)).toBeGreaterThan(0.1);
  }
});

test('given values win over draws, a given state over the factor bound to it', () => {
  const env = bead({ imageSize: 16 });
  env.reset(key(0), { factors: { 'bead.x': 0.25 }, state: [0.75], goal: [0.125] });
  expect([env.state()[0], env.goal()[0], env.factor('bead.x')]).toEqual([0.75, 0.125, 0.75]);
});

test('a factor set by hand lasts until the next reset', () => {
  const env = bead({ imageSize: 16 });
  env.reset(key(0), { state: [0.5] });
  env.setFactor('bead.speed', 0.1);
  env.step([1]);
  expect(env.state()[0]).toBeCloseTo(0.6, 6);
  env.reset(key(0), { state: [0.5] });
  env.step([1]);
  expect(env.state()[0]).toBeCloseTo(0.55, 6);
});

test('a declaration that contradicts itself is refused', () => {
  const declare = (factor: ReturnType<typeof realFactor>) => () =>
    defineEnv({ ...rules, factors: { x: factor }, varied: ['x'] });
  expect(declare(realFactor(0, 1, 2, 'Initial value out of range.'))).toThrow(/must be in \[0, 1\], got 2/);
  expect(declare(realFactor(0, 1, [0, 0], 'Too long.', { vector: 'state', at: 0 }))).toThrow(
    /bound to components 0 to 1/,
  );
  expect(() => defineEnv({ ...rules, factors: {}, varied: ['x'] })).toThrow(/unknown factor of full 'x'/);
});

test('factors that leave no acceptable draw are reported by name, and the world stays as it was', () => {
  const x = realFactor(0, 1, 0, 'Nowhere.', { vector: 'state', at: 0 });
  const y = realFactor(0, 1, 0, 'Something else.');
  const env = defineEnv({ ...rules, factors: { y, x }, varied: ['y', 'x'], accept: (name) => name !== 'x' });
  env.setFactor('y', 0.5);
  env.setState([0.25]);
  expect(() => env.reset(key(0))).toThrow(/no acceptable value of factor 'x' in 10000 draws/);
  expect([env.factor('y'), env.state()[0]]).toEqual([0.5, 0.25]);
});

test('sizes, bounds and names that cannot be are refused when the world is made', () => {
  const made = (changes: Partial<typeof rules>) => () => defineEnv({ ...rules, factors: {}, varied: [], ...changes });
  expect(made({ id: 'a world' })).toThrow(/an id must be letters, digits, .* got "a world"/);
  expect(made({ actionLow: 1, actionHigh: -1 })).toThrow(/full: actionLow must be below actionHigh.* got 1 and -1/);
  expect(made({ actionHigh: Number.NaN })).toThrow(/both finite, got -1 and NaN/);
  expect(made({ goalDim: 2 })).toThrow(/full: goalDim must be at most stateDim = 1.* got 2/);
  expect(made({ goalDim: 0 })).toThrow(/goalDim must be a whole number of at least 1, got 0/);
  expect(made({ actionDim: 0 })).toThrow(/actionDim must be .* got 0/);
  expect(made({ stateNames: [] })).toThrow(/stateDim must be .* got 0/);
  expect(made({ maxSteps: 0.5 })).toThrow(/maxSteps must be .* got 0.5/);
});

test('a distance that is no number is refused by the step that told it', () => {
  for (const far of [Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    const env = defineEnv({ ...rules, factors: {}, varied: [], distance: () => far });
    expect(() => env.step([0])).toThrow(
      `full step: the distance to the goal must be finite and not negative, got ${far}`,
    );
  }
});
