// Collections in processes of their own that are killed or interrupted at random moments and continued: the dataset must
// equal that of an undisturbed collection, byte for byte, with nothing left over.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { key, stream } from '../core/index.ts';
import { openStore } from '../data/node.ts';
import { makeEnv, makePolicy } from '../envs/index.ts';
import { collect } from './collect.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-collect-kill-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const built = new URL('../../dist/src/agent/node.js', import.meta.url);

const EPISODES = 1200;
const limits = { episodes: EPISODES, maxSteps: 12, minSteps: 3 };

beforeAll(async () => {
  if (!existsSync(built)) throw new Error('run npm run build first');
  const env = makeEnv('two-room', { imageSize: 16 });
  const policy = makePolicy('two-room', 'noisy-expert');
  await collect({ dir: join(root, 'whole'), env, policy, ...limits, key: key(5) });
});

const SCRIPT = `
  import { collect } from '${built}';
  import { makeEnv, makePolicy } from '${new URL('../envs/index.js', built)}';
  const stop = new AbortController();
  process.on('SIGINT', () => stop.abort(new Error('interrupted')));
  let first = true;
  const onEpisode = () => {
    if (first) process.stdout.write('collecting');
    first = false;
  };
  try {
    await collect({
      dir: process.argv[1], env: makeEnv('two-room', { imageSize: 16 }), policy: makePolicy('two-room', 'noisy-expert'),
      ...${JSON.stringify(limits)}, key: [0, 5], resume: true, signal: stop.signal, onEpisode,
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 130;
  }
`;

interface Child {
  readonly child: ChildProcess;
  /** Resolves at the end of the process. */
  readonly ended: Promise<readonly [number | null, string | null]>;
  readonly errors: () => string;
}

function start(dir: string): Child {
  const child = spawn(process.execPath, ['--input-type=module', '-e', SCRIPT, dir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  return { child, ended, errors: () => errors };
}

function expectEqualFolders(name: string): void {
  const [whole, dir] = [join(root, 'whole'), join(root, name)];
  expect(readdirSync(dir)).toEqual(readdirSync(whole));
  for (const file of readdirSync(whole)) {
    expect(Buffer.compare(readFileSync(join(dir, file)), readFileSync(join(whole, file))), file).toBe(0);
  }
}

test('a collection killed by SIGKILL at many random moments ends equal, and leaves no temporary file', async () => {
  const dir = join(root, 'killed');
  const random = stream(key(1));
  let kills = 0;
  let unclosed = 0;
  for (let attempt = 0; attempt < 24; attempt++) {
    const { child, ended, errors } = start(dir);
    // Half of the kills hit the start, where the store is opened; half hit the collection.
    if (attempt % 2 === 0) await Promise.race([once(child.stdout!, 'data'), ended]);
    await Promise.race([wait(random.uniform() * (attempt % 2 === 0 ? 40 : 400)), ended]);
    child.kill('SIGKILL');
    const [code, signal] = await ended;
    if (signal === null) {
      expect(errors()).toBe('');
      expect(code).toBe(0);
      break;
    }
    kills++;
    if (
      existsSync(join(dir, 'dataset.json')) &&
      readFileSync(join(dir, 'dataset.json'), 'utf8').includes('"closed": null')
    ) {
      unclosed++;
    }
  }
  const [code] = await start(dir).ended;
  expect(code).toBe(0);
  expect(kills).toBeGreaterThan(5);
  expect(unclosed).toBeGreaterThan(0);
  expectEqualFolders('killed');
}, 120_000);

test('SIGINT stops a collection within an episode; the store is closed and whole, and the continued one ends equal', async () => {
  const dir = join(root, 'interrupted');
  const { child, ended, errors } = start(dir);
  await once(child.stdout!, 'data');
  child.kill('SIGINT');
  const [code] = await ended;
  expect([code, errors()]).toEqual([130, '']);
  const store = openStore(dir);
  store.verify();
  expect(store.closed).toBe(true);
  expect(store.episodes.length).toBeLessThan(EPISODES);
  store.close();
  expect((await start(dir).ended)[0]).toBe(0);
  expectEqualFolders('interrupted');
});
