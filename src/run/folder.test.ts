import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { JepaError } from '../core/index.ts';
import { createRun, openRun, type RunFolder } from './folder.ts';
import { type MetricRecord, readMetrics } from './metrics.ts';
import { readRunFolder } from './read.ts';

const folder = mkdtempSync(join(tmpdir(), 'jepa-run-'));
afterAll(() => rmSync(folder, { recursive: true }));
let runs = 0;
const newRun = (): RunFolder =>
  createRun(join(folder, `run-${runs++}`), { config: { lr: 0.1 }, seed: 5, versions: { jepa: '0.1.0' } });

const record = (step: number): MetricRecord => ({
  step,
  loss: 1 / step,
  terms: { a: step },
  lr: 0.1,
  gradNorm: 2,
  timing: { seconds: 1, imagesPerSecond: 8, waitShare: 0, programShare: 1, overheadShare: 0, pauseShare: 0 },
});

test('run.json holds the configuration, the seed, versions and the machine', () => {
  const run = newRun();
  const file = JSON.parse(readFileSync(join(run.dir, 'run.json'), 'utf8'));
  expect(file).toMatchObject({
    recipe: '',
    status: 'unfinished',
    config: { lr: 0.1 },
    seed: 5,
    versions: { jepa: '0.1.0', node: process.versions.node },
  });
  expect(file.machine.cores).toBeGreaterThan(0);
  expect(openRun(run.dir).file).toEqual(file);
});

test('a run of the library is whole for the readers of runs', () => {
  const run = newRun();
  run.appendMetric(record(1));
  run.update({ status: 'failed', minutes: 2, failure: { code: 'numeric', message: 'loss is NaN' } });
  const { run: file, metrics } = readRunFolder(run.dir);
  expect(file).toMatchObject({ ok: true, value: { status: 'failed', minutes: 2, failure: { code: 'numeric' } } });
  expect(metrics).toEqual({ ok: true, value: [record(1)] });
  run.update({ status: 'unfinished' });
  expect(openRun(run.dir).file.failure).toBeUndefined();
});

test('a folder that holds a run is not overwritten, and a folder that holds none is not opened', () => {
  const run = newRun();
  expect(() => createRun(run.dir, { config: {}, seed: 0, versions: {} })).toThrow(/already holds a run/);
  expect(() => openRun(join(folder, 'nothing'))).toThrow(/must be a run folder, but it does not exist/);
  writeFileSync(join(run.dir, 'run.json'), '{"config": 1}');
  expect(() => openRun(run.dir)).toThrow(/run\.json: seed must be a number, got nothing/);
});

test('a run folder that cannot be made is an io error', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => createRun(join(folder, 'file', 'run'), { config: {}, seed: 0, versions: {} })).toThrow(
    expect.objectContaining({ code: 'io' }),
  );
});

test('metrics are on disk as soon as they are appended, one JSON object per line', () => {
  const run = newRun();
  run.appendMetric(record(1));
  run.appendMetric(record(2));
  const lines = readFileSync(join(run.dir, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([record(1), record(2)]);
});

test('truncating drops the later records and the torn line of a killed process', () => {
  const run = newRun();
  for (const step of [1, 2, 3]) run.appendMetric(record(step));
  appendFileSync(join(run.dir, 'metrics.jsonl'), '{"step":4,"lo');
  expect(run.metrics().map(({ step }) => step)).toEqual([1, 2, 3]);
  run.truncateMetrics(2);
  run.appendMetric(record(3));
  expect(readMetrics(join(run.dir, 'metrics.jsonl'))).toEqual([record(1), record(2), record(3)]);
});

test('a line that is cut in the middle of a character, and one longer than a block, are read as they were written', () => {
  const run = newRun();
  const terms = { [`${'\u00e9'.repeat(700_000)}`]: 1 };
  run.appendMetric({ step: 1, terms });
  run.appendMetric({ step: 2, loss: 1e308 });
  expect(run.metrics()).toEqual([
    { step: 1, terms },
    { step: 2, loss: 1e308 },
  ]);
});

test('a loss that is not finite is null on disk and not a number when read', () => {
  const run = newRun();
  run.appendMetric({ step: 1, loss: Number.POSITIVE_INFINITY });
  expect(readFileSync(join(run.dir, 'metrics.jsonl'), 'utf8')).toBe('{"step":1,"loss":null}\n');
  expect(run.metrics()).toEqual([{ step: 1, loss: Number.NaN }]);
});

test('a damaged line in the middle of the metrics is named', () => {
  const run = newRun();
  run.appendMetric(record(1));
  appendFileSync(join(run.dir, 'metrics.jsonl'), 'oops\n');
  run.appendMetric(record(2));
  expect(() => run.metrics()).toThrow(/metrics\.jsonl line 2 must be JSON: .*oops/);
});

test('files are written inside the folder only, whole, and without numbers that JSON cannot hold', () => {
  const run = newRun();
  run.writeJson('evals/plan.json', { success: 0.9 });
  expect(JSON.parse(readFileSync(join(run.dir, 'evals', 'plan.json'), 'utf8'))).toEqual({ success: 0.9 });
  expect(() => run.writeJson('../outside.json', 1)).toThrow(/inside the run folder/);
  expect(() => run.writeJson('bad.json', { r: Number.NaN })).toThrow(/'r' must be a finite number/);
  expect(existsSync(join(run.dir, 'bad.json'))).toBe(false);
});

test.skipIf(!existsSync('/dev/full'))(
  'a full disk under the metrics is an io error that says what to do (needs /dev/full)',
  () => {
    const run = newRun();
    symlinkSync('/dev/full', join(run.dir, 'metrics.jsonl'));
    try {
      run.appendMetric(record(1));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(JepaError);
      expect(error).toMatchObject({ code: 'io', message: expect.stringMatching(/ENOSPC.*free space.*resume/) });
    }
  },
);
