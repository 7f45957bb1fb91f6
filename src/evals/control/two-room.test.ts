// The protocol on a real world: data collected by the noisy expert in Two-Room, tasks cut from held-out episodes, the
// oracle above and the random policy below.

import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import { memorySource } from '../../data/index.ts';
import { noisyExpert, oracle, randomPolicy, twoRoom } from '../../envs/index.ts';
import { envPolicy } from './policy.ts';
import { controlResult } from './result.ts';
import { runControl } from './run.ts';
import { replayTasks, solvedIn } from './tasks.ts';

const makeEnv = () => twoRoom({ imageSize: 16 });

/** States of episodes of 60 steps under the noisy expert. */
function collect(episodes: number) {
  const env = makeEnv();
  const expert = noisyExpert();
  const data = Array.from({ length: episodes }, (_, e) => {
    env.reset(fold(key(5), e));
    const random = stream(fold(key(6), e));
    const states = [...env.state()];
    for (let t = 1; t < 60; t++) {
      env.step(expert.act(env, random));
      states.push(...env.state());
    }
    return { state: Float32Array.from(states) };
  });
  return memorySource({ env: 'two-room', columns: [{ name: 'state', dtype: 'f32', shape: [2] }] }, data);
}

test('on strict Two-Room tasks the oracle reaches every goal and a random policy few', async () => {
  const { tasks, excluded } = replayTasks({
    protocol: 'strict',
    source: collect(12),
    heldOutEpisodes: [2, 3, 5, 7, 11],
    count: 60,
    key: key(0),
    satisfied: solvedIn(makeEnv()),
  });
  for (const { start, goal } of tasks)
    expect(Math.hypot(start[0]! - goal[0]!, start[1]! - goal[1]!)).toBeGreaterThanOrEqual(16);
  expect(excluded).toBeGreaterThan(0);
  const run = (make: typeof oracle) => runControl({ makeEnv, tasks, policy: envPolicy(make), key: key(1) });
  const ceiling = controlResult(await run(oracle));
  const floor = controlResult(await run(randomPolicy));
  // Each goal was reached by the expert in 25 steps, so it is reachable in the budget of 50.
  expect(ceiling.successAny).toBe(60);
  expect(ceiling.medianSteps).toBeLessThanOrEqual(25);
  expect(floor.intervalAny[1]).toBeLessThan(0.5);
});
