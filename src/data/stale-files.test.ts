import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeFileAtomic } from './atomic.ts';
import { removeStaleFiles } from './stale-files.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-stale-'));
afterAll(() => rmSync(root, { recursive: true }));

/** The number of a process that has ended. */
const ended = spawnSync(process.execPath, ['-e', '']).pid;

function folderOf(names: readonly string[]): string {
  const dir = mkdtempSync(join(root, 'f-'));
  for (const name of names) writeFileSync(join(dir, name), 'x');
  return dir;
}

test('temporary files of ended processes are removed and named, everything else stays', () => {
  const kept = [`a.tmp-${process.pid}-0-0`, `a.tmp-${process.ppid}-0-0`, 'a.json', 'b.tmp', `c.tmp-${ended}-0-0.json`];
  const stale = [`a.json.tmp-${ended}-0-0`, `a.json.tmp-${ended}-3-17`];
  const dir = folderOf([...kept, ...stale]);
  expect([...removeStaleFiles(dir)].sort()).toEqual(stale);
  expect(readdirSync(dir).sort()).toEqual([...kept].sort());
});

test('folders in the folder are looked into when asked', () => {
  const dir = folderOf([]);
  mkdirSync(join(dir, 'evals', 'a'), { recursive: true });
  const name = join('evals', 'a', `x.json.tmp-${ended}-0-0`);
  writeFileSync(join(dir, name), '');
  expect(removeStaleFiles(dir)).toEqual([]);
  expect(removeStaleFiles(dir, { recursive: true })).toEqual([name]);
});

test('a file with the number of this process that is older than this process is of an earlier one', () => {
  const name = `a.tmp-${process.pid}-0-0`;
  const dir = folderOf([name]);
  const before = Date.now() / 1000 - process.uptime() - 60;
  utimesSync(join(dir, name), before, before);
  expect(removeStaleFiles(dir)).toEqual([name]);
});

test('while writeFileAtomic writes, the file has the name of its process', () => {
  const dir = folderOf([]);
  // The chunks are drawn while the temporary file is open: its name is there to be seen.
  let seen: string[] = [];
  const chunks = function* (): Generator<Uint8Array> {
    yield new Uint8Array(3);
    seen = readdirSync(dir);
  };
  writeFileAtomic(join(dir, 'x.bin'), chunks());
  expect(seen).toEqual([expect.stringMatching(new RegExp(`^x\\.bin\\.tmp-${process.pid}-\\d+-\\d+$`))]);
  expect(readdirSync(dir)).toEqual(['x.bin']);
});

test('a folder that is not there holds nothing to remove', () => {
  expect(removeStaleFiles(join(root, 'nowhere'))).toEqual([]);
});
