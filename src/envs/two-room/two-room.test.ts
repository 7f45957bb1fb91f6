import { expect, test } from 'vitest';
import { fold, key, stream } from '../../core/index.ts';
import { envLaws } from '../env.law.ts';
import { expert, noisyExpert, oracle, oraclePlan, twoRoom } from '../index.ts';
import { randomPolicy } from '../policies.ts';
import { inDoor, layoutFrom } from './layout.ts';
import { layoutOf } from './two-room.ts';

envLaws('two-room, expert', { make: twoRoom, expert, solves: 0.95 });
envLaws('two-room with far goals, oracle', {
  make: ({ imageSize }) => twoRoom({ imageSize, targets: 'other-room' }),
  expert: oracle,
  solves: 1,
  // A fast agent cannot be 114 steps away from anything.
  together: Object.keys(twoRoom().spec.factors).filter((name) => name !== 'agent.speed' && name !== 'task.min_steps'),
});

// A12 of specs section 16.1; each row: position, action, next position.
test.each([
  ['before the wall, off the door: put back half a pixel', [98, 112], [1, 0], [99.5, 112]],
  ['free, diagonal without a norm limit', [60, 112], [1, 1], [65, 117]],
  ['leaving the doorway sideways left of the centre', [110, 64], [1, 1], [99.5, 69]],
  ['leaving the doorway sideways right of the centre', [113, 64], [0, 1], [124.5, 69]],
  ['in the corner: clamped to the frame', [22, 22], [-1, -1], [21, 21]],
  ['inside the doorway', [111, 49], [1, 0], [116, 49]],
] as const)('A12 %s', (_, from, action, to) => {
  const env = twoRoom({ imageSize: 16 });
  env.setState(from);
  env.step(action);
  expect([...env.state()]).toEqual(to);
});

test('A12 turned by 90 degrees holds for a horizontal wall', () => {
  const env = twoRoom({ imageSize: 16 });
  env.setFactor('wall.axis', 0);
  env.setState([64, 113]);
  env.step([1, 0]);
  expect([...env.state()]).toEqual([69, 124.5]);
});

test('A13: the noise-free expert goes from (40, 180) to (190, 180) in 55 steps', () => {
  const env = twoRoom({ imageSize: 16 });
  env.setState([40, 180]);
  env.setGoal([190, 180]);
  const policy = expert();
  const random = stream(key(0));
  let steps = 0;
  for (let terminated = false; !terminated; steps++) terminated = env.step(policy.act(env, random)).terminated;
  expect(steps).toBe(55);
});

test('the centre passes a door up to 15.75 pixels from its centre and no further', () => {
  const layout = layoutOf(twoRoom());
  expect([33.24, 33.25, 64.75, 64.76].map((v) => inDoor(layout, v))).toEqual([false, true, true, false]);
});

test('the goal is reached below 16 pixels, not at 16', () => {
  const env = twoRoom();
  env.setState([60, 112]);
  env.setGoal([76, 112]);
  expect(env.solved()).toBe(false);
  env.setGoal([75.999, 112]);
  expect(env.solved()).toBe(true);
});

test('plain resets put the agent outside the wall zone and the goal anywhere in [14, 209], also inside the wall', () => {
  const env = twoRoom({ imageSize: 16 });
  let insideWall = 0;
  let sameRoom = 0;
  for (let i = 0; i < 400; i++) {
    env.reset(fold(key(1), i));
    const [x, y] = env.state() as unknown as [number, number];
    const [gx, gy] = env.goal() as unknown as [number, number];
    expect(x < 100 || x > 124).toBe(true);
    for (const v of [x, y, gx, gy]) expect(v >= 14 && v <= 209).toBe(true);
    if (gx >= 100 && gx <= 124) insideWall++;
    if (gx < 112 === x < 112) sameRoom++;
  }
  // Shares 24/195 and about one half; four standard deviations of n = 400.
  expect(Math.abs(insideWall / 400 - 24 / 195)).toBeLessThan(0.066);
  expect(Math.abs(sameRoom / 400 - 0.5)).toBeLessThan(0.1);
});

test("goals for targets 'other-room' lie across the wall and at least task.min_steps away by way of a door", () => {
  const env = twoRoom({ imageSize: 16, targets: 'other-room' });
  for (let i = 0; i < 50; i++) {
    env.reset(fold(key(2), i));
    const [x, y] = env.state() as unknown as [number, number];
    const [gx, gy] = env.goal() as unknown as [number, number];
    expect(x < 112).not.toBe(gx < 112);
    expect(Math.hypot(x - 112, y - 49) + Math.hypot(gx - 112, gy - 49)).toBeGreaterThanOrEqual(25 * 5);
  }
});

