import { expect, test } from 'vitest';
import { envIds, makeEnv, makePolicy, policyNames } from './registry.ts';

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

test('an unknown world or policy is refused with the nearest known name', () => {
  expect(() => makeEnv('two-rooms')).toThrow(/unknown environment 'two-rooms'; did you mean 'two-room'\?/);
  expect(() => makePolicy('two-room', 'oracel')).toThrow(/did you mean 'oracle'\?/);
  expect(() => makeEnv('toString')).toThrow(/unknown environment/);
});
