import { cpSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { DatasetSpec, EpisodeData } from './episode.ts';
import { TOY_SPEC, toyEpisodes } from './episode-source.law.ts';
import { compareDataset, datasetFingerprint } from './fingerprint.ts';
import { createEpisodes, openEpisodes } from './formats/registry.ts';
import { memorySource } from './memory-source.ts';
import { resumeStore } from './store/writer.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-fingerprint-'));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;

function written(format: string, spec: DatasetSpec, episodes: readonly EpisodeData[], options = {}): string {
  const path = join(root, `${count++}.npz`);
  const writer = createEpisodes({ format, path, options }, spec);
  for (const episode of episodes) writer.append(episode);
  writer.close();
  return path;
}

function fingerprintOf(path: string) {
  const source = openEpisodes(path);
  const fingerprint = datasetFingerprint(source);
  source.close();
  return fingerprint;
}

const base = memorySource(TOY_SPEC, toyEpisodes([3, 2, 4]));
const recorded = datasetFingerprint(base);

test('equal content has one fingerprint: in memory, in a store of any shards, and in an NPZ file', () => {
  const episodes = toyEpisodes([3, 2, 4]);
  for (const path of [
    written('jepa-episodes', TOY_SPEC, episodes),
    written('jepa-episodes', TOY_SPEC, episodes, { shardBytes: 20 }),
    written('npz', TOY_SPEC, episodes),
  ]) {
    expect(fingerprintOf(path)).toEqual(recorded);
  }
  expect(recorded).toMatchObject({ env: 'toy', frameRateHz: 10, episodes: 3, rows: 9 });
  expect(recorded.columns[0]).toBe('action f32 [2]');
});

test('times, names, folders and metadata are no content', () => {
  const path = written('jepa-episodes', TOY_SPEC, toyEpisodes([3, 2, 4]));
  utimesSync(join(path, 'pixels-00000.bin'), 1, 1);
  expect(fingerprintOf(path)).toEqual(recorded);
  const moved = join(root, 'moved');
  renameSync(path, moved);
  expect(fingerprintOf(moved)).toEqual(recorded);
  const copied = join(root, 'copied');
  cpSync(moved, copied, { recursive: true });
  writeFileSync(join(copied, 'notes.txt'), 'x');
  expect(fingerprintOf(copied)).toEqual(recorded);
  const noted = memorySource({ ...TOY_SPEC, metadata: { note: 1 } }, toyEpisodes([3, 2, 4]));
  expect(datasetFingerprint(noted)).toEqual(recorded);
});

test('one changed number in any column of any episode changes the digest', () => {
  for (const { name } of TOY_SPEC.columns) {
    for (const index of [0, 1, 2]) {
      const episodes = toyEpisodes([3, 2, 4]);
      episodes[index]![name]![0]! += 1;
      const changed = memorySource(TOY_SPEC, episodes);
      expect(datasetFingerprint(changed).digest, `${name} of ${index}`).not.toBe(recorded.digest);
      expect(compareDataset(recorded, changed)).toEqual({
        kind: 'other',
        reason: 'the content of its first 3 episodes differs',
      });
    }
  }
});

test('the same rows cut into other episodes are another dataset', () => {
  const all = memorySource(TOY_SPEC, toyEpisodes([3, 2, 4]).reverse());
  expect(datasetFingerprint(all).digest).not.toBe(recorded.digest);
  const spec: DatasetSpec = { env: 'toy', columns: [{ name: 'state', dtype: 'f32', shape: [1] }] };
  const cut = (lengths: readonly number[]) =>
    datasetFingerprint(
      memorySource(
        spec,
        lengths.map((n) => ({ state: new Float32Array(n) })),
      ),
    );
  expect(cut([2, 4]).digest).not.toBe(cut([4, 2]).digest);
});

test('a store that was appended to after recording has grown, and the recorded one is its prefix', () => {
  const path = written('jepa-episodes', TOY_SPEC, toyEpisodes([3, 2, 4]));
  const writer = resumeStore(path);
  for (const episode of toyEpisodes([5], 9)) writer.append(episode);
  writer.close();
  const grown = openEpisodes(path);
  expect(datasetFingerprint(grown).digest).not.toBe(recorded.digest);
  expect(compareDataset(recorded, grown)).toEqual({
    kind: 'grown',
    reason: 'its first 3 episodes are the recorded ones, 1 more follow',
  });
  const all = datasetFingerprint(grown);
  expect(compareDataset(all, grown).kind).toBe('same');
  expect(compareDataset(all, base)).toEqual({ kind: 'other', reason: 'it has 3 episodes, the recorded one 4' });
  grown.close();
});

test('another environment, column, rate or length is named as the reason', () => {
  const episodes = toyEpisodes([3, 2, 4]);
  const reason = (spec: DatasetSpec, data: readonly EpisodeData[] = episodes) =>
    compareDataset(recorded, memorySource(spec, data)).reason;
  expect(reason({ ...TOY_SPEC, env: 'other' })).toBe('its environment is other, the recorded one toy');
  const { frameRateHz: _rate, ...unrated } = TOY_SPEC;
  expect(reason(unrated)).toBe('its frame rate is unknown, the recorded one 10');
  const columns = TOY_SPEC.columns.filter((c) => c.name !== 'label');
  const without = episodes.map(({ label: _label, ...rest }) => rest as EpisodeData);
  expect(reason({ ...TOY_SPEC, columns }, without)).toBe('its columns differ: it lacks label i32 []');
  expect(reason(TOY_SPEC, toyEpisodes([3, 3, 4]))).toBe('its first 3 episodes have 10 rows, the recorded ones 9');
});

test('a fingerprint is plain JSON', () => {
  expect(JSON.parse(JSON.stringify(recorded))).toEqual(recorded);
});
