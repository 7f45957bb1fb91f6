// The laws of `Env`. Every world's test file calls `envLaws`; a world that passes can be collected from, planned in and
// evaluated by everything above this room.

import { describe, expect, test } from 'vitest';
import { fold, type JepaError, key, stream } from '../core/index.ts';
import type { Env, Policy } from './env.ts';
import { vectorEnv } from './vector.ts';

/** What the laws need to know about a world. */
export interface EnvLawOptions {
  /** A fresh world at some picture size; the laws use 32 pixels. */
  readonly make: (options: { readonly imageSize: number }) => Env;
  /** A policy meant to solve the world. */
  readonly expert: () => Policy;
  /** Share of 50 plain resets that the expert must solve within `spec.maxSteps`. Default 0.9. */
  readonly solves?: number;
  /** Factors whose values can be drawn together in any combination. Default: all. */
  readonly together?: readonly string[];
}

const SIZE = 32;
const BYTES = SIZE * SIZE * 3;

function frame(env: Env, draw: 'render' | 'renderGoal' = 'render'): Uint8Array {
  const out = new Uint8Array(BYTES);
  env[draw](out);
  return out;
}

/** A few random actions, some beyond the bounds. */
function actions(env: Env, seed: number, count: number): Float32Array[] {
  const random = stream(fold(key(seed), 'law-actions'));
  const { actionDim, actionLow, actionHigh } = env.spec;
  const middle = (actionLow + actionHigh) / 2;
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: actionDim }, () => middle + random.normal() * (actionHigh - middle)),
  );
}

/** The states and distances of a run of `count` steps. */
function run(env: Env, seed: number, count: number): number[][] {
  return actions(env, seed, count).map((action) => {
    const { distance } = env.step(action);
    return [...env.state(), distance];
  });
}

function codeOf(call: () => void): string {
  try {
    call();
  } catch (error) {
    return (error as JepaError).code;
  }
  return 'nothing thrown';
}

function lawsOfTime(open: () => Env, together: readonly string[]): void {
  test('the same key gives the same task, steps and frames, in a used world too', () => {
    const fresh = open();
    const used = open();
    used.reset(key(99), { vary: together });
    run(used, 1, 5);
    for (const env of [fresh, used]) env.reset(key(4));
    expect(used.goal()).toEqual(fresh.goal());
    expect(run(used, 2, 20)).toEqual(run(fresh, 2, 20));
    expect(frame(used)).toEqual(frame(fresh));
  });

  test('different keys give different tasks', () => {
    const env = open();
    const tasks = new Set<string>();
    for (let i = 0; i < 20; i++) {
      env.reset(fold(key(5), i));
      tasks.add([...env.state(), ...env.goal()].join());
    }
    expect(tasks.size).toBe(20);
  });

  test('a state that is set is read back, and the world goes on from it as it did the first time', () => {
    const env = open();
    env.reset(key(6));
    run(env, 3, 7);
    const kept = env.state();
    const picture = frame(env);
    const first = run(env, 4, 10);
    env.setState(kept);
    expect(env.state()).toEqual(kept);
    expect(frame(env)).toEqual(picture);
    expect(run(env, 4, 10)).toEqual(first);
  });

  test('state and goal are copies: changing them leaves the world alone', () => {
    const env = open();
    env.reset(key(7));
    const kept = [env.state(), env.goal()];
    env.state().fill(-1);
    env.goal().fill(-1);
    expect([env.state(), env.goal()]).toEqual(kept);
  });

  test('given state and goal are those after the reset', () => {
    const env = open();
    env.reset(key(8));
    const [state, goal] = [env.state(), env.goal()];
    env.reset(key(9), { state, goal });
    expect([env.state(), env.goal()]).toEqual([state, goal]);
  });
}

