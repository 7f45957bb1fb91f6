import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { openStore } from '../data/node.ts';
import { makeEnv, makePolicy, type Policy } from '../envs/index.ts';
import { shareOfEpisode } from './mix.ts';
import { type CollectOptions, collect, mainEpisodes } from './node.ts';

const scratch = mkdtempSync(join(tmpdir(), 'jepa-mix-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Takes the same action at every step. */
const always = (name: string, value: number): Policy => ({ name, act: () => Float32Array.of(value, 0) });

const options = (changes: Partial<CollectOptions> = {}): CollectOptions => ({
  dir: mkdtempSync(join(scratch, 'set-')),
  env: makeEnv('two-room', { imageSize: 16 }),
  policy: always('main', 0),
  mix: [
    { policy: always('left', -1), share: 0.25 },
    { policy: always('right', 1), share: 0.25 },
  ],
  ...{ episodes: 12, maxSteps: 4, minSteps: 2, key: key(3), resume: true },
  ...changes,
});

test('shares are kept within one episode, however many there are', () => {
  for (const episodes of [10, 40, 100]) {
    const counts = [0, 0, 0];
    for (let i = 0; i < episodes; i++) counts[shareOfEpisode([0.25, 0.5], i)]!++;
    for (const [i, share] of [0.25, 0.25, 0.5].entries())
      expect(Math.abs(counts[i]! - share * episodes)).toBeLessThan(3);
  }
});

test('each episode is one policy’s from start to end, and the dataset tells those of the main one', async () => {
  const o = options();
  await collect(o);
  const store = openStore(o.dir);
  const main = mainEpisodes(store.spec, [...store.episodes.keys()]);
  for (const [index, { row, length }] of store.episodes.entries()) {
    const actions = store.read('action', row, length - 1);
    const first = actions[0]!;
    expect([...actions].every((value, i) => value === (i % 2 === 0 ? first : 0))).toBe(true);
    expect(main.includes(index)).toBe(first === 0);
  }
  store.close();
  expect(main.length).toBeGreaterThan(3);
});

test('a mixture is continued with the same shares only', async () => {
  const o = options({ episodes: 3 });
  await collect(o);
  await expect(collect({ ...o, episodes: 5, mix: [] })).rejects.toThrow(/collected otherwise/);
});

test('without pictures only actions and states are stored', async () => {
  const o = options({ pictures: false, policy: makePolicy('two-room', 'noisy-expert') });
  await collect(o);
  const store = openStore(o.dir);
  expect(store.spec.columns.map(({ name }) => name)).toEqual(['action', 'state']);
  store.close();
});

test('shares that leave the main policy nothing are refused', async () => {
  const all = { policy: always('left', -1), share: 1 };
  await expect(collect(options({ mix: [all] }))).rejects.toThrow(/positive and less than 1 together/);
});
