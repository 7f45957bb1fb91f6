import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { removeStaleFiles } from '../data/node.ts';
import { lockRun } from './lock.ts';
import { startOf } from './process.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-lock-'));
afterAll(() => rmSync(root, { recursive: true }));

let dir = '';
let other: ChildProcess;
let count = 0;
beforeEach(() => {
  dir = join(root, `run-${count++}`);
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
});
afterEach(() => stop(other));

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.on('close', done));
  child.kill('SIGKILL');
  await ended;
}

const path = (): string => join(dir, 'lock');

function lockOf(fields: object): void {
  mkdirSync(dir, { recursive: true });
  const start = startOf(other.pid!);
  const record = { pid: other.pid, host: hostname(), command: 'jepa run x', since: '2026-01-01T00:00:00.000Z' };
  writeFileSync(path(), JSON.stringify({ ...record, ...(start === undefined ? {} : { start }), ...fields }));
}

test('a lock says who writes, and is gone when it is released', () => {
  const lock = lockRun(dir, 'jepa run two-room');
  expect(JSON.parse(readFileSync(path(), 'utf8'))).toMatchObject({ pid: process.pid, command: 'jepa run two-room' });
  lock.release();
  lock.release();
  expect(readdirSync(dir)).toEqual([]);
});

test('the parts of one process share a lock, and the last of them gives it back', () => {
  const [first, second] = [lockRun(dir), lockRun(dir)];
  first.release();
  first.release();
  expect(existsSync(path())).toBe(true);
  second.release();
  expect(existsSync(path())).toBe(false);
});

test('a folder that a living process writes is refused, naming process, command and remedy', () => {
  lockOf({});
  const pid = other.pid!;
  expect(() => lockRun(dir)).toThrow(
    expect.objectContaining({
      code: 'usage',
      message: expect.stringMatching(new RegExp(`process ${pid} since 2026-01-01 .*jepa run x.*kill ${pid}`)),
    }),
  );
  expect(readdirSync(dir)).toEqual(['lock']);
});

test('the lock of a process that was killed is taken over', async () => {
  lockOf({});
  await stop(other);
  const lock = lockRun(dir);
  expect(JSON.parse(readFileSync(path(), 'utf8')).pid).toBe(process.pid);
  lock.release();
});

test.skipIf(process.platform !== 'linux')(
  'the lock of a process whose number another one has got is taken over (start times are known on Linux)',
  () => {
    lockOf({ start: 'another boot+12345' });
    lockRun(dir).release();
    expect(existsSync(path())).toBe(false);
  },
);

test('the lock of another computer holds as long as it shows itself', () => {
  lockOf({ host: 'elsewhere.example' });
  expect(() => lockRun(dir)).toThrow(/on elsewhere\.example.*remove .*lock/);
  const elevenMinutesAgo = Date.now() / 1000 - 11 * 60;
  utimesSync(path(), elevenMinutesAgo, elevenMinutesAgo);
  lockRun(dir).release();
});

test('a lock that says nothing holds for as long', () => {
  mkdirSync(dir);
  writeFileSync(path(), '');
  expect(() => lockRun(dir)).toThrow(/does not say by whom/);
});

test('what a killed process left half written is removed, what a living one writes is not', async () => {
  mkdirSync(join(dir, 'evals'), { recursive: true });
  const mine = [`run.json.tmp-${other.pid}-0-0`, `evals/planning.json.tmp-${other.pid}-3-12`];
  for (const name of [...mine, 'run.json', 'notes.tmp-today']) writeFileSync(join(dir, name), 'x');
  expect(removeStaleFiles(dir, { recursive: true })).toEqual([]);
  await stop(other);
  expect(removeStaleFiles(dir, { recursive: true }).length).toBe(2);
  expect(readdirSync(dir).sort()).toEqual(['evals', 'notes.tmp-today', 'run.json']);
  expect(readdirSync(join(dir, 'evals'))).toEqual([]);
});

test('a file older than the process that now has the number is removed', () => {
  mkdirSync(dir);
  const name = join(dir, `report.html.tmp-${process.pid}-0-1`);
  writeFileSync(name, 'x');
  utimesSync(name, 1_000_000_000, 1_000_000_000);
  lockRun(dir).release();
  expect(readdirSync(dir)).toEqual([]);
});
