import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunContext } from './recipe.ts';
import { rememberDataset, rememberedDataset, writeJson } from './run-files.ts';

let out = '';
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'jepa-link-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const context = (data?: string): RunContext => ({
  ...{ seed: 0, out, resume: false, signal: new AbortController().signal },
  ...(data === undefined ? {} : { data }),
  log() {},
  progress() {},
});

test('the dataset of a run is remembered by its whole path', () => {
  rememberDataset(context('/somewhere/data'));
  expect(rememberedDataset(context())).toBe('/somewhere/data');
});

test('a run that collected its data remembers none', () => {
  expect(rememberedDataset(context())).toBeUndefined();
});

test.each(['{', 'null', '{"dataset": 3}', '{"data": "x"}'])('a damaged link is refused with its path: %s', (text) => {
  writeFileSync(join(out, 'dataset-link.json'), text);
  expect(() => rememberedDataset(context())).toThrow(
    /dataset-link.json must be JSON that names the dataset of the run/,
  );
});

test('a folder of results that cannot be made is an io error that names it', () => {
  writeFileSync(join(out, 'evals'), 'a file');
  expect(() => writeJson(context(), 'evals/probe.json', {})).toThrow(
    expect.objectContaining({ code: 'io', message: expect.stringContaining(join(out, 'evals')) }),
  );
});
