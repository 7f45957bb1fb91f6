import { expect, test } from 'vitest';
import { bouncingBall } from './bouncing-ball/bouncing-ball.ts';
import { fromGymnasium } from './gymnasium/from.ts';
import type { GymnasiumLike } from './gymnasium/like.ts';
import { listEnvs, makeEnv, makePolicy, policyNames, prepareEnv, registerWorld } from './registry.ts';
import { twoRoom } from './two-room/two-room.ts';
import { vectorEnv } from './vector.ts';

const envIds = listEnvs().map(({ id }) => id);

test('a world that needs MuJoCo asks for it, and can be made once it is prepared', async () => {
  expect(() => makeEnv('reacher')).toThrow(/await prepareEnv\('reacher'\) first/);
  for (const id of envIds) await prepareEnv(id);
  expect(makeEnv('reacher').spec.id).toBe('reacher');
});

test('every id makes a world of that id at the asked picture size', () => {
  for (const id of envIds) {
    const { spec } = makeEnv(id, { imageSize: 48 });
    expect([spec.id, spec.imageSize]).toEqual([id, 48]);
  }
});

test('every policy of a world carries the name it is asked for by', () => {
  for (const id of envIds) {
    expect(policyNames(id)).toContain('random');
    for (const name of policyNames(id)) expect(makePolicy(id, name).name).toBe(name);
  }
});

test('an unknown world or policy is refused with the nearest known name', async () => {
  await expect(prepareEnv('reecher')).rejects.toThrow(/did you mean 'reacher'\?/);
  expect(() => makeEnv('two-rooms')).toThrow(/unknown environment 'two-rooms'; did you mean 'two-room'\?/);
  expect(() => makePolicy('two-room', 'oracel')).toThrow(/did you mean 'oracle'\?/);
  expect(() => makeEnv('toString')).toThrow(/unknown environment/);
});

test('every world and every vector of worlds refuses an action of the wrong size or not finite by the same words', () => {
  for (const id of envIds) {
    const env = makeEnv(id, { imageSize: 32 });
    const { actionDim } = env.spec;
    const before = env.state();
    expect(() => env.step([])).toThrow(`step: action must hold ${actionDim} numbers, got 0`);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => env.step(new Array(actionDim).fill(bad))).toThrow(`action must be finite, got ${bad} at index 0`);
    }
    expect(env.state()).toEqual(before);
    const two = vectorEnv(() => makeEnv(id, { imageSize: 32 }), 2);
    expect(() => two.step([0])).toThrow(`actions must hold ${2 * actionDim} numbers, got 1`);
    expect(() => two.step(new Array(2 * actionDim).fill(Number.NaN))).toThrow('actions must be finite, got NaN');
  }
});

test('a registered world is made, listed and acted in by its name', () => {
  const ball = bouncingBall();
  registerWorld({
    id: 'my.ball_2',
    summary: 'a ball of my own',
    make: (options) => ({ ...bouncingBall(options), spec: { ...ball.spec, id: 'my.ball_2' } }),
    policies: { still: () => ({ name: 'still', act: () => Float32Array.of(0) }) },
  });
  expect(listEnvs().at(-1)).toEqual({ id: 'my.ball_2', summary: 'a ball of my own' });
  expect(makeEnv('my.ball_2').spec.id).toBe('my.ball_2');
  expect(policyNames('my.ball_2')).toEqual(['random', 'still']);
  expect(makePolicy('my.ball_2', 'random').name).toBe('random');
  expect(() => makeEnv('my.bal_2')).toThrow(/did you mean 'my.ball_2'\?/);
});

test('a class in the manner of Gymnasium is registered in one line', () => {
  class Walker implements GymnasiumLike {
    readonly actionSpace = { low: -1, high: 1, shape: [1] };
    x = 0;
    reset = () => ({ observation: [this.x] });
    step([a]: Float32Array) {
      this.x += a!;
      return { observation: [this.x], reward: 0, terminated: false, truncated: false };
    }
    render = () => ({ data: new Uint8Array(16 * 16 * 3), shape: [16, 16, 3] });
  }
  const settings = { id: 'Walker-v0', maxSteps: 10, solvedWithin: 0.1 };
  registerWorld({ id: 'Walker-v0', summary: 'walks', make: (o) => fromGymnasium(new Walker(), { ...settings, ...o }) });
  const env = makeEnv('Walker-v0', { imageSize: 32 });
  env.step([1]);
  expect([env.state()[0], env.spec.imageSize, makeEnv('Walker-v0').state()[0]]).toEqual([1, 32, 0]);
});

test('a name that is taken or odd, and a world that calls itself otherwise, are refused', () => {
  const world = { summary: 'twin', make: twoRoom };
  expect(() => registerWorld({ id: 'two-room', ...world })).toThrow(/'two-room', which is registered already/);
  for (const id of ['', 'a world', '../up', '-x', 'ümlaut', 'a/b']) {
    expect(() => registerWorld({ id, ...world })).toThrow(/an id must be letters, digits/);
  }
  registerWorld({ id: 'three-room', ...world });
  expect(() => makeEnv('three-room')).toThrow(/registered as 'three-room' must have that spec.id, got 'two-room'/);
});
