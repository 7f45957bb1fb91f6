import { expect, test } from 'vitest';
import { fold, key } from '../core/index.ts';
import { twoRoom } from './two-room/two-room.ts';
import { vectorEnv } from './vector.ts';

const make = (n: number) => vectorEnv(() => twoRoom({ imageSize: 16 }), n);
const keys = (n: number) => Array.from({ length: n }, (_, i) => fold(key(0), i));

test('inactive worlds stay frozen', () => {
  const worlds = make(3);
  worlds.reset(keys(3));
  const before = worlds.states.slice();
  worlds.step([1, 0, 0.2, 0.2, -1, 0], [0, 1, 0]);
  expect(worlds.states.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(worlds.states.slice(2, 4)).not.toEqual(before.slice(2, 4));
  expect(worlds.states.slice(4)).toEqual(before.slice(4));
  expect(Number.isNaN(worlds.distances[0])).toBe(true);
});

test('one bad action among many refuses the call and moves no world', () => {
  const worlds = make(2);
  worlds.reset(keys(2));
  const before = worlds.states.slice();
  expect(() => worlds.step([0.5, 0.5, Number.NaN, 0])).toThrow(/finite, got NaN at index 2/);
  expect(() => worlds.step([0.5, 0.5])).toThrow(/4 numbers, got 2/);
  expect(worlds.states).toEqual(before);
});

test('options may differ from world to world', () => {
  const worlds = make(2);
  worlds.reset(keys(2), [{ state: [30, 30] }, { state: [40, 40], goal: [50, 50] }]);
  expect([...worlds.states]).toEqual([30, 30, 40, 40]);
  expect([...worlds.goals.slice(2)]).toEqual([50, 50]);
});

test('states and goals are set for all worlds at once', () => {
  const worlds = make(2);
  worlds.setStates([30, 31, 32, 33]);
  worlds.setGoals([50, 51, 52, 53]);
  expect([...worlds.envs[1]!.state(), ...worlds.envs[1]!.goal()]).toEqual([32, 33, 52, 53]);
  expect([...worlds.states, ...worlds.goals]).toEqual([30, 31, 32, 33, 50, 51, 52, 53]);
});

test('wrong counts are refused', () => {
  expect(() => make(0)).toThrow(/size must be a whole number of 1 or more, got 0/);
  expect(() => make(2).reset(keys(3))).toThrow(/keys must hold 2 values, got 3/);
  expect(() => make(2).reset(keys(2), [{}])).toThrow(/options must hold 2 values, got 1/);
  expect(() => make(2).resetOne(2, key(0))).toThrow(/no world 2/);
  expect(() => make(2).render(new Uint8Array(16 * 16 * 3))).toThrow(/1536 bytes/);
});

test('the goal frames of a vector are those of its worlds', () => {
  const worlds = make(2);
  worlds.reset(keys(2));
  const bytes = 16 * 16 * 3;
  const all = new Uint8Array(2 * bytes + 1);
  worlds.renderGoal(all, 1);
  for (const [i, env] of worlds.envs.entries()) {
    const frame = new Uint8Array(bytes);
    env.renderGoal(frame);
    expect(all.subarray(1 + i * bytes, 1 + (i + 1) * bytes)).toEqual(frame);
  }
});
