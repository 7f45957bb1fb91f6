import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { embeddingFile } from './files.ts';
import { originWords } from './origin.ts';
import { readOtherResults } from './others.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-others-'));
  mkdirSync(join(dir, 'evals'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const json = (name: string, value: unknown): void => writeFileSync(join(dir, 'evals', name), JSON.stringify(value));
const origin = { settings: { 'eval.frames': 9 }, seed: 3, command: 'jepa eval r' };

test('results with other settings are read by the name of the result, in the order of their digests', () => {
  json('embedding.json', { deviations: [1] });
  json('embedding@b.json', { deviations: [2], origin });
  json('embedding@a.json', { deviations: [3], origin: { ...origin, settings: {} } });
  json('probe@a.json', { probes: [], origin });
  expect(readOtherResults(dir, 'embedding', embeddingFile)).toMatchObject([
    { ok: true, value: { value: { deviations: [3] }, origin: { settings: {} } } },
    { ok: true, value: { value: { deviations: [2] }, origin } },
  ]);
});

test('one that does not say in what it differs is named with the field', () => {
  json('embedding@a.json', { deviations: [3] });
  expect(readOtherResults(dir, 'embedding', embeddingFile)).toMatchObject([
    { ok: false, why: expect.stringMatching(/^evals\/embedding@a.json: origin must be /) },
  ]);
});

test('a folder without evaluations has none', () => {
  expect(readOtherResults(join(dir, 'nowhere'), 'embedding', embeddingFile)).toEqual([]);
});

test('the words for an origin name settings, seed and checkpoint', () => {
  expect(originWords({ ...origin, checkpoint: 40 })).toEqual(['eval.frames=9', 'seed 3', 'after step 40']);
});
