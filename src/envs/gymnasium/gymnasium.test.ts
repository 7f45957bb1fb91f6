import { expect, test } from 'vitest';
import { key, stream } from '../../core/index.ts';
import { canvas, fill, fillDisc } from '../../raster/index.ts';
import { envLaws } from '../env.law.ts';
import type { Env, Policy } from '../env.ts';
import { realFactor } from '../factors.ts';
import { noisyExpert } from '../two-room/expert.ts';
import { twoRoom } from '../two-room/two-room.ts';
import { fromGymnasium, type GymnasiumOptions } from './from.ts';
import type { GymnasiumFrame, GymnasiumLike } from './like.ts';
import { toGymnasium } from './to.ts';

/** A damped point in a box: place and velocity, in double precision. Only what Gymnasium asks for. */
class Point implements GymnasiumLike {
  readonly actionSpace: GymnasiumLike['actionSpace'] = { low: -1, high: 1, shape: [2] };
  observation: number[] = [0, 0, 0, 0];
  drag = 0.9;

  reset({ seed, options }: { seed: number; options?: Readonly<Record<string, unknown>> }): { observation: number[] } {
    const random = stream(key(seed));
    this.drag = (options?.drag as number | undefined) ?? 0.9;
    this.observation = [random.uniform(), random.uniform(), 0, 0];
    return { observation: this.observation };
  }

  step(action: Float32Array): ReturnType<GymnasiumLike['step']> {
    const [x, y, vx, vy] = this.observation as [number, number, number, number];
    const [ux, uy] = [this.drag * vx + 0.01 * action[0]!, this.drag * vy + 0.01 * action[1]!];
    this.observation = [x + ux, y + uy, ux, uy];
    return { observation: this.observation, reward: 0, terminated: false, truncated: false };
  }

  render(): GymnasiumFrame {
    const picture = canvas(new Uint8Array(48 * 48 * 3), 48, 48);
    fill(picture, [0, 0, 0]);
    fillDisc(picture, 48 * this.observation[0]!, 48 * this.observation[1]!, 4, [255, 200, 0]);
    return { data: picture.pixels, shape: [48, 48, 3] };
  }
}

/** The same with the optional part by which recorded states can be set. */
class SettablePoint extends Point {
  setState(state: Float32Array): void {
    this.observation = [...state];
  }

  setFactor(_name: string, value: unknown): void {
    this.drag = value as number;
  }
}

const settings = { id: 'point', maxSteps: 80, goalDim: 2, solvedWithin: 0.05 } as const;

const springAndDamper = (): Policy => ({
  name: 'spring and damper',
  act(env) {
    const [state, goal] = [env.state(), env.goal()];
    return Float32Array.from(goal, (g, i) => Math.min(Math.max(6 * (g - state[i]!) - 30 * state[2 + i]!, -1), 1));
  },
});

envLaws('a world in the manner of Gymnasium', {
  make: ({ imageSize }) =>
    fromGymnasium(new SettablePoint(), {
      ...settings,
      imageSize,
      factors: { drag: realFactor(0.8, 0.95, 0.9, 'Share of the velocity kept in a step.') },
    }),
  expert: springAndDamper,
  solves: 1,
});

const point = (changes: Partial<GymnasiumLike> = {}, options: Partial<GymnasiumOptions> = {}): Env =>
  fromGymnasium(Object.assign(new Point(), changes), { ...settings, ...options });

test('a world without setState can be reset, stepped and seen, and says what does not work', () => {
  const env = point();
  env.reset(key(1));
  const before = env.state();
  env.step([1, 0]);
  expect(env.state()[0]).toBeCloseTo(before[0]! + 0.01, 6);
  const out = new Uint8Array(48 * 48 * 3);
  env.render(out);
  expect(new Set(out).size).toBeGreaterThan(1);
  expect(() => env.setState([0, 0, 0, 0])).toThrow(
    /point: setState needs 'setState', which the world does not have; without it .* no tasks replayed from recorded/,
  );
  expect(() => env.reset(key(2), { state: [0, 0, 0, 0] })).toThrow(/a reset to a given state needs 'setState'/);
  expect(() => env.renderGoal(out)).toThrow(/renderGoal .* needs 'setState'/);
  env.setGoal([0.5, 0.5]);
  expect(env.goal()).toEqual(Float32Array.of(0.5, 0.5));
});

test('a world that draws its goals and cannot be told one says so', () => {
  const env = point({ goal: () => [0.25, 0.75] });
  env.reset(key(1));
  expect(env.goal()).toEqual(Float32Array.of(0.25, 0.75));
  expect(() => env.setGoal([0, 0])).toThrow(/needs 'setGoal'.*goals are those that it draws/);
});

test('bounds that differ between components become [-1, 1], stretched to each', () => {
  const seen: Float32Array[] = [];
  const world = new Point();
  const step: GymnasiumLike['step'] = (action) => {
    seen.push(action);
    return world.step(action);
  };
  const env = point({ step, actionSpace: { low: [0, -2], high: [4, 2], shape: [2] } });
  expect([env.spec.actionLow, env.spec.actionHigh]).toEqual([-1, 1]);
  env.step([-1, 0.5]);
  env.step([0, 9]);
  expect(seen).toEqual([Float32Array.of(0, 1), Float32Array.of(2, 2)]);
});

