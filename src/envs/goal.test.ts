import { expect, test } from 'vitest';
import { fold, key } from '../core/index.ts';
import { goalOfState } from './goal.ts';
import { listEnvs, makeEnv, prepareEnv } from './registry.ts';

test('in every world the goal cut from a state is satisfied by that state', async () => {
  for (const [i, { id }] of listEnvs().entries()) {
    await prepareEnv(id);
    const env = makeEnv(id, { imageSize: 32 });
    env.reset(fold(key(0), i));
    const goal = goalOfState(env.spec, env.state());
    expect(goal).toHaveLength(env.spec.goalDim);
    env.setGoal(goal);
    expect(env.solved(), id).toBe(true);
  }
});

test('the goal of a Push-T state is the places of agent and block and the angle, without velocities', () => {
  const state = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  expect([...goalOfState(makeEnv('push-t').spec, state)]).toEqual([1, 2, 3, 4, 5]);
});
