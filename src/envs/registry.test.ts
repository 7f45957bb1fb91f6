import { expect, test } from 'vitest';
import { envIds, makeEnv, makePolicy, policyNames, prepareEnv } from './registry.ts';
import { vectorEnv } from './vector.ts';

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
