import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import type { Env, Policy } from '../env.ts';
import { type PushingOptions, pusher, pushing, pushT } from '../index.ts';

const STEPS = 100;

/** States [T + 1] and actions [T] of episodes of a policy in worlds with free places. */
function play(
  policy: Policy,
  episodes: number,
  untilGoal = false,
): { states: Float32Array[]; actions: Float32Array[] }[] {
  const env = pushT({ imageSize: 16, places: 'free' });
  return Array.from({ length: episodes }, (_, e) => {
    env.reset(fold(key(1), e));
    policy.reset?.();
    const random = stream(fold(key(2), e));
    const states = [env.state()];
    const actions: Float32Array[] = [];
    for (let t = 0; t < STEPS; t++) {
      actions.push(policy.act(env, random));
      const { terminated } = env.step(actions[t]!);
      states.push(env.state());
      if (untilGoal && terminated) break;
    }
    return { states, actions };
  });
}

/** Whether the block is more than 10 pixels or 0.1 radians from where it was. */
function moved(a: Float32Array, b: Float32Array): boolean {
  const turn = Math.abs(a[4]! - b[4]!);
  return Math.hypot(a[2]! - b[2]!, a[3]! - b[3]!) > 10 || Math.min(turn, 2 * Math.PI - turn) > 0.1;
}

test('in more than 80 of 100 windows of 25 steps the block moves, and in a third of all steps', () => {
  let [windows, moving, steps, pushed] = [0, 0, 0, 0];
  for (const { states } of play(pushing(), 40)) {
    for (let t = 0; t + 25 <= STEPS; t++) {
      windows++;
      if (moved(states[t]!, states[t + 25]!)) moving++;
    }
    for (let t = 0; t < STEPS; t++) {
      steps++;
      if ([2, 3, 4].some((i) => states[t]![i] !== states[t + 1]![i])) pushed++;
    }
  }
  expect(moving / windows).toBeGreaterThan(0.8);
  expect(pushed / steps).toBeGreaterThan(1 / 3);
});

test('it keeps on when the goal of the world is reached', () => {
  const env = pushT({ imageSize: 16, places: 'free' });
  const policy = pushing({ walks: 0 });
  const random = stream(key(3));
  env.reset(key(4));
  let moves = 0;
  for (let t = 0; t < 60; t++) {
    // The goal is always where the world is.
    env.setGoal(env.state().slice(0, 5));
    const before = env.state();
    env.step(policy.act(env, random));
    if (before[2] !== env.state()[2]) moves++;
  }
  expect(moves).toBeGreaterThan(10);
});

test('the block goes from pose to pose: it visits most of the inner part of the board', () => {
  const cells = new Set<string>();
  for (const { states } of play(pushing(), 40)) {
    for (const [, , x, y] of states as unknown as number[][])
      cells.add(`${Math.floor(x! / 64)} ${Math.floor(y! / 64)}`);
  }
  // 64-pixel squares from 64 to 448: 36.
  const inner = [...cells].filter((cell) => cell.split(' ').every((c) => Number(c) >= 1 && Number(c) <= 6));
  expect(inner.length).toBeGreaterThanOrEqual(32);
});

test('its actions are smaller than those of the expert on its way, and within the bounds', () => {
  const deviation = (policy: Policy): number => {
    const all = play(policy, 20, true).flatMap(({ actions }) => actions.flatMap((a) => [...a]));
    expect(all.every((v) => Math.abs(v) <= 1)).toBe(true);
    return Math.sqrt(all.reduce((sum, v) => sum + v * v, 0) / all.length);
  };
  const [ours, fast] = [deviation(pushing()), deviation(pusher())];
  expect(ours).toBeLessThan(0.75 * fast);
});

test('with nothing but walks the block is left alone: its path leads around it', () => {
  const only: PushingOptions = { walks: 1, noise: [0, 0] };
  let touched = 0;
  for (const { states } of play(pushing(only), 10)) if (moved(states[0]!, states[STEPS]!)) touched++;
  // A drawn place may lie under the block.
  expect(touched).toBeLessThanOrEqual(5);
});

test('after a reset it acts as a new one does', () => {
  const env: Env = pushT({ imageSize: 16, places: 'free' });
  env.reset(key(5));
  const used = pushing();
  for (let t = 0; t < 20; t++) env.step(used.act(env, stream(fold(key(6), t))));
  used.reset?.();
  env.reset(key(7));
  expect(used.act(env, stream(key(8)))).toEqual(pushing().act(env, stream(key(8))));
});