function lawsOfActions(open: () => Env): void {
  test('actions of the wrong size or with non-finite numbers are refused and move nothing', () => {
    const env = open();
    env.reset(key(10));
    const before = env.state();
    const { actionDim } = env.spec;
    expect(codeOf(() => env.step(new Float32Array(actionDim + 1)))).toBe('shape');
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(codeOf(() => env.step(new Float32Array(actionDim).fill(bad)))).toBe('numeric');
    }
    expect(env.state()).toEqual(before);
  });

  test('an action beyond the bounds acts as the nearest one within', () => {
    const { actionDim, actionLow, actionHigh } = open().spec;
    for (const [given, bound] of [
      [actionHigh + 5, actionHigh],
      [actionLow - 5, actionLow],
    ]) {
      const [far, near] = [open(), open()];
      for (const env of [far, near]) env.reset(key(11));
      far.step(new Float32Array(actionDim).fill(given!));
      near.step(new Float32Array(actionDim).fill(bound!));
      expect(far.state()).toEqual(near.state());
    }
  });

  test('states and goals of the wrong size or with non-finite numbers are refused', () => {
    const env = open();
    const { stateDim, goalDim } = env.spec;
    expect(codeOf(() => env.setState(new Float32Array(stateDim + 1)))).toBe('shape');
    expect(codeOf(() => env.setGoal(new Float32Array(goalDim + 1)))).toBe('shape');
    expect(codeOf(() => env.setState(new Float32Array(stateDim).fill(Number.NaN)))).toBe('numeric');
    expect(codeOf(() => env.setGoal(new Float32Array(goalDim).fill(Number.NaN)))).toBe('numeric');
  });

  test('a refused reset leaves the world as it was', () => {
    const env = open();
    env.reset(key(12));
    const before = [env.state(), env.goal()];
    expect(codeOf(() => env.reset(key(13), { vary: ['no such factor'] }))).toBe('usage');
    expect(codeOf(() => env.reset(key(13), { state: [] }))).toBe('shape');
    expect([env.state(), env.goal()]).toEqual(before);
  });
}

function lawsOfFrames(open: () => Env): void {
  test('a frame depends on the state alone, not on where it is written, and nothing else is written', () => {
    const env = open();
    env.reset(key(14));
    const picture = frame(env);
    const wide = new Uint8Array(BYTES + 37).fill(7);
    env.render(wide, 17);
    expect(wide.slice(17, 17 + BYTES)).toEqual(picture);
    expect(wide.slice(0, 17)).toEqual(new Uint8Array(17).fill(7));
    expect(wide.slice(17 + BYTES)).toEqual(new Uint8Array(20).fill(7));
    expect(frame(env)).toEqual(picture);
  });

  test('a target without room for the frame is refused', () => {
    const env = open();
    expect(codeOf(() => env.render(new Uint8Array(BYTES - 1)))).toBe('shape');
    expect(codeOf(() => env.render(new Uint8Array(BYTES), 1))).toBe('shape');
    expect(codeOf(() => env.renderGoal(new Uint8Array(BYTES), -1))).toBe('shape');
  });

  test('the goal frame stays while the agent moves, and changes with the goal', () => {
    const env = open();
    env.reset(key(15));
    const goal = frame(env, 'renderGoal');
    env.setGoal(env.goal());
    expect(frame(env, 'renderGoal')).toEqual(goal);
    env.reset(key(16));
    expect(frame(env, 'renderGoal')).not.toEqual(goal);
  });
}

