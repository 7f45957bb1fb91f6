import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { type ErrorCode, key } from '../../core/index.ts';
import { episodeSourceLaws, TOY_SPEC, toyEpisodes } from '../episode-source.law.ts';
import { windowLoader } from '../loader/window-loader.ts';
import type { EpisodeLocation } from './format.ts';
import { createEpisodes, detectFormat, formatNames, locateEpisodes, openEpisodes, registerFormat } from './registry.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-formats-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;

const failure = (code: ErrorCode): unknown => expect.objectContaining({ name: 'JepaError', code });

/** Toy episodes in a format; the path of the dataset. */
function written(format: string, lengths: readonly number[], name: string = String(count++)): string {
  const path = join(root, format === 'npz' ? `${name}.npz` : name);
  const writer = createEpisodes({ format, path }, TOY_SPEC);
  for (const [i, episode] of toyEpisodes(lengths).entries()) expect(writer.append(episode)).toBe(i);
  writer.close();
  return path;
}

/** A format of a user's own: a JSON file of columns and lengths. It imports nothing of this package. */
const OWN = `
  import { readFileSync } from 'node:fs';
  const arrays = { u8: Uint8Array, f32: Float32Array, i32: Int32Array };
  export const json = {
    name: 'json-table',
    about: 'a .table.json file',
    detect: (path) => path.endsWith('.table.json'),
    open({ path, options = {} }) {
      if (options.broken) throw new Error('broken on purpose');
      const { spec, lengths, columns } = JSON.parse(readFileSync(path, 'utf8'));
      let rows = 0;
      const episodes = lengths.map((length) => ({ row: (rows += length) - length, length }));
      return {
        spec, episodes, rows,
        read(name, row, count, out) {
          const { dtype, shape } = spec.columns.find((c) => c.name === name);
          const size = shape.reduce((a, b) => a * b, 1);
          const part = arrays[dtype].from(columns[name].slice(row * size, (row + count) * size), (x) => (x === null ? NaN : Number(x)));
          if (out === undefined) return part;
          out.set(part);
          return out;
        },
        close() {},
      };
    },
  };
  export const nothing = {};
  export const taken = { ...json, name: 'npz' };
`;
const ownUrl = pathToFileURL(join(root, 'own.mjs'));
writeFileSync(join(root, 'own.mjs'), OWN);

/** JSON has no -0. */
const jsonNumber = (x: number): number | string => (Object.is(x, -0) ? '-0' : x);

function writtenOwn(lengths: readonly number[]): string {
  const path = join(root, `${count++}.table.json`);
  const episodes = toyEpisodes(lengths);
  const columns = Object.fromEntries(
    TOY_SPEC.columns.map(({ name }) => [name, episodes.flatMap((episode) => Array.from(episode[name]!, jsonNumber))]),
  );
  writeFileSync(path, JSON.stringify({ spec: TOY_SPEC, lengths, columns }));
  return path;
}

for (const format of ['jepa-episodes', 'npz']) {
  episodeSourceLaws(`format ${format}`, (spec, episodes) => {
    const path = join(root, `${count++}.npz`);
    const writer = createEpisodes({ format, path }, spec);
    for (const episode of episodes) writer.append(episode);
    writer.close();
    return openEpisodes({ format, path });
  });
}

test('a path is recognised by its format, and its location says so', () => {
  for (const format of ['jepa-episodes', 'npz']) {
    const path = written(format, [3, 2]);
    expect(detectFormat(path)?.name).toBe(format);
    expect(locateEpisodes(path)).toEqual({ format, path });
    const source = openEpisodes(path);
    expect(source.rows).toBe(5);
    source.close();
  }
});

test('what is there and of no known format, and what is not there, are errors that say what is known', () => {
  const file = join(root, 'text.txt');
  writeFileSync(file, 'PK not really');
  expect(() => openEpisodes(file)).toThrow(
    /not a dataset of a known format: a folder with dataset\.json.*savez.*register/,
  );
  expect(() => openEpisodes(file)).toThrow(failure('data'));
  expect(() => openEpisodes(join(root, 'nowhere'))).toThrow(/does not exist; check the path/);
  expect(() => openEpisodes({ format: 'npy', path: file })).toThrow(/did you mean 'npz'/);
  expect(() => openEpisodes({ format: 'npz', path: file, options: { colums: {} } })).toThrow(/did you mean 'columns'/);
});

test('options that cannot be sent to a thread are refused', () => {
  const path = written('npz', [3]);
  expect(() => locateEpisodes({ format: 'npz', path, options: { env: () => 'x' } })).toThrow(/must be plain data/);
});

test('a loader delivers the same batches from every format, with and without workers', async () => {
  await registerFormat(ownUrl, 'json');
  const lengths = [9, 4, 12, 7, 20, 3];
  const take = (source: string | EpisodeLocation, workers: number, memoryLimitBytes: number): unknown[] => {
    const loader = windowLoader({
      ...{ source, workers, memoryLimitBytes, episodes: [0, 2, 4], frames: 3, frameSkip: 2, batchSize: 4 },
      ...{ columns: ['state'], key: key(3) },
    });
    const seen = Array.from({ length: 12 }, () => structuredClone(loader.next()));
    loader.close();
    return seen;
  };
  const expected = take(written('jepa-episodes', lengths), 0, 2 ** 30);
  for (const path of [written('jepa-episodes', lengths), written('npz', lengths), writtenOwn(lengths)]) {
    for (const workers of [0, 2]) {
      for (const limit of [0, 2 ** 30]) expect(take(path, workers, limit)).toEqual(expected);
    }
  }
});

test('a format of your own is recognised after it was registered, and its location names its module', async () => {
  await registerFormat(ownUrl, 'json');
  await registerFormat(ownUrl, 'json');
  expect(formatNames()).toEqual(['jepa-episodes', 'npz', 'json-table']);
  const path = writtenOwn([3, 2]);
  const location = locateEpisodes(path);
  expect(location).toEqual({ format: 'json-table', path, module: { url: ownUrl.href, export: 'json' } });
  expect(JSON.parse(JSON.stringify(location))).toEqual(location);
});

test('an error of a format in a worker comes out of next', async () => {
  await registerFormat(ownUrl, 'json');
  const path = writtenOwn([9, 9]);
  const options = { episodes: [0, 1], frames: 2, frameSkip: 1, batchSize: 2, key: key(1), memoryLimitBytes: 0 };
  const loader = windowLoader({ ...options, source: path, workers: 1 });
  loader.next();
  loader.close();
  // The file goes after the plan was made: the worker finds nothing.
  const late = windowLoader({ ...options, source: path, workers: 1 });
  const content = readFileSync(path);
  rmSync(path);
  expect(() => {
    for (let i = 0; i < 20; i++) late.next();
  }).toThrow(/does not exist|ENOENT|no episodes/);
  late.close();
  writeFileSync(path, content);
});

test('modules that are not there, exports that are no format, and names that are taken are refused', async () => {
  await expect(registerFormat(new URL('./nowhere.mjs', ownUrl))).rejects.toThrow(/cannot be imported/);
  await expect(registerFormat(ownUrl, 'nothing')).rejects.toThrow(/must be a format.*exports json, nothing, taken/);
  await expect(registerFormat(ownUrl)).rejects.toThrow(/export 'default'/);
  await expect(registerFormat(ownUrl, 'taken')).rejects.toThrow(
    /'npz' is already the name of a format \(of this package\)/,
  );
});
