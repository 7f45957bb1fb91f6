import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import type { Policy } from '../env.ts';
import { noisyExpert, twoRoom, twoRoomRoaming } from '../index.ts';
import { WALL_CENTER } from './layout.ts';
import { layoutOf } from './two-room.ts';

const STEPS = 100;
const EPISODES = 60;

/** How often episodes of a policy pass the door, and in which share of steps they touch the wall beside it. */
function play(policy: Policy): { crossings: number; atWall: number } {
  const env = twoRoom({ imageSize: 16 });
  let [crossings, atWall] = [0, 0];
  for (let e = 0; e < EPISODES; e++) {
    env.reset(fold(key(1), e));
    policy.reset?.();
    const random = stream(fold(key(2), e));
    const { axis, low, high } = layoutOf(env);
    for (let t = 0; t < STEPS; t++) {
      const before = env.state()[axis]! > WALL_CENTER;
      env.step(policy.act(env, random));
      const at = env.state()[axis]!;
      if (at > WALL_CENTER !== before) crossings++;
      if (Math.abs(at - low) < 0.5 || Math.abs(at - high) < 0.5) atWall++;
    }
  }
  return { crossings: crossings / EPISODES, atWall: atWall / (EPISODES * STEPS) };
}

test('it passes the door more often than the noisy expert, and touches the wall more often', () => {
  const [roaming, expert] = [play(twoRoomRoaming()), play(noisyExpert())];
  expect(roaming.crossings).toBeGreaterThan(1.3 * expert.crossings);
  expect(roaming.atWall).toBeGreaterThan(expert.atWall);
});

test('after a reset it acts as a new one does', () => {
  const env = twoRoom({ imageSize: 16 });
  env.reset(key(5));
  const used = twoRoomRoaming();
  for (let t = 0; t < 20; t++) env.step(used.act(env, stream(fold(key(6), t))));
  used.reset?.();
  env.reset(key(7));
  expect(used.act(env, stream(key(8)))).toEqual(twoRoomRoaming().act(env, stream(key(8))));
});
