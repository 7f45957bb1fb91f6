import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import type { Policy } from '../env.ts';
import { mazeExpert, mazeRoaming, pointMaze } from '../index.ts';
import { randomPolicy } from '../policies.ts';
import { cellAt } from './maze.ts';

const STEPS = 100;

/** States of episodes of a policy, whatever the goals. */
function play(policy: Policy, episodes: number): Float32Array[][] {
  const env = pointMaze({ imageSize: 16 });
  return Array.from({ length: episodes }, (_, e) => {
    env.reset(fold(key(1), e));
    policy.reset?.();
    const random = stream(fold(key(2), e));
    const states = [env.state()];
    for (let t = 0; t < STEPS; t++) {
      const action = policy.act(env, random);
      expect(Math.max(...action.map(Math.abs))).toBeLessThanOrEqual(1);
      env.step(action);
      states.push(env.state());
    }
    return states;
  });
}

const cellOf = (state: Float32Array): string => cellAt(state[0]!, state[1]!).join(' ');

test('it is in each of the seven cells for at least one step in twenty', () => {
  const count = new Map<string, number>();
  const states = play(mazeRoaming(), 60).flat();
  for (const state of states) count.set(cellOf(state), (count.get(cellOf(state)) ?? 0) + 1);
  expect(count.size).toBe(7);
  for (const n of count.values()) expect(n / states.length).toBeGreaterThan(0.05);
});

test('an episode sees more cells than one of a random policy', () => {
  const cells = (policy: Policy): number =>
    play(policy, 60).reduce((sum, states) => sum + new Set(states.map(cellOf)).size, 0) / 60;
  expect(cells(mazeRoaming())).toBeGreaterThan(cells(randomPolicy()) + 0.5);
});

test('it is both slow and fast, and runs into walls, which the expert does not', () => {
  const seen = (policy: Policy): { slow: number; fast: number; stopped: number } => {
    let [slow, fast, stopped, n] = [0, 0, 0, 0];
    for (const states of play(policy, 60)) {
      // After the drawn velocity of the start has passed.
      for (let t = 20; t < STEPS; t++) {
        const [, , vx, vy] = states[t] as unknown as [number, number, number, number];
        const speed = Math.hypot(vx, vy);
        n++;
        if (speed < 1) slow++;
        if (speed > 3) fast++;
        // A hard wall takes away the speed into it, all of it.
        if (vx === 0 || vy === 0) stopped++;
      }
    }
    return { slow: slow / n, fast: fast / n, stopped: stopped / n };
  };
  const roaming = seen(mazeRoaming());
  expect(roaming.slow).toBeGreaterThan(0.05);
  expect(roaming.fast).toBeGreaterThan(0.1);
  expect(roaming.stopped).toBeGreaterThan(0.02);
  expect(seen(mazeExpert()).stopped).toBeLessThan(0.005);
});

test('after a reset it acts as a new one does', () => {
  const env = pointMaze({ imageSize: 16 });
  env.reset(key(5));
  const used = mazeRoaming();
  for (let t = 0; t < 20; t++) env.step(used.act(env, stream(fold(key(6), t))));
  used.reset?.();
  env.reset(key(7));
  expect(used.act(env, stream(key(8)))).toEqual(mazeRoaming().act(env, stream(key(8))));
});
