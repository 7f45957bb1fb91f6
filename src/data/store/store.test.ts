import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ErrorCode } from '../../core/index.ts';
import { episodeSourceLaws, TOY_SPEC, toyEpisodes } from '../episode-source.law.ts';
import { openStore } from './reader.ts';
import { createStore, resumeStore } from './writer.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-store-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;
const fresh = (): string => join(root, String(count++));

/** A store of toy episodes; three rows of pixels fit a shard of 20 bytes. */
function toyStore(lengths: readonly number[], shardBytes = 20): string {
  const dir = fresh();
  const writer = createStore(dir, TOY_SPEC, { shardBytes });
  for (const episode of toyEpisodes(lengths)) writer.append(episode);
  writer.close();
  return dir;
}

/** Leaves the store as a killed writer does: opened, never closed. */
function leaveOpen(dir: string): string {
  resumeStore(dir);
  return dir;
}

function flip(file: string, byte: number): void {
  const bytes = readFileSync(file);
  bytes[byte]! ^= 0x40;
  writeFileSync(file, bytes);
}

const failure = (code: ErrorCode): unknown => expect.objectContaining({ name: 'JepaError', code });

for (const shardBytes of [1, 20, 2 ** 20]) {
  episodeSourceLaws(`store with shards of ${shardBytes} bytes`, (spec, episodes) => {
    const dir = fresh();
    const writer = createStore(dir, spec, { shardBytes });
    for (const [i, episode] of episodes.entries()) expect(writer.append(episode)).toBe(i);
    writer.close();
    return openStore(dir);
  });
}

test('a resumed writer continues as if it had never stopped', () => {
  const whole = toyStore([3, 2, 4, 1]);
  const dir = toyStore([3, 2]);
  const writer = resumeStore(dir);
  expect([writer.episodes, writer.rows]).toEqual([2, 5]);
  for (const episode of toyEpisodes([4, 1], 5)) writer.append(episode);
  writer.close();
  expect(readdirSync(dir)).toEqual(readdirSync(whole));
  for (const name of readdirSync(whole)) expect(readFileSync(join(dir, name))).toEqual(readFileSync(join(whole, name)));
});

test('the torn tail of an append is ignored by readers and cut off by the next writer', () => {
  const whole = toyStore([3, 2]);
  const dir = leaveOpen(toyStore([3, 2]));
  // What a killed writer may leave: bytes behind the indexed ones, a further shard, half a line of the index.
  appendFileSync(join(dir, 'action-00002.bin'), new Uint8Array(7));
  appendFileSync(join(dir, 'pixels-00001.bin'), new Uint8Array(5));
  appendFileSync(join(dir, 'label-00001.bin'), new Uint8Array(5));
  appendFileSync(join(dir, 'episodes.jsonl'), '{"crc":123,"entry":{"row":5,"len');
  const store = openStore(dir);
  expect([store.episodes.length, store.closed]).toEqual([2, false]);
  store.verify();
  store.close();
  resumeStore(dir).close();
  for (const name of readdirSync(dir)) expect(readFileSync(join(dir, name))).toEqual(readFileSync(join(whole, name)));
  expect(readdirSync(dir)).toEqual(readdirSync(whole));
});

test('the index of a store that was not closed, cut at any byte, shows exactly the episodes whose lines are complete', () => {
  const dir = leaveOpen(toyStore([3, 2, 4]));
  const file = join(dir, 'episodes.jsonl');
  const bytes = readFileSync(file);
  for (let length = bytes.indexOf(0x0a) + 1; length <= bytes.length; length++) {
    writeFileSync(file, bytes.subarray(0, length));
    const store = openStore(dir);
    expect(store.episodes.length).toBe(bytes.subarray(0, length).filter((b) => b === 0x0a).length);
  }
});

test('after kill -9 in the middle of appending, every complete episode is there and the store goes on', () => {
  const dir = fresh();
  const module = new URL('../../../dist/src/data/node.js', import.meta.url);
  if (!existsSync(module)) throw new Error('run npm run build first');
  const script = `
    import { createStore } from '${module}';
    const spec = { env: 'toy', columns: [{ name: 'pixels', dtype: 'u8', shape: [1000] }, { name: 'state', dtype: 'f32', shape: [1] }] };
    const store = createStore(process.argv[1], spec, { shardBytes: 200000 });
    import('node:child_process').then(({ spawn }) => {
      spawn('sh', ['-c', 'sleep 0.2; kill -9 ' + process.pid], { stdio: 'ignore' });
      for (let e = 0; ; e++) {
        const rows = 20 + (e % 30);
        store.append({ pixels: new Uint8Array(rows * 1000).fill(e), state: new Float32Array(rows).fill(e) });
      }
    });
  `;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, dir]);
  expect(child.signal, String(child.stderr)).toBe('SIGKILL');
  const store = openStore(dir);
  store.verify();
  expect(store.episodes.length).toBeGreaterThan(1);
  for (const [e, { row, length }] of store.episodes.entries()) {
    expect(length).toBe(20 + (e % 30));
    expect(new Set(store.read('state', row, length))).toEqual(new Set([e]));
  }
  store.close();
  const writer = resumeStore(dir);
  const next = writer.append({ pixels: new Uint8Array(1000), state: Float32Array.of(7) });
  writer.close();
  const again = openStore(dir);
  expect(next).toBe(store.episodes.length);
  expect([...again.read('state', again.rows - 1, 1)]).toEqual([7]);
  again.verify();
  again.close();
});

