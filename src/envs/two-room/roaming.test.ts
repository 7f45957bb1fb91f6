import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import type { Policy } from '../env.ts';
import { noisyExpert, twoRoom, twoRoomRoaming } from '../index.ts';
import { WALL_CENTER } from './layout.ts';
import { layoutOf } from './two-room.ts';

const STEPS = 100;
const EPISODES = 60;

/** How often episodes of a policy pass the door, and how often they lean on the wall: pushed at it for three steps in a row. */
function play(policy: Policy): { crossings: number; leant: number } {
  const env = twoRoom({ imageSize: 16 });
  let [crossings, leant] = [0, 0];
  for (let e = 0; e < EPISODES; e++) {
    env.reset(fold(key(1), e));
    policy.reset?.();
    const random = stream(fold(key(2), e));
    const { axis, low, high, speed } = layoutOf(env);
    let pushed = 0;
    for (let t = 0; t < STEPS; t++) {
      const before = env.state()[axis]!;
      const action = policy.act(env, random);
      env.step(action);
      const at = env.state()[axis]!;
      if (at > WALL_CENTER !== before > WALL_CENTER) crossings++;
      const toward = Math.sign(WALL_CENTER - before) * action[axis]!;
      const near = before < WALL_CENTER ? before > low - speed : before < high + speed;
      pushed = near && toward > 0.2 && Math.abs(at - before) < 0.9 * speed * toward ? pushed + 1 : 0;
      if (pushed === 3) leant++;
    }
  }
  return { crossings: crossings / EPISODES, leant: leant / EPISODES };
}

test('it passes the door more often than the noisy expert, and leans on the wall more often', () => {
  const [roaming, expert] = [play(twoRoomRoaming()), play(noisyExpert())];
  expect(roaming.crossings).toBeGreaterThan(expert.crossings);
  expect(roaming.leant).toBeGreaterThan(expert.leant);
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
