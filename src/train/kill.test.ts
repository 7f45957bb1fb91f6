// Runs in processes of their own that are killed, interrupted or run out of disk, and then resumed: the result must equal
// that of an undisturbed run, bit for bit.

import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { key, stream } from '../core/index.ts';
import { readCheckpoint, readMetrics, readRunFile } from '../run/node.ts';
import { compiledInto, workFolder } from '../runtime/compiled.law.ts';
import type { ChildPlan } from './child-run.law.ts';

const work = workFolder('train-kill-');
let child = '';
afterAll(() => rmSync(work, { recursive: true, force: true }));

const STEPS = 40;
const PADDING = 20_000;

beforeAll(() => {
  child = compiledInto(work, new URL('./child-run.law.ts', import.meta.url));
  const straight = start('straight', {});
  expect(straight.outcome.kind).toBe('done');
  calls = straight.calls;
});

/** Calls that change files in an undisturbed run. */
let calls = 0;

interface Result {
  readonly signal: string | null;
  readonly outcome: { readonly kind: string; readonly step: number };
  readonly messages: readonly string[];
  readonly calls: number;
  readonly error: { readonly code: string; readonly message: string };
}

/** Runs the child to its end; `limit` is the largest file it may write, in blocks of 1024 bytes. */
function start(name: string, plan: ChildPlan, limit?: number): Result {
  const args = [child, join(work, name), String(STEPS), JSON.stringify({ padding: PADDING, ...plan })];
  const { stdout, stderr, signal } =
    limit === undefined
      ? spawnSync(process.execPath, args, { encoding: 'utf8' })
      : spawnSync('bash', ['-c', `ulimit -f ${limit}; exec "$0" "$@"`, process.execPath, ...args], {
          encoding: 'utf8',
        });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (signal === null && line === '') throw new Error(`the child printed nothing: ${stderr}`);
  return { signal, ...(line === '' ? {} : JSON.parse(line)) };
}

const checkpoints = (name: string): string[] => readdirSync(join(work, name, 'checkpoints')).sort();

function expectEqualRuns(name: string): void {
  const last = `step-0000${STEPS}.safetensors`;
  const [a, b] = ['straight', name].map((run) => readCheckpoint(join(work, run, 'checkpoints', last)));
  expect([...(b?.tensors.keys() ?? [])]).toEqual([...(a?.tensors.keys() ?? [])]);
  for (const [tensor, { data }] of a?.tensors ?? []) {
    expect(Buffer.compare(data, b?.tensors.get(tensor)?.data ?? new Uint8Array(0)), tensor).toBe(0);
  }
  expect(b?.optimiser).toEqual(a?.optimiser);
  const [m, n] = ['straight', name].map((run) =>
    readMetrics(join(work, run, 'metrics.jsonl')).map((record) => ({ ...record, timing: null })),
  );
  expect(n).toEqual(m);
}

test('a run killed between writing and renaming a checkpoint resumes from the one before and ends equal', () => {
  const killed = start('rename', { killBeforeRename: 'step-000030.safetensors' });
  expect(killed.signal).toBe('SIGKILL');
  expect(checkpoints('rename').some((name) => name.startsWith('step-000030.safetensors.tmp-'))).toBe(true);
  const { outcome, messages } = start('rename', { resume: true });
  expect(outcome.kind).toBe('done');
  expect(messages).toEqual(['resuming after step 20 of 40']);
  expectEqualRuns('rename');
  expect(checkpoints('rename')).toEqual(checkpoints('straight'));
});

test('a run killed with half of a checkpoint written resumes from the one before and ends equal', () => {
  expect(start('torn', { killWhileWriting: 'step-000020.safetensors' }).signal).toBe('SIGKILL');
  expect(start('torn', { resume: true }).messages).toEqual(['resuming after step 10 of 40']);
  expectEqualRuns('torn');
});

test('a run killed before its first checkpoint starts again at step 0, says so, and ends equal', () => {
  expect(start('first', { killBeforeRename: 'step-000010.safetensors' }).signal).toBe('SIGKILL');
  expect(start('first', { resume: true }).messages).toEqual([expect.stringMatching(/no checkpoint yet.*step 0/)]);
  expectEqualRuns('first');
});

test('SIGINT finishes the step, leaves a checkpoint, and the resumed run ends equal', () => {
  expect(start('interrupt', { interruptAfter: 17 }).outcome).toMatchObject({ kind: 'interrupted', step: 17 });
  expect(start('interrupt', { resume: true }).messages).toEqual(['resuming after step 17 of 40']);
  expectEqualRuns('interrupt');
});

test('a checkpoint that does not fit on the disk is an io error, leaves no torn file, and the run can be resumed', () => {
  const { error } = start('full', {}, 100);
  expect(error.code).toBe('io');
  expect(error.message).toMatch(/step-000010\.safetensors failed/);
  expect(checkpoints('full')).toEqual([]);
  expect(start('full', { resume: true }).outcome.kind).toBe('done');
  expectEqualRuns('full');
});

test.each([0, 1, 2, 3])(
  'killed twice at moments drawn with seed %i, a run ends equal and leaves nothing half written',
  (seed) => {
    const name = `random-${seed}`;
    const random = stream(key(seed));
    const moment = (share: number): number => 1 + Math.floor(random.uniform() * calls * share);
    expect(start(name, { killAtCall: moment(1) }).signal).toBe('SIGKILL');
    // What is left to do may be done before the second moment comes.
    start(name, { resume: true, killAtCall: moment(0.5) });
    expect(start(name, { resume: true }).outcome.kind).toBe('done');
    expectEqualRuns(name);
    expect(checkpoints(name)).toEqual(checkpoints('straight'));
    expect(readdirSync(join(work, name)).sort()).toEqual(readdirSync(join(work, 'straight')).sort());
    expect(readRunFile(join(work, name))).toMatchObject({ status: 'done', seed: 3 });
  },
);
