import { expect, test } from 'vitest';
import { goalOfState } from './goal.ts';
import { makeEnv } from './registry.ts';

test('the goal of a Push-T state is the places of agent and block and the angle, without velocities', () => {
  const state = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  expect([...goalOfState(makeEnv('push-t').spec, state)]).toEqual([1, 2, 3, 4, 5]);
});
