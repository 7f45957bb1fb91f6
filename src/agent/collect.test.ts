import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { ACTION, PIXELS } from '../data/index.ts';
import { openStore } from '../data/node.ts';
import { makeEnv, makePolicy } from '../envs/index.ts';
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

test('equal keys collect equal datasets, other keys others', () => {
  const [a, b, c] = [options(), options(), options({ key: key(6) })];
  for (const o of [a, b, c]) collect(o);
  expect(contents(b.dir)).toEqual(contents(a.dir));
  expect(contents(c.dir)).not.toEqual(contents(a.dir));
});

test('a collection that was interrupted and resumed ends equal to one that was not', () => {
  const whole = options();
  collect(whole);
  const stop = new AbortController();
  const parted = options({ signal: stop.signal, onEpisode: (done) => done === 2 && stop.abort(new Error('stop')) });
  expect(() => collect(parted)).toThrow('stop');
  const { signal: _signal, onEpisode: _onEpisode, ...rest } = parted;
  // A fresh world and policy, as a new process would have.
  collect({
    ...rest,
    ...{ env: makeEnv('two-room', { imageSize: 16 }), policy: makePolicy('two-room', 'noisy-expert') },
    resume: true,
  });
  expect(contents(parted.dir)).toEqual(contents(whole.dir));
});

test('episodes keep to the asked lengths, and only the last row of each has no action', () => {
  const o = options({ episodes: 6 });
  const rows = collect(o);
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

test('action t leads from state t to state t + 1, and frame t shows state t', () => {
  const o = options({ episodes: 1 });
  collect(o);
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

test('lengths that no episode can have are refused before anything is written', () => {
  expect(() => collect(options({ minSteps: 13 }))).toThrow(/minSteps must be at most maxSteps = 12, got 13/);
  expect(() => collect(options({ episodes: 0 }))).toThrow(/episodes must be a whole number of at least 1/);
});
