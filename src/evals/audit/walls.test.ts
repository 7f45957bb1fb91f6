import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { bouncingBall, dotWall, pushT, twoRoom } from '../../envs/index.ts';
import { pointModel, stillModel } from '../world-model/closed-form.law.ts';
import { pushTest } from './pushes.ts';
import { wallOf, wallTest } from './walls.ts';

/** Reads the first two numbers of an embedding, as the model of a point has them. */
const position = { components: [0, 1], read: (z: Float32Array) => Float64Array.from(z), error: 0 };
const actions = { mean: [0, 0], std: [1, 1] };

test('a model without walls believes that it passes everywhere, and the truth passes in the door', async () => {
  // In Two-Room an action of 1 moves the agent by 5: the point model is exact away from walls.
  const env = twoRoom({ imageSize: 16 });
  env.reset(key(0), { vary: [] });
  const wall = env.divider!();
  const tested = await wallTest({
    ...{ model: pointModel(2, env.factor('agent.speed') as number, 5), env, actions, frameSkip: 5, horizon: 2 },
    ...{ position, states: [env.state()], heights: 182 },
  });
  if ('why' in tested) throw new Error(tested.why);
  const [low, high] = wall.range;
  expect(tested.believedWidth).toBeCloseTo(high - low, 9);
  expect(tested.startsRead).toBe(1);
  const [from, to] = wall.doors[0]!;
  // Heights are one pixel apart.
  expect(Math.abs(tested.trueWidth - (to - from))).toBeLessThanOrEqual(1);
  expect(tested.bands.map(({ where, truly }) => [where, truly])).toEqual([
    ['in the door', 1],
    ['up to half a door beside it', 0],
    ['up to one door', 0],
    ['up to two', 0],
    ['further', 0],
  ]);
});

test("each state's own wall is tried where walls are part of the state", async () => {
  const env = dotWall({ imageSize: 16 });
  const state = Float32Array.of(10, 30, 24, 40);
  const tested = await wallTest({
    ...{ model: pointModel(4, 1, 2), env, actions, frameSkip: 2, horizon: 3 },
    ...{ position, states: [state], heights: 112 },
  });
  if ('why' in tested) throw new Error(tested.why);
  // The dot's middle passes within 4 of the door's; the noise of a contact, of deviation 0.5, lets some from beside it in.
  expect(Math.abs(tested.trueWidth - 8)).toBeLessThanOrEqual(2);
});

test('a world without a wall is not tested, with the reason', async () => {
  const env = bouncingBall({ imageSize: 16 });
  expect(wallOf(env)).toEqual({ why: 'no wall with doors divides the world' });
});

test('a model that expects everything to stay believes in no push, and its error is the way of the object', async () => {
  const env = pushT({ imageSize: 16 });
  const states = [
    [100, 100, 256, 256, 0, 0, 0, 0, 0, 0],
    [100, 100, 220, 280, 1, 0, 0, 0, 0, 0],
  ].map((numbers) => Float32Array.from(numbers));
  env.setGoal([0, 0, 0, 0, 0]);
  const tested = await pushTest({
    ...{ model: stillModel(16, 10), env, actions, frameSkip: 5, horizon: 4, states, each: 12, key: key(2) },
    position: { ...position, read: (z) => new Float64Array((z.length / 768) * 2) },
  });
  if ('why' in tested) throw new Error(tested.why);
  const [moved, missed] = tested.rows;
  expect(moved!.count + missed!.count).toBe(24);
  expect(moved!.count).toBeGreaterThan(4);
  expect(missed!.count).toBeGreaterThan(0);
  expect(moved!.imagined).toBe(0);
  expect(moved!.error).toBeCloseTo(moved!.truly!, 9);
  expect(missed!.truly).toBeLessThan(0.02 * 140);
  const bare = twoRoom({ imageSize: 16 });
  const none = {
    model: stillModel(16, 10),
    env: bare,
    actions,
    frameSkip: 5,
    horizon: 1,
    states,
    position,
    key: key(0),
  };
  expect(await pushTest(none)).toEqual({ why: 'nothing in the world is pushed' });
});