test.skipIf(!existsSync('/dev/full'))(
  'a full disk is an io error that says what was saved, and nothing saved is lost',
  () => {
    // Skipped where the system has no /dev/full, the file on which every write fails with ENOSPC.
    const dir = fresh();
    const writer = createStore(dir, TOY_SPEC, { shardBytes: 20 });
    const [first, second] = toyEpisodes([3, 2]);
    writer.append(first!);
    const blocked = join(dir, 'label-00001.bin');
    symlinkSync('/dev/full', join(dir, 'action-00001.bin'));
    symlinkSync('/dev/full', blocked);
    expect(() => writer.append(second!)).toThrow(failure('io'));
    expect(() => writer.append(second!)).toThrow(/1 episodes \(3 rows\).*complete.*free space/);
    expect(openStore(dir).episodes.length).toBe(1);
    // The space is back: a new writer goes on.
    unlinkSync(join(dir, 'action-00001.bin'));
    unlinkSync(blocked);
    const resumed = resumeStore(dir);
    expect(resumed.append(second!)).toBe(1);
    resumed.close();
    const store = openStore(dir);
    store.verify();
    expect(store.rows).toBe(5);
    store.close();
  },
);

test('an episode that is refused leaves the store as it was', () => {
  const dir = fresh();
  const writer = createStore(dir, TOY_SPEC);
  const [first, second] = toyEpisodes([3, 2]);
  writer.append(first!);
  expect(() => writer.append({ ...second!, state: Float32Array.of(0, Number.NaN) })).toThrow(failure('data'));
  writer.append(second!);
  writer.close();
  const store = openStore(dir);
  store.verify();
  expect(store.rows).toBe(5);
  store.close();
});

test('one changed byte is found by verify, and the message names column, episode and file', () => {
  for (const [file, byte, message] of [
    ['pixels-00000.bin', 17, /pixels-00000.bin.*'pixels' of episode 0/],
    ['action-00001.bin', 3, /action-00001.bin.*'action' of episode 1/],
  ] as const) {
    const dir = toyStore([3, 2]);
    flip(join(dir, file), byte);
    const store = openStore(dir);
    expect(() => store.verify()).toThrow(failure('corrupt'));
    expect(() => store.verify()).toThrow(message);
    store.close();
  }
});

test('a truncated or missing shard is found on opening', () => {
  const dir = toyStore([3, 2]);
  truncateSync(join(dir, 'pixels-00001.bin'), 11);
  expect(() => openStore(dir)).toThrow(/pixels-00001.bin.*truncated.*'pixels' of episode 1 ends at byte 12/);
  expect(() => resumeStore(dir)).toThrow(failure('corrupt'));
  unlinkSync(join(dir, 'pixels-00001.bin'));
  expect(() => openStore(dir)).toThrow(/pixels-00001.bin.*missing/);
  expect(() => openStore(dir)).toThrow(failure('corrupt'));
});

test('a changed byte anywhere in the index is found on opening', () => {
  const dir = toyStore([3, 2]);
  const file = join(dir, 'episodes.jsonl');
  const bytes = readFileSync(file);
  const firstLine = bytes.indexOf(0x0a);
  for (let i = 0; i < firstLine; i += 3) {
    const damaged = Buffer.from(bytes);
    damaged[i]! ^= 1;
    writeFileSync(file, damaged);
    expect(() => openStore(dir), `byte ${i}`).toThrow(failure('corrupt'));
  }
});

test('a damaged, newer or missing dataset.json and an empty dataset each have their error', () => {
  const dir = toyStore([3]);
  const file = join(dir, 'dataset.json');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.slice(0, 40));
  expect(() => openStore(dir)).toThrow(failure('corrupt'));
  writeFileSync(file, text.replace('"version": 2', '"version": 3'));
  expect(() => openStore(dir)).toThrow(failure('unsupported'));
  writeFileSync(file, text.replace('"f32"', '"i32"'));
  expect(() => openStore(dir)).toThrow(/dataset\.json: its checksum does not match; restore/);
  expect(() => openStore(join(root, 'nowhere'))).toThrow(failure('data'));
  expect(() => openStore(toyStore([]))).toThrow(failure('data'));
  expect(() => openStore(toyStore([]))).toThrow(/no episodes.*collect/);
});

test('a dataset is not overwritten by creating one in its folder', () => {
  const dir = toyStore([3]);
  expect(() => createStore(dir, TOY_SPEC)).toThrow(/holds a dataset already.*resumeStore/);
});

test('dataset.json tells the columns, the environment, the frame rate, the metadata and the versions', () => {
  const file = JSON.parse(readFileSync(join(toyStore([3]), 'dataset.json'), 'utf8'));
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  expect(file).toMatchObject({ format: 'jepa-episodes', version: 2, library: manifest.version, spec: TOY_SPEC });
});

test('a store of version 1, which had no checksum and no closing mark, is read, and continued as one of this version', () => {
  const whole = toyStore([3, 2, 4]);
  const dir = toyStore([3, 2]);
  const file = join(dir, 'dataset.json');
  const { closed: _closed, crc: _crc, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, `${JSON.stringify({ ...rest, version: 1 }, null, 2)}\n`);
  const store = openStore(dir);
  expect([store.episodes.length, store.closed]).toEqual([2, false]);
  store.verify();
  store.close();
  const writer = resumeStore(dir);
  for (const episode of toyEpisodes([4], 5)) writer.append(episode);
  writer.close();
  for (const name of readdirSync(whole)) expect(readFileSync(join(dir, name))).toEqual(readFileSync(join(whole, name)));
});

test('opening a store for writing removes what killed writers left half written', () => {
  const dir = toyStore([3]);
  const ended = spawnSync(process.execPath, ['-e', '']).pid;
  writeFileSync(join(dir, `dataset.json.tmp-${ended}-0-4`), 'x');
  resumeStore(dir).close();
  expect(readdirSync(dir).filter((name) => name.includes('.tmp-'))).toEqual([]);
});