test('varying one more factor leaves the draws of the others unchanged', () => {
  const env = twoRoom({ imageSize: 16 });
  env.reset(key(3));
  const [state, goal] = [env.state(), env.goal()];
  env.reset(key(3), { vary: ['agent.position', 'target.position', 'agent.color', 'agent.speed'] });
  expect([env.state(), env.goal()]).toEqual([state, goal]);
  expect(env.factor('agent.speed')).not.toBe(5);
});

test('every factor the reference declares is there, with its range', () => {
  const { factors } = twoRoom().spec;
  const range = (name: string): unknown[] => [factors[name]!.low, factors[name]!.high, factors[name]!.initial];
  expect(Object.keys(factors).sort()).toEqual([
    'agent.color',
    'agent.position',
    'agent.radius',
    'agent.speed',
    'background.color',
    'door.color',
    'door.number',
    'door.position',
    'door.size',
    'rendering.render_target',
    'target.color',
    'target.position',
    'target.radius',
    'task.min_steps',
    'wall.axis',
    'wall.border_color',
    'wall.color',
    'wall.thickness',
  ]);
  expect(range('agent.radius')).toEqual([7, 14, 7]);
  expect(range('agent.speed')).toEqual([1.75, 10.5, 5]);
  expect(range('wall.thickness')).toEqual([7, 41, 10]);
  expect(range('door.size')).toEqual([1, 21, [14, 14, 14]]);
  expect(range('door.position')).toEqual([0, 223, [49, 49, 49]]);
});

test('drawn door sizes leave at least one existing door that fits the agent', () => {
  const env = twoRoom({ imageSize: 16 });
  for (let i = 0; i < 100; i++) {
    env.reset(fold(key(4), i), { vary: ['door.size', 'door.number', 'agent.radius'] });
    const { doors, radius } = layoutOf(env);
    expect(Math.max(...doors.map((door) => door.half))).toBeGreaterThanOrEqual(1.1 * radius);
  }
});

test('a state outside the picture is refused with the allowed range', () => {
  expect(() => twoRoom().setState([224, 10])).toThrow(/state must lie in \[0, 223\], got 224 at index 0/);
});

test('policies of this world refuse another world', () => {
  const env = twoRoom();
  const other = { ...env, spec: { ...env.spec, id: 'elsewhere' } };
  expect(() => oraclePlan(other)).toThrow(/needs the world 'two-room', got 'elsewhere'/);
});

test('in one room the oracle needs as many steps as the slower coordinate', () => {
  const env = twoRoom({ imageSize: 16 });
  env.setState([30, 30]);
  env.setGoal([30, 180]);
  // 150 pixels straight down; below 16 after the first whole step beyond 134: 27 steps of 5.
  expect(oraclePlan(env).steps).toBe(27);
  env.setGoal([90, 180]);
  // x arrives after 12 steps, so the last steps are straight again.
  expect(oraclePlan(env).steps).toBe(27);
});

test('through the door the oracle needs no more than the sum of its legs in the step metric, and no less than the way across', () => {
  const env = twoRoom({ imageSize: 16 });
  env.setState([40, 180]);
  env.setGoal([190, 180]);
  const { steps, reachable } = oraclePlan(env);
  expect(reachable).toBe(true);
  // Up into the band (180 to 64.75) takes 24 steps, which brings x to the wall; the wall zone is 24 pixels, 5 steps; and
  // down again from at best 64.75 to within 16 of 180 takes at least 20 (99.25 / 5).
  expect(steps).toBeGreaterThanOrEqual(24 + 4 + 20 - 1);
  expect(steps).toBeLessThan(55);
});

test('following the oracle takes exactly the planned number of steps, in default and in varied worlds', () => {
  const env = twoRoom({ imageSize: 16 });
  const policy = oracle();
  const random = stream(key(0));
  for (let i = 0; i < 60; i++) {
    env.reset(fold(key(5), i), i % 2 === 0 ? {} : { vary: Object.keys(env.spec.factors) });
    const { steps, reachable, actions } = oraclePlan(env);
    expect(actions.length).toBe(2 * steps);
    if (!reachable) continue;
    for (let t = 0; t < steps; t++) {
      expect(env.solved()).toBe(false);
      env.step(policy.act(env, random));
    }
    expect(env.solved()).toBe(true);
  }
});

