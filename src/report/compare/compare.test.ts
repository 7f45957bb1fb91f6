import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wilsonInterval } from '../../measure/statistics/wilson.ts';
import { type SyntheticImageRun, writeSyntheticImageRun } from '../synthetic-image-run.law.ts';
import { writeSyntheticRun } from '../synthetic-run.law.ts';
import { alarmsOf } from './alarms.ts';
import { finalLoss, trainingAxes, valueAt } from './curve.ts';
import { readCompared } from './read.ts';
import { type Comparison, compareRuns, comparisonJson, comparisonMarkdown, comparisonText } from './table.ts';
import type { Cell } from './values.ts';
import { writeComparison } from './write.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-compare-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const made = (name: string, run: SyntheticImageRun): string => {
  writeSyntheticImageRun(join(dir, name), run);
  return join(dir, name);
};

// 100 images per step: slow has seen 1000, 2000, 4000 images after 10, 20, 40 s; fast 2000, 4000, 8000 after 5, 10, 20 s.
const slow: SyntheticImageRun = {
  recipe: 'slow',
  training: {
    imagesPerStep: 100,
    imagesPerSecond: 100,
    knn: [
      [10, 0.2],
      [20, 0.3],
      [40, 0.5],
    ],
  },
  probes: { 'knn-20': 0.52, linear: 0.6 },
};
const fast: SyntheticImageRun = {
  recipe: 'fast',
  training: {
    imagesPerStep: 100,
    imagesPerSecond: 400,
    knn: [
      [20, 0.1],
      [40, 0.2],
      [80, 0.4],
    ],
  },
  probes: { 'knn-20': 0.42 },
};
const untrained: SyntheticImageRun = { recipe: 'random', probes: { 'knn-20': 0.25 } };

function cell({ rows, columns }: Comparison, label: string, key: string): Cell {
  return rows.find((r) => r.label === label)!.cells[columns.findIndex((c) => c.key === key)]!;
}

const compared = (...dirs: string[]): Comparison => compareRuns(readCompared(dirs));

test('runs meet at the fewest images and the least time of a last evaluation, linear between evaluations', () => {
  const both = compared(made('a', slow), made('b', fast));
  expect(both.equal.images).toBe(4000);
  expect(both.equal.seconds).toBeCloseTo(20, 9);
  expect(cell(both, 'slow', 'knnAtEqualImages')).toMatchObject({ mean: 0.5 });
  expect(cell(both, 'fast', 'knnAtEqualImages')).toMatchObject({ mean: 0.2 });
  // At 20 s slow has seen 2000 images, fast all of its 8000.
  expect(cell(both, 'slow', 'knnAtEqualTime')).toMatchObject({ mean: expect.closeTo(0.3, 9) });
  expect(cell(both, 'fast', 'knnAtEqualTime')).toMatchObject({ mean: expect.closeTo(0.4, 9) });
});

test('a value between two evaluations is on the line through them, and nothing is extrapolated', () => {
  const curve = { x: [10, 20, 40], y: [1, 2, 6] };
  expect(valueAt(curve, 10)).toBe(1);
  expect(valueAt(curve, 25)).toBeCloseTo(3, 12);
  expect(valueAt(curve, 40)).toBe(6);
  expect(valueAt(curve, 9)).toBeUndefined();
  expect(valueAt(curve, 41)).toBeUndefined();
  expect(valueAt({ x: [], y: [] }, 1)).toBeUndefined();
});

test('pauses are no training time, and a line after a resumed checkpoint counts all steps at its own pace', () => {
  const line = (step: number, seconds: number, imagesPerSecond: number) => ({
    step,
    timing: { seconds, imagesPerSecond, pauseShare: 0.5 },
  });
  // 10 images per step. The third line covers only 2 of the 10 steps since the second: 20 images in 1 s without pauses.
  const axes = trainingAxes([line(10, 20, 10), line(20, 20, 10), line(30, 2, 20)]);
  expect(axes.imagesPerStep).toBe(10);
  expect(axes.images).toEqual([100, 200, 300]);
  expect(axes.seconds).toEqual([10, 20, 25]);
});

test('an untrained encoder enters with its own k-NN, which is said', () => {
  const all = compared(made('a', slow), made('r', untrained));
  expect(cell(all, 'random', 'knnAtEqualImages')).toMatchObject({
    mean: 0.25,
    note: expect.stringContaining('no training'),
  });
  expect(cell(all, 'random', 'images')).toMatchObject({ mean: 0 });
  expect(cell(all, 'random', 'imagesPerSecond')).toEqual({ why: 'not trained' });
  expect(comparisonText(all)).toMatch(/note: \* random: no training/);
});

test('runs that differ in their seed only are one row: mean, range, and the interval of the mean', () => {
  const one = made('s0', { ...slow, probes: { 'knn-20': 0.5 } });
  const two = made('s1', { ...slow, seed: 1, probes: { 'knn-20': 0.6 } });
  const all = compared(two, one);
  expect(all.rows.map((r) => r.group.runs.map(({ run }) => run.seed))).toEqual([[0, 1]]);
  expect(cell(all, 'slow', 'knn-20')).toEqual({
    mean: 0.55,
    seeds: 2,
    range: [0.5, 0.6],
    interval: wilsonInterval(550, 1000),
  });
});

