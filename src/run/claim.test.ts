import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { claimRun } from './claim.ts';
import { writeRunFile } from './record.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-claim-'));
afterAll(() => rmSync(root, { recursive: true }));

let dir = '';
let count = 0;
beforeEach(() => {
  dir = join(root, `run-${count++}`);
});

const asked = { resume: false, recipe: 'r' };

test('a new folder is claimed, and removed again when nothing was made in it', () => {
  const claim = claimRun(dir, asked);
  expect(claim).toMatchObject({ resumed: false, blank: false });
  writeRunFile(dir, { recipe: 'r', seed: 0, status: 'unfinished' });
  claim.discard();
  claim.release();
  expect(existsSync(dir)).toBe(false);
});

test('a folder in which something was made is not removed, nor one that was there before', () => {
  const claim = claimRun(dir, asked);
  writeFileSync(join(dir, 'metrics.jsonl'), '');
  claim.discard();
  claim.release();
  expect(readdirSync(dir)).toEqual(['metrics.jsonl']);
  const present = join(dir, 'present');
  mkdirSync(present);
  const second = claimRun(present, asked);
  second.discard();
  second.release();
  expect(existsSync(present)).toBe(true);
});

test('a folder that holds anything is refused, or continued when asked to', () => {
  mkdirSync(dir);
  writeFileSync(join(dir, 'notes.txt'), '');
  expect(() => claimRun(dir, asked)).toThrow(/already holds 1 entries and is never overwritten/);
  expect(readdirSync(dir)).toEqual(['notes.txt']);
  const claim = claimRun(dir, { ...asked, resume: true });
  expect(claim).toMatchObject({ resumed: true, blank: false });
  claim.release();
});

test('a run of the same recipe that made nothing may be claimed again; with a dataset, done, or of another it may not', () => {
  mkdirSync(join(dir, 'checkpoints'), { recursive: true });
  const run = { recipe: 'r', seed: 0, status: 'failed' } as const;
  writeRunFile(dir, run);
  const claim = claimRun(dir, asked);
  expect(claim).toMatchObject({ resumed: false, blank: true });
  claim.release();
  expect(() => claimRun(dir, { ...asked, recipe: 'q' })).toThrow(/never overwritten/);
  mkdirSync(join(dir, 'dataset'));
  claimRun(dir, asked).release();
  writeFileSync(join(dir, 'dataset', 'dataset.json'), '{}');
  expect(() => claimRun(dir, asked)).toThrow(/never overwritten/);
  rmSync(join(dir, 'dataset'), { recursive: true });
  writeRunFile(dir, { ...run, status: 'done' });
  expect(() => claimRun(dir, asked)).toThrow(/never overwritten/);
});