test('with the default factors the oracle reaches every goal that a reset can draw', () => {
  const env = twoRoom({ imageSize: 16 });
  for (let i = 0; i < 200; i++) {
    env.reset(fold(key(6), i));
    expect(oraclePlan(env).reachable).toBe(true);
  }
});

test('a goal that the agent cannot come near is refused, in a corner or inside a thick wall', () => {
  const env = twoRoom();
  // The agent's centre stays within [21, 203]: (8, 8) is 13 sqrt(2) = 18.4 pixels away, (10, 10) 15.6.
  expect(() => env.setGoal([8, 8])).toThrow(/within 16 pixels of where the agent can be, got \(8, 8\), which is 18.4/);
  env.setGoal([10, 10]);
  // The wall of 10 keeps the agent 12 pixels from its middle, one of 41 keeps it 27 away; a door lets it in.
  env.setGoal([112, 180]);
  env.setFactor('wall.thickness', 41);
  expect(() => env.setGoal([112, 180])).toThrow(/which is 27.0 pixels/);
  expect(() => env.reset(key(0), { factors: { 'wall.thickness': 41 }, goal: [112, 180] })).toThrow(/which is 27.0/);
  env.setGoal([112, 49]);
});

test('a goal behind a wall without a usable door is reported as unreachable', () => {
  const env = twoRoom({ imageSize: 16 });
  env.reset(key(0), {
    state: [40, 112],
    goal: [190, 112],
    factors: { 'door.size': [1, 1, 1], 'door.position': [0, 0, 0] },
  });
  const plan = oraclePlan(env);
  expect(plan.reachable).toBe(false);
  // The nearest place is the near side of the wall, 90 pixels from the goal.
  expect(plan.distance).toBeCloseTo(90, 1);
});

test('the noisy expert saturates: N(0, 2) noise clips about half of all components', () => {
  const env = twoRoom({ imageSize: 16 });
  env.reset(key(0), { state: [60, 112], goal: [60, 200] });
  const policy = noisyExpert();
  const random = stream(key(1));
  let clipped = 0;
  let down = 0;
  const n = 4000;
  for (let i = 0; i < n; i++) {
    const action = policy.act(env, random);
    if (Math.abs(action[0]!) === 1) clipped++;
    if (action[1] === 1) down++;
  }
  // The wanted direction is (0, 1): P(|N(0, 4)| >= 1) = 0.6171 and P(1 + N(0, 4) >= 1) = 0.5; four standard deviations.
  expect(Math.abs(clipped / n - 0.6171)).toBeLessThan(0.031);
  expect(Math.abs(down / n - 0.5)).toBeLessThan(0.032);
});

test('the random policy is uniform in the bounds', () => {
  const env = twoRoom({ imageSize: 16 });
  const random = stream(key(2));
  const n = 4000;
  const draws = Array.from({ length: n }, () => randomPolicy().act(env, random)[0]!);
  expect(Math.abs(draws.reduce((a, b) => a + b, 0) / n)).toBeLessThan((4 * Math.sqrt(1 / 3)) / Math.sqrt(n));
  expect(Math.abs(draws.reduce((a, b) => a + b * b, 0) / n - 1 / 3)).toBeLessThan(
    (4 * Math.sqrt(4 / 45)) / Math.sqrt(n),
  );
});

test('the picture size does not touch the dynamics', () => {
  const [small, large] = [twoRoom({ imageSize: 16 }), twoRoom({ imageSize: 448 })];
  for (const env of [small, large]) {
    env.reset(key(3));
    for (let t = 0; t < 30; t++) env.step([Math.sin(t), Math.cos(t)]);
  }
  expect(small.state()).toEqual(large.state());
});

test('layoutFrom rounds half the thickness down', () => {
  const env = twoRoom();
  env.setFactor('wall.thickness', 11);
  expect(layoutOf(env).low).toBe(100);
  expect(layoutFrom({ ...layoutValues(env), 'wall.thickness': 12 }).low).toBe(99);
});

function layoutValues(env: ReturnType<typeof twoRoom>): Record<string, number | readonly number[]> {
  return Object.fromEntries(Object.keys(env.spec.factors).map((name) => [name, env.factor(name)]));
}