test('rows of one recipe carry the settings in which they differ', () => {
  const config = (lr: number) => ({ train: { lr, steps: 5 } });
  const all = compared(made('a', { ...slow, config: config(0.1) }), made('b', { ...slow, config: config(0.2) }));
  expect(all.rows.map((r) => r.label)).toEqual(['slow lr=0.1', 'slow lr=0.2']);
});

test('a file that is missing or damaged leaves its cells with the reason', () => {
  const { probes: _, ...bare } = fast;
  const damaged = made('c', { ...slow, recipe: 'damaged' });
  writeFileSync(join(damaged, 'evals/features.json'), '{"probes": 3}');
  writeFileSync(join(damaged, 'metrics.jsonl'), 'no JSON\n');
  const all = compared(made('a', slow), made('b', bare), damaged);
  // It is not taken for an encoder that was never trained.
  for (const key of ['knnAtEqualTime', 'images', 'loss']) {
    expect(cell(all, 'damaged', key)).toEqual({ why: expect.stringContaining('metrics.jsonl line 1 must be JSON') });
  }
  expect(cell(all, 'fast', 'knn-20')).toEqual({ why: 'This run has no evals/features.json.' });
  expect(cell(all, 'damaged', 'knn-20')).toEqual({
    why: expect.stringContaining('evals/features.json: probes must be a list'),
  });
});

test('the loss is the mean over the last tenth of the steps', () => {
  const lines = Array.from({ length: 20 }, (_, i) => ({ step: i + 1, loss: i + 1 }));
  expect(finalLoss(lines)).toBe(19.5);
  expect(finalLoss([])).toBeUndefined();
  expect(finalLoss([{ step: 1 }])).toBeUndefined();
});

test('alarms are named with the evaluations at which they stood', () => {
  const alarms = { 10: ['LOW_RANK'], 20: ['LOW_RANK', 'CONSTANT'], 40: ['CONSTANT'] };
  const [run] = readCompared([made('a', { ...slow, training: { ...slow.training!, alarms } })]);
  expect(alarmsOf(run!)).toEqual([
    { code: 'LOW_RANK', from: 10, to: 20, atEnd: false },
    { code: 'CONSTANT', from: 20, to: 40, atEnd: true },
  ]);
});

test('unfinished runs are named', () => {
  const all = compared(made('a', slow), made('b', { ...fast, status: 'interrupted' }));
  expect(all.notes[0]).toMatch(/b is not finished \(interrupted\)/);
  expect(comparisonMarkdown(all)).toContain('is not finished');
});

test('runs of any recipe can be compared as far as their files go', () => {
  const world = join(dir, 'world');
  writeSyntheticRun(world, { steps: 20, episodes: 1, frames: 3, size: 8 });
  const all = compared(world, made('a', slow));
  expect(cell(all, 'made-up', 'planning.strict.success')).toMatchObject({ mean: 0.97 });
  expect(cell(all, 'made-up', 'knnAtEqualTime')).toEqual({ why: 'no online k-NN' });
  expect(cell(all, 'slow', 'planning.strict.success')).toEqual({ why: 'not a result of this recipe' });
});

test('folders that are no runs are all named, and none at all or one twice is refused', () => {
  const run = made('a', slow);
  expect(() => readCompared([])).toThrow(/at least one run folder/);
  expect(() => readCompared([join(dir, 'nowhere'), dir, run])).toThrow(/nowhere' does not exist.*has no run.json/);
  expect(() => readCompared([run, `${run}/`])).toThrow(/given twice/);
  writeFileSync(join(run, 'run.json'), '{');
  expect(() => readCompared([run])).toThrow(/run.json cannot be read/);
});

test('the page holds every section, asks for nothing outside itself, and is written whole', () => {
  const path = join(dir, 'compare.html');
  writeComparison([made('a', slow), made('b', fast), made('r', untrained)], path);
  const page = readFileSync(path, 'utf8');
  for (const id of ['table', 'learning', 'loss', 'spectra', 'neighbours', 'patches', 'alarms']) {
    expect(page).toContain(`<section id="${id}">`);
  }
  const sources = [...page.matchAll(/(?:src|href)=["']?([^"'\s>]+)/g)].map((m) => m[1]!);
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.every((s) => s.startsWith('data:'))).toBe(true);
  expect(page).not.toMatch(/https?:\/\/|@import|url\(/);
  expect(readdirSync(dir).filter((name) => name.includes('.tmp-'))).toEqual([]);
});

test('text and pictures from files cannot become markup or addresses', () => {
  const run = made('a', { ...slow, recipe: '<img onerror=x>' });
  const file = join(run, 'evals/pictures.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('data:image/png', 'https://example.org/x'));
  const path = join(dir, 'compare.html');
  writeComparison([run], path);
  const page = readFileSync(path, 'utf8');
  expect(page).not.toContain('<img onerror');
  expect(page).not.toContain('example.org');
  expect(page).toContain('must be a data:image/png;base64 address');
});

test('the JSON holds shares of 1 and null where a run has no number', () => {
  const json = comparisonJson(compared(made('a', slow), made('r', untrained))) as {
    runs: readonly Record<string, unknown>[];
  };
  expect(json.runs[0]).toMatchObject({ recipe: 'slow', status: 'done', 'knn-20': 0.52, images: 4000 });
  expect(json.runs[1]).toMatchObject({ recipe: 'random', loss: null });
});
