import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readText } from '../data/node.ts';
import { lockRun } from './lock.ts';
import { metricsFile } from './metrics.ts';
import { readRunFolder } from './read.ts';
import { readRunFile } from './record.ts';

const dir = mkdtempSync(join(tmpdir(), 'jepa-pipes-'));

/** Puts named pipes, which block whoever opens them, in the places of files. */
const pipes = (...names: readonly string[]): void => {
  for (const name of names) execFileSync('mkfifo', [join(dir, name)]);
};

test('text is read, a folder is refused', () => {
  writeFileSync(join(dir, 'text'), 'äöü');
  expect(readText(join(dir, 'text'))).toBe('äöü');
  expect(() => readText(dir)).toThrow(/must be a file, it is a folder/);
});

test.skipIf(process.platform === 'win32')('pipes in place of the files of a run are refused at once', () => {
  pipes('run.json', 'metrics.jsonl');
  expect(() => readRunFile(dir)).toThrow(/run.json .*must be a file, it is a named pipe/);
  expect(readRunFolder(dir).metrics).toMatchObject({ ok: false });
  expect(() => metricsFile(join(dir, 'metrics.jsonl')).append({ step: 1, loss: 0 })).toThrow(/ENXIO/);
});

test.skipIf(process.platform === 'win32').each([
  ['a link to itself', (path: string) => symlinkSync(path, path)],
  ['a link to nothing', (path: string) => symlinkSync('nothing', path)],
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ['a folder', (path: string) => mkdirSync(path)],
])('%s in place of the lock is refused in words', (_what, put) => {
  const run = mkdtempSync(join(dir, 'locked-'));
  put(join(run, 'lock'));
  expect(() => lockRun(run, 'test')).toThrow(/cannot read the lock .*lock: .*; remove it when no process writes/);
});