test('an action space without finite bounds is refused', () => {
  const bounds = (low: number | number[], high: number | number[]) => () =>
    point({ actionSpace: { low, high, shape: [2] } });
  for (const bad of [bounds(-Infinity, 1), bounds(1, -1), bounds([0], 1), bounds(Number.NaN, 1)]) {
    expect(bad).toThrow(/point: actionSpace must have a shape and finite bounds with low < high/);
  }
});

test('observations of the wrong shape or not finite are refused', () => {
  const answer = (observation: unknown) => () => ({
    observation: observation as number[],
    reward: 0,
    terminated: false,
    truncated: false,
  });
  expect(() => point({ step: answer([1, 2, 3]) }).step([0, 0])).toThrow(
    /point step: observation must hold 4 numbers, got 3/,
  );
  expect(() => point({ step: answer([1, 2, Number.NaN, 4]) }).step([0, 0])).toThrow(/observation must be finite/);
  expect(() => point({ step: answer({ x: 1 }) }).step([0, 0])).toThrow(/an observation, one flat array of numbers/);
  expect(() => point({ observationSpace: { low: 0, high: 1, shape: [2, 3] } })).toThrow(/must hold 6 numbers, got 4/);
  const later = Promise.resolve() as unknown as ReturnType<GymnasiumLike['reset']>;
  expect(() => point({ reset: () => later })).toThrow(/got a promise; worlds answer at once/);
});

test('frames that are no [H, W, 3] bytes are refused, other sizes are averaged over areas', () => {
  const shaped = (data: Uint8Array, shape: number[]) => point({ render: () => ({ data, shape }) }, { imageSize: 16 });
  const out = new Uint8Array(16 * 16 * 3);
  expect(() => shaped(new Uint8Array(12), [2, 2, 4]).render(out)).toThrow(/a frame must be .* got shape \[2,2,4\]/);
  expect(() => shaped(new Uint8Array(11), [2, 2, 3]).render(out)).toThrow(/got shape \[2,2,3\] and 11 bytes/);
  const wide = Uint8Array.from({ length: 16 * 32 * 3 }, (_, i) => (Math.floor(i / 3) % 2 === 0 ? 40 : 60));
  shaped(wide, [16, 32, 3]).render(out);
  expect(new Set(out)).toEqual(new Set([50]));
});

test('a step after the end is refused until the next reset, unless the world goes on or stays', () => {
  const world = new Point();
  const step: GymnasiumLike['step'] = (action) => ({ ...world.step(action), truncated: true });
  const env = point({ step });
  env.step([0, 0]);
  expect(() => env.step([0, 0])).toThrow(/point step: the world has ended \(truncated\); reset it, or say afterEnd/);
  env.reset(key(3));
  env.step([0, 0]);
  const patient = point({ step }, { afterEnd: 'go-on' });
  patient.step([1, 0]);
  const moving = patient.state();
  patient.step([1, 0]);
  expect(patient.state()).not.toEqual(moving);
  const still = point({ step }, { afterEnd: 'stay' });
  still.step([1, 0]);
  const ended = still.state();
  still.step([1, 0]);
  expect(still.state()).toEqual(ended);
});

test('a world made into Gymnasium form and back moves and looks as before', () => {
  const env = twoRoom({ imageSize: 32 });
  const back = fromGymnasium(toGymnasium(twoRoom({ imageSize: 32 })), {
    id: 'two-room',
    maxSteps: env.spec.maxSteps,
    solvedWithin: 16,
    afterEnd: 'go-on',
  });
  expect(back.spec).toMatchObject({
    actionDim: 2,
    actionLow: -1,
    actionHigh: 1,
    stateDim: 2,
    goalDim: 2,
    imageSize: 32,
  });
  env.reset(key(4));
  back.reset(key(5), { state: env.state(), goal: env.goal() });
  const [one, other] = [new Uint8Array(32 * 32 * 3), new Uint8Array(32 * 32 * 3)];
  const policy = noisyExpert();
  const random = stream(key(6));
  for (let t = 0; t < 20; t++) {
    const action = policy.act(env, random);
    const [a, b] = [env.step(action), back.step(action)];
    expect(b.distance).toBeCloseTo(a.distance, 4);
    expect(back.state()).toEqual(env.state());
  }
  for (const draw of ['render', 'renderGoal'] as const) {
    env[draw](one);
    back[draw](other);
    expect(other).toEqual(one);
  }
});

test('an Env in Gymnasium form says reward, success and the end of time', () => {
  const world = toGymnasium(twoRoom({ imageSize: 16 }));
  world.reset({ seed: 1 });
  world.setState(Float32Array.of(50, 50));
  world.setGoal(Float32Array.of(60, 50));
  const reached = world.step(Float32Array.of(1, 0));
  expect([reached.reward, reached.terminated, reached.truncated]).toEqual([-5, true, false]);
});
