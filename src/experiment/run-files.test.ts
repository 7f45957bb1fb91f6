import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeJson } from './run-files.ts';

const out = mkdtempSync(join(tmpdir(), 'jepa-run-files-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

test('a folder of results that cannot be made is an io error that names it', () => {
  writeFileSync(join(out, 'evals'), 'a file');
  const { signal } = new AbortController();
  const context = { seed: 0, out, signal, log: () => {}, progress: () => {}, resume: false };
  expect(() => writeJson(context, 'evals/probe.json', {})).toThrow(
    expect.objectContaining({ code: 'io', message: expect.stringContaining(join(out, 'evals')) }),
  );
});
