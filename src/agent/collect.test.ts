import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { ACTION, type Column, PIXELS } from '../data/index.ts';
import { createStore, describeStore, openStore } from '../data/node.ts';
import { type Env, makeEnv, makePolicy, type Policy } from '../envs/index.ts';
import { type CollectOptions, collect } from './node.ts';

const scratch = mkdtempSync(join(tmpdir(), 'jepa-collect-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let count = 0;

const options = (changes: Partial<CollectOptions> = {}): CollectOptions => ({
  dir: join(scratch, String(count++)),
  env: makeEnv('two-room', { imageSize: 16 }),
  policy: makePolicy('two-room', 'noisy-expert'),
  episodes: 4,
  maxSteps: 12,
  minSteps: 3,
  key: key(5),
  ...changes,
});

/** Everything that a dataset holds. */
function contents(dir: string): unknown {
  const store = openStore(dir);
  const columns = [PIXELS, ACTION, 'state'].map((name) => store.read(name, 0, store.rows).slice());
  const { episodes } = store;
  store.close();
  return { episodes, columns };
}

test('equal keys collect equal datasets, other keys others', async () => {
  const [a, b, c] = [options(), options(), options({ key: key(6) })];
  for (const o of [a, b, c]) await collect(o);
  expect(contents(b.dir)).toEqual(contents(a.dir));
  expect(contents(c.dir)).not.toEqual(contents(a.dir));
});

test('a collection that was interrupted and resumed ends equal to one that was not', async () => {
  const whole = options();
  await collect(whole);
  const stop = new AbortController();
  const parted = options({ signal: stop.signal, onEpisode: (done) => done === 2 && stop.abort(new Error('stop')) });
  await expect(collect(parted)).rejects.toThrow('stop');
  const { signal: _signal, onEpisode: _onEpisode, ...rest } = parted;
  // A fresh world and policy, as a new process would have.
  await collect({
    ...rest,
    ...{ env: makeEnv('two-room', { imageSize: 16 }), policy: makePolicy('two-room', 'noisy-expert') },
    resume: true,
  });
  expect(contents(parted.dir)).toEqual(contents(whole.dir));
});

test('episodes keep to the asked lengths, and only the last row of each has no action', async () => {
  const o = options({ episodes: 6 });
  const rows = await collect(o);
  const store = openStore(o.dir);
  expect(store.rows).toBe(rows);
  for (const { row, length } of store.episodes) {
    expect(length).toBeGreaterThanOrEqual(3 + 1);
    expect(length).toBeLessThanOrEqual(12 + 1);
    const actions = store.read(ACTION, row, length) as Float32Array;
    expect(actions.findIndex(Number.isNaN)).toBe(2 * (length - 1));
  }
  store.close();
});

test('action t leads from state t to state t + 1, and frame t shows state t', async () => {
  const o = options({ episodes: 1 });
  await collect(o);
  const store = openStore(o.dir);
  const [states, actions] = [store.read('state', 0, store.rows), store.read(ACTION, 0, store.rows)];
  const pixels = store.read(PIXELS, 0, store.rows);
  const env = makeEnv('two-room', { imageSize: 16 });
  env.reset(key(0));
  for (let t = 0; t + 1 < store.rows; t++) {
    env.setState(Array.from(states.subarray(2 * t, 2 * t + 2)));
    const frame = new Uint8Array(16 * 16 * 3);
    env.render(frame);
    expect(frame).toEqual(pixels.slice(t * frame.length, (t + 1) * frame.length));
    env.step(Array.from(actions.subarray(2 * t, 2 * t + 2)));
    expect(env.state()).toEqual(states.slice(2 * t + 2, 2 * t + 4));
  }
  store.close();
});

test('lengths that no episode can have are refused before anything is written', async () => {
  await expect(collect(options({ minSteps: 13 }))).rejects.toThrow(/minSteps must be at most maxSteps = 12, got 13/);
  await expect(collect(options({ episodes: 0 }))).rejects.toThrow(/episodes must be a whole number of at least 1/);
});

/** A policy that gives these numbers at every step. */
const constantPolicy = (action: ArrayLike<number>): Policy => ({ name: 'constant', act: () => action as Float32Array });

test('an action beyond the bounds is stored as the world executed it, clipped', async () => {
  const o = options({ policy: constantPolicy([100, -0.25]), episodes: 1, untilGoal: false });
  await collect(o);
  const store = openStore(o.dir);
  const actions = store.read(ACTION, 0, store.rows - 1);
  const states = store.read('state', 0, store.rows);
  store.close();
  expect(new Set(actions.filter((_, i) => i % 2 === 0))).toEqual(new Set([1]));
  expect(new Set(actions.filter((_, i) => i % 2 === 1))).toEqual(new Set([-0.25]));
  // The stored actions lead along the stored states.
  const env = makeEnv('two-room', { imageSize: 16 });
  env.reset(key(0));
  env.setState(states.subarray(0, 2));
  for (let t = 0; t + 1 < states.length / 2; t++) {
    env.step(actions.subarray(2 * t, 2 * t + 2));
    expect([...env.state()]).toEqual([...states.subarray(2 * t + 2, 2 * t + 4)]);
  }
});

test('an action of the wrong length or not finite is refused by the name of the policy, and nothing is stored', async () => {
  for (const [action, code, message] of [
    [[1], 'shape', /policy constant in two-room, step 0: an action must have 2 numbers, got 1/],
    [[1, 0, 0], 'shape', /must have 2 numbers, got 3/],
    [[0, Number.NaN], 'numeric', /must be finite, got NaN at index 1/],
    [[Number.POSITIVE_INFINITY, 0], 'numeric', /must be finite, got Infinity at index 0/],
  ] as const) {
    const o = options({ policy: constantPolicy(action) });
    await expect(collect(o)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(describeStore(o.dir)?.episodes).toBe(0);
  }
});

test('a store is continued with what it was collected with, and every difference is named', async () => {
  const first = options({ episodes: 2 });
  await collect(first);
  const again = (changes: Partial<CollectOptions>) => collect({ ...first, episodes: 3, resume: true, ...changes });
  const named: readonly (readonly [Partial<CollectOptions>, RegExp])[] = [
    [{ key: key(6) }, /key was \[0,5\] and is \[0,6\] \(the key follows from the seed\)/],
    [{ policy: makePolicy('two-room', 'random') }, /policy was "noisy-expert" and is "random"/],
    [{ env: makeEnv('two-room', { imageSize: 32 }) }, /imageSize was 16 and is 32/],
    [{ env: makeEnv('dot-wall', { imageSize: 16 }) }, /env was "two-room" and is "dot-wall".*factors\./],
    [{ maxSteps: 13, minSteps: 4 }, /maxSteps was 12 and is 13, minSteps was 3 and is 4/],
    [{ untilGoal: false }, /untilGoal was true and is false/],
  ];
  for (const [changes, message] of named) {
    await expect(again(changes)).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
  }
  expect(describeStore(first.dir)?.episodes).toBe(2);
  await again({});
  expect(describeStore(first.dir)?.episodes).toBe(3);
  // Also when there is nothing left to collect.
  await expect(again({ key: key(6), episodes: 1 })).rejects.toThrow(/key was/);
});

test('a store that does not say what it was collected with is not continued, but taken as it is when complete', async () => {
  const o = options({ episodes: 2 });
  const columns: readonly Column[] = [
    { name: PIXELS, dtype: 'u8', shape: [16, 16, 3] },
    { name: ACTION, dtype: 'f32', shape: [2] },
    { name: 'state', dtype: 'f32', shape: [2] },
  ];
  const writer = createStore(o.dir, { env: 'two-room', columns, metadata: { policy: 'noisy-expert' } });
  writer.append({ pixels: new Uint8Array(768), action: new Float32Array(2), state: new Float32Array(2) });
  writer.close();
  await expect(collect({ ...o, resume: true })).rejects.toThrow(/does not say with which key, policy and limits/);
  expect(await collect({ ...o, episodes: 1, resume: true })).toBe(1);
});

test('resuming where there is no store begins one', async () => {
  const [a, b] = [options(), options({ resume: true })];
  await collect(a);
  await collect(b);
  expect(contents(b.dir)).toEqual(contents(a.dir));
});

test('while it collects, the event loop runs: a timer stops it after few episodes', async () => {
  const stop = new AbortController();
  const onEpisode = (done: number): void => {
    if (done === 1) setTimeout(() => stop.abort(new Error('timer')), 50);
  };
  const o = options({ episodes: 100_000, signal: stop.signal, onEpisode });
  await expect(collect(o)).rejects.toThrow('timer');
  const store = openStore(o.dir);
  store.verify();
  expect(store.closed).toBe(true);
  store.close();
});

test('an abortion in the middle of a long episode ends it there', async () => {
  const stop = new AbortController();
  let steps = 0;
  const env = makeEnv('two-room', { imageSize: 16 });
  const slow: Env = {
    ...env,
    step(action) {
      const until = performance.now() + 12;
      while (performance.now() < until); // A world that takes its time.
      if (++steps === 3) setTimeout(() => stop.abort(new Error('now')), 0);
      return env.step(action);
    },
  };
  const o = options({ env: slow, untilGoal: false, maxSteps: 1000, signal: stop.signal });
  await expect(collect(o)).rejects.toThrow('now');
  expect(steps).toBeLessThan(10);
  expect(describeStore(o.dir)?.episodes).toBe(0);
});
