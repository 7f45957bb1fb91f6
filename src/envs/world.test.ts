import { expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { fill, fillDisc } from '../raster/index.ts';
import { envLaws } from './env.law.ts';
import type { Policy } from './env.ts';
import { integerFactor, realFactor } from './factors.ts';
import { defineEnv } from './world.ts';

/** A bead on a wire: one coordinate, moved by one action component; drawn as a disc. */
const bead = ({ imageSize }: { readonly imageSize: number }) =>
  defineEnv<{ readonly speed: number; readonly shade: number }>(
    {
      id: 'bead',
      actionDim: 1,
      actionLow: -1,
      actionHigh: 1,
      stateNames: ['bead.x'],
      goalDim: 1,
      maxSteps: 40,
      factors: {
        'bead.x': realFactor(0, 1, 0.5, 'Where the bead is.', { vector: 'state', at: 0 }),
        'goal.x': realFactor(0, 1, 0.5, 'Where it should be.', { vector: 'goal', at: 0 }),
        'bead.speed': realFactor(0.05, 0.1, 0.05, 'Distance moved by an action of 1.'),
        'floor.shade': integerFactor(0, 200, 0, 'Grey level of the floor.'),
      },
      varied: ['bead.x', 'goal.x'],
      solvedWithin: 0.06,
      accept: (name, value, values) =>
        name !== 'goal.x' || Math.abs((value as number) - (values['bead.x'] as number)) > 0.1,
      prepare: (values) => ({ speed: values['bead.speed'] as number, shade: values['floor.shade'] as number }),
      move: (state, action, { speed }) => {
        state[0] = Math.min(Math.max(state[0]! + speed * action[0]!, 0), 1);
      },
      distance: (state, goal) => Math.abs(state[0]! - goal[0]!),
      draw: (target, state, _goal, { shade }) => {
        fill(target, [shade, shade, shade]);
        fillDisc(target, (0.1 + 0.8 * state[0]!) * target.width, target.height / 2, target.width / 12, [255, 255, 0]);
      },
    },
    { imageSize },
  );

const goThere = (): Policy => ({
  name: 'go there',
  act: (env) => Float32Array.of(Math.sign(env.goal()[0]! - env.state()[0]!)),
});

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