function lawsOfGoals(open: () => Env, expert: () => Policy, solves: number): void {
  test('a step reports success exactly when the world is then solved', () => {
    const env = open();
    const policy = expert();
    for (let i = 0; i < 10; i++) {
      env.reset(fold(key(17), i));
      const random = stream(fold(key(18), i));
      for (let t = 0; t < 30; t++) {
        const { terminated, distance } = env.step(policy.act(env, random));
        expect(terminated).toBe(env.solved());
        expect(distance).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test(`the expert solves at least ${solves * 100} % of 50 tasks`, () => {
    const env = open();
    let solved = 0;
    for (let i = 0; i < 50; i++) {
      env.reset(fold(key(19), i));
      const policy = expert();
      const random = stream(fold(key(20), i));
      for (let t = 0; t < env.spec.maxSteps && !env.solved(); t++) env.step(policy.act(env, random));
      if (env.solved()) solved++;
    }
    expect(solved / 50).toBeGreaterThanOrEqual(solves);
  });

  test('a policy acts within the bounds, and the same stream gives the same actions', () => {
    const env = open();
    env.reset(key(21));
    const [one, two] = [expert().act(env, stream(key(22))), expert().act(env, stream(key(22)))];
    expect(one).toEqual(two);
    expect(one.length).toBe(env.spec.actionDim);
    expect(Math.max(...one)).toBeLessThanOrEqual(env.spec.actionHigh);
    expect(Math.min(...one)).toBeGreaterThanOrEqual(env.spec.actionLow);
  });
}

function lawsOfFactors(open: () => Env, together: readonly string[]): void {
  test('the spec is plain data', () => {
    const { spec } = open();
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    expect(spec.stateNames.length).toBe(spec.stateDim);
  });

  test('all factors varied, written as JSON and set in another world give the same world', () => {
    const [env, other] = [open(), open()];
    const names = Object.keys(env.spec.factors);
    for (let i = 0; i < 5; i++) {
      env.reset(fold(key(23), i), { vary: together });
      const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, env.factor(name)])));
      for (const [name, value] of Object.entries(JSON.parse(text))) other.setFactor(name, value as number | number[]);
      other.setState(env.state());
      other.setGoal(env.goal());
      expect(frame(other)).toEqual(frame(env));
      expect(run(other, 24, 10)).toEqual(run(env, 24, 10));
    }
  });

  test('drawn factors lie in their ranges and given ones are kept', () => {
    const env = open();
    for (const [name, factor] of Object.entries(env.spec.factors)) {
      env.reset(key(25), { vary: [name] });
      const drawn = [env.factor(name)].flat() as number[];
      expect(drawn.length).toBe(factor.size);
      for (const v of drawn) {
        expect(v).toBeGreaterThanOrEqual(Math.fround(factor.low));
        expect(v).toBeLessThanOrEqual(Math.fround(factor.high));
        if (factor.kind !== 'real') expect(Number.isInteger(v)).toBe(true);
      }
      const kept = env.factor(name);
      env.reset(key(26), { factors: { [name]: kept }, vary: [] });
      expect(env.factor(name)).toEqual(kept);
    }
  });

  test('an unknown factor is refused with the nearest known name', () => {
    const env = open();
    const known = Object.keys(env.spec.factors)[0];
    if (known === undefined) return;
    expect(() => env.factor(`${known}x`)).toThrow(`did you mean '${known}'?`);
    expect(() => env.setFactor(`${known}x`, 0)).toThrow(`did you mean '${known}'?`);
  });

  test('a factor out of its range, of the wrong size or not finite is refused', () => {
    const env = open();
    for (const [name, { size, high }] of Object.entries(env.spec.factors)) {
      const filled = (v: number): number | number[] => (size === 1 ? v : new Array(size).fill(v));
      expect(codeOf(() => env.setFactor(name, filled(high + 1)))).toBe('usage');
      expect(codeOf(() => env.setFactor(name, filled(Number.NaN)))).toBe('usage');
      expect(codeOf(() => env.setFactor(name, new Array(size + 1).fill(high)))).toBe('shape');
    }
  });
}

function lawsOfVectors(open: () => Env): void {
  test('a vector of worlds gives the numbers and frames of single worlds', () => {
    const n = 3;
    const vector = vectorEnv(open, n);
    const singles = Array.from({ length: n }, open);
    vector.reset(singles.map((_, i) => fold(key(27), i)));
    singles.forEach((env, i) => {
      env.reset(fold(key(27), i));
    });
    for (const action of actions(singles[0]!, 28, 15)) {
      vector.step(Float32Array.from({ length: n * action.length }, (_, c) => action[c % action.length]!));
      const results = singles.map((env) => env.step(action));
      expect([...vector.states]).toEqual(singles.flatMap((env) => [...env.state()]));
      expect([...vector.distances]).toEqual(results.map((r) => r.distance));
      expect([...vector.terminated]).toEqual(results.map((r) => (r.terminated ? 1 : 0)));
    }
    expect([...vector.goals]).toEqual(singles.flatMap((env) => [...env.goal()]));
    const frames = new Uint8Array(n * BYTES);
    vector.render(frames);
    expect(frames).toEqual(Uint8Array.from(singles.flatMap((env) => [...frame(env)])));
    vector.renderGoal(frames);
    expect(frames).toEqual(Uint8Array.from(singles.flatMap((env) => [...frame(env, 'renderGoal')])));
  });
}

/**
 * Runs all laws on a world, inside the caller's test file.
 *
 * @example
 * envLaws('two-room', { make: twoRoom, expert });
 */
export function envLaws(name: string, { make, expert, solves = 0.9, together }: EnvLawOptions): void {
  const open = (): Env => make({ imageSize: SIZE });
  const varied = together ?? Object.keys(open().spec.factors);
  describe(`the laws of worlds hold for ${name}`, () => {
    lawsOfTime(open, varied);
    lawsOfActions(open);
    lawsOfFrames(open);
    lawsOfGoals(open, expert, solves);
    lawsOfFactors(open, varied);
    lawsOfVectors(open);
    test('picture sizes below 16 or not whole are refused', () => {
      for (const imageSize of [15, 0, 20.5, Number.NaN]) expect(codeOf(() => make({ imageSize }))).toBe('usage');
    });
  });
}
