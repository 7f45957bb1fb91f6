// Damage of every kind to every kind of file of a closed store: opening it or reading it through `read` must fail, and say
// which file it is. Nothing here calls `verify`: training and evaluation do not either.

import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { JepaError } from '../../core/index.ts';
import { TOY_SPEC, toyEpisodes } from '../episode-source.law.ts';
import { openStore } from './reader.ts';
import { createStore } from './writer.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-damage-'));
process.env.JEPA_CACHE = join(root, 'cache');
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => rmSync(join(root, 'cache'), { recursive: true, force: true }));
let count = 0;

/** A store of four toy episodes with several shards per column, all of the same sizes. */
function toyStore(): string {
  const dir = join(root, String(count++));
  const writer = createStore(dir, TOY_SPEC, { shardBytes: 20 });
  for (const episode of toyEpisodes([3, 3, 3, 3])) writer.append(episode);
  writer.close();
  return dir;
}

const whole = toyStore();
const names = readdirSync(whole);

/** A damaged copy of the store; every row of it is then read as training reads: by rows of each column, one after another. */
function readAll(damage: (dir: string) => void): unknown {
  const dir = join(root, String(count++));
  mkdirSync(dir);
  for (const name of names) copyFileSync(join(whole, name), join(dir, name));
  damage(dir);
  try {
    const store = openStore(dir);
    try {
      for (const { name } of store.spec.columns) for (let row = 0; row < store.rows; row++) store.read(name, row, 1);
    } finally {
      store.close();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

function expectNamed(error: unknown, file: string): void {
  expect(error).toBeInstanceOf(JepaError);
  expect((error as JepaError).message).toContain(file);
}

test('undamaged, everything is read', () => {
  expect(readAll(() => {})).toBe(undefined);
});

test('any changed bit of any file is found, and the file is named', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), fc.nat(7), (name, at, bit) => {
      const error = readAll((dir) => {
        const bytes = readFileSync(join(dir, name));
        bytes[at % bytes.length]! ^= 1 << bit;
        writeFileSync(join(dir, name), bytes);
      });
      expectNamed(error, name);
    }),
    { numRuns: 250 },
  );
});

test('a changed byte of a shard is an error with column, episode, and what to do', () => {
  const error = readAll((dir) => {
    const file = join(dir, 'action-00002.bin');
    const bytes = readFileSync(file);
    bytes[5]! ^= 1;
    writeFileSync(file, bytes);
  }) as JepaError;
  expect(error.code).toBe('corrupt');
  expect(error.message).toMatch(/action-00002\.bin: column 'action' of episode 2 .*restore it from a copy or collect/);
  expect(error.details).toMatchObject({ column: 'action', episode: 2 });
});

test('every file cut to any shorter length, enlarged or missing is found', () => {
  for (const name of names) {
    const { size } = statSync(join(whole, name));
    for (const length of new Set([0, 1, size >> 1, size - 1])) {
      expectNamed(
        readAll((dir) => truncateSync(join(dir, name), length)),
        name,
      );
    }
    expectNamed(
      readAll((dir) => appendFileSync(join(dir, name), '\0')),
      name,
    );
    expectNamed(
      readAll((dir) => rmSync(join(dir, name))),
      name,
    );
  }
});

test('two shards with swapped names are found', () => {
  for (const column of TOY_SPEC.columns.map((c) => c.name)) {
    const [a, b] = [`${column}-00000.bin`, `${column}-00001.bin`];
    const error = readAll((dir) => {
      renameSync(join(dir, a), join(dir, 'x'));
      renameSync(join(dir, b), join(dir, a));
      renameSync(join(dir, 'x'), join(dir, b));
    });
    expectNamed(error, a);
  }
});

test('an index without its last lines is found, and the message says how many episodes are missing', () => {
  for (const kept of [0, 1, 3]) {
    const error = readAll((dir) => {
      const file = join(dir, 'episodes.jsonl');
      const lines = readFileSync(file, 'utf8').split('\n');
      writeFileSync(file, `${lines.slice(0, kept).join('\n')}${kept > 0 ? '\n' : ''}`);
    });
    expectNamed(error, `episodes.jsonl: its end is missing: it has ${kept} complete episodes`);
  }
});

test('an index with a line more, or with its lines in another order, is found', () => {
  const lines = readFileSync(join(whole, 'episodes.jsonl'), 'utf8').trimEnd().split('\n');
  for (const changed of [[...lines, lines[3]!], [lines[1]!, lines[0]!, ...lines.slice(2)], lines.slice(1)]) {
    const error = readAll((dir) => writeFileSync(join(dir, 'episodes.jsonl'), `${changed.join('\n')}\n`));
    expectNamed(error, 'episodes.jsonl');
  }
});

test('an index from another dataset of the same sizes is found', () => {
  const other = join(root, String(count++));
  const writer = createStore(other, TOY_SPEC, { shardBytes: 20 });
  for (const episode of toyEpisodes([3, 3, 3, 3], 100)) writer.append(episode);
  writer.close();
  const mixed = readAll((dir) => copyFileSync(join(other, 'episodes.jsonl'), join(dir, 'episodes.jsonl')));
  expectNamed(mixed, 'episodes.jsonl');
  const both = readAll((dir) => {
    for (const name of ['episodes.jsonl', 'dataset.json']) copyFileSync(join(other, name), join(dir, name));
  });
  expectNamed(both, 'pixels-00000.bin');
});

/** A store with one shard of 2 MiB, large enough to be remembered, last changed a minute ago. */
function largeStore(): { readonly dir: string; readonly file: string } {
  const dir = join(root, String(count++));
  const writer = createStore(dir, { env: 'toy', columns: [{ name: 'pixels', dtype: 'u8', shape: [2 ** 20] }] });
  writer.append({ pixels: new Uint8Array(2 * 2 ** 20).fill(7) });
  writer.close();
  return { dir, file: join(dir, 'pixels-00000.bin') };
}

const memories = (): string[] => {
  const folder = join(root, 'cache', 'verified');
  return existsSync(folder) ? readdirSync(folder) : [];
};

function readOnce(dir: string): void {
  const store = openStore(dir);
  try {
    store.read('pixels', 1, 1);
  } finally {
    store.close();
  }
}

test('a verified shard is remembered by its size, times and inode, and a change with the old time is still found', async () => {
  const { dir, file } = largeStore();
  readOnce(dir);
  expect(memories()).toEqual([]); // Changed a moment ago: another change in the same tick would not show.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  readOnce(dir);
  expect(memories().length).toBe(1);
  readOnce(dir);
  const { atime, mtime } = statSync(file);
  const bytes = readFileSync(file);
  bytes[0]! ^= 1;
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
  expect(() => readOnce(dir)).toThrow(/pixels-00000\.bin: column 'pixels' of episode 0/);
});

test('a memory that is damaged or cannot be written costs another verification only', () => {
  const { dir } = largeStore();
  writeFileSync(join(root, 'cache'), 'a file where the cache folder should be');
  readOnce(dir);
  rmSync(join(root, 'cache'));
  mkdirSync(join(root, 'cache', 'verified'), { recursive: true });
  readOnce(dir);
});
