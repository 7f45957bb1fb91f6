import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wilsonInterval } from '../../measure/index.ts';
import { type SyntheticControl, writeSyntheticControl } from '../control/synthetic-control.law.ts';
import { percentOf } from '../control/tables.ts';
import { writeSyntheticImageRun } from '../synthetic-image-run.law.ts';
import { writeSyntheticRun } from '../synthetic-run.law.ts';
import { pairedDifferences } from './pairs.ts';
import { readCompared } from './read.ts';
import { type Comparison, compareRuns, comparisonJson, comparisonMarkdown, comparisonText } from './table.ts';
import { metricWords } from './words.ts';
import { writeComparison } from './write.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-compare-world-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const made = (of: Omit<SyntheticControl, 'world'>): string =>
  join(dir, writeSyntheticControl(dir, { world: 'w', ...of }));
const compared = (...runs: string[]): Comparison => compareRuns(readCompared(runs));
const tableOf = ({ worlds }: Comparison, id: string) => worlds.find((table) => table.id === id);

test('success is pooled over seeds with the interval of the sum', () => {
  const all = compared(
    made({ model: 'm', seed: 0, strict: { planner: 90, random: 10 } }),
    made({ model: 'm', seed: 1, strict: { planner: 60, random: 12 } }),
  );
  const [low, high] = wilsonInterval(150, 200);
  expect(tableOf(all, 'planning')!.rows).toEqual([
    ['w', 'strict', 'planner', `75.0 (${percentOf(low)} to ${percentOf(high)})`, '90.0, 60.0', '200', '0.02'],
    ['w', 'strict', 'random', expect.stringMatching(/^11\.0 /), '10.0, 12.0', '200', '-'],
  ]);
});

test('rows on the same tasks are paired by seed, with a t-test from three seeds on', () => {
  const runs = [0, 1, 2].flatMap((seed) => [
    made({ model: 'a', seed, strict: { planner: 50, random: 5, oracle: 99 } }),
    made({ model: 'b', seed, strict: { planner: 58 + 2 * seed, random: 5, oracle: 99 } }),
  ]);
  const all = compared(...runs);
  const [difference] = pairedDifferences(all.rows.map(({ group }) => group));
  expect(difference!.seeds.map((s) => s.difference)).toEqual([0.08, 0.1, 0.12].map((d) => expect.closeTo(d, 12)));
  expect(difference!.mean).toBeCloseTo(0.1, 12);
  // t = 0.1 / (0.02 / sqrt 3) = 5 sqrt 3 with 2 degrees of freedom, for which p = 1 - t / sqrt(t^2 + 2).
  expect(difference!.p).toBeCloseTo(1 - Math.sqrt(75 / 77), 10);
  expect(tableOf(all, 'differences')!.rows[0]!.slice(2, 5)).toEqual([
    'strict',
    '+10.0',
    '+8.0 (seed 0), +10.0 (seed 1), +12.0 (seed 2)',
  ]);
});

test('rows whose random policy did otherwise had other tasks, and are not paired', () => {
  const all = compared(
    made({ model: 'a', seed: 0, strict: { planner: 50, random: 5 } }),
    made({ model: 'b', seed: 0, strict: { planner: 60, random: 6 } }),
  );
  expect(pairedDifferences(all.rows.map(({ group }) => group))).toEqual([]);
  expect(tableOf(all, 'differences')).toBeUndefined();
});

test('the page of world models has no section without content, and no name of a metric that a table says in words', () => {
  for (const name of ['one', 'two']) writeSyntheticRun(join(dir, name), { steps: 20, episodes: 1, frames: 3, size: 8 });
  const path = join(dir, 'compare.html');
  writeComparison([join(dir, 'one'), join(dir, 'two')], path);
  const page = readFileSync(path, 'utf8');
  const sections = [...page.matchAll(/<section id="([^"]+)">/g)].map((m) => m[1]);
  expect(sections).toEqual(['table', 'planning', 'probes', 'surprise', 'learning', 'loss', 'alarms']);
  expect(page).not.toContain('planning.strict.success');
  expect(page).not.toContain('class="absent"');
  expect(page).not.toContain('no run has: k-NN');
});

test('a chart of the loss holds a line for every seed, and the legend names each term once', () => {
  const runs = [0, 1].map((seed) => made({ model: 'm', seed, strict: { planner: 50 } }));
  for (const [i, run] of runs.entries()) {
    const lines = [1, 2, 3].map((step) => JSON.stringify({ step, loss: step + i, terms: { prediction: step } }));
    writeFileSync(join(run, 'metrics.jsonl'), `${lines.join('\n')}\n`);
  }
  const path = join(dir, 'compare.html');
  writeComparison(runs, path);
  const loss = /<section id="loss">.*?<\/section>/s.exec(readFileSync(path, 'utf8'))![0];
  expect(loss.match(/<polyline class="line stroke-blue"/g)).toHaveLength(2);
  expect(loss.match(/<polyline class="line stroke-orange"/g)).toHaveLength(2);
  expect(loss.match(/<span class="key">/g)).toHaveLength(2);
  expect(loss).toContain('prediction seed 1');
});

test('text, markdown and JSON hold the tables of world models', () => {
  const all = compared(made({ model: 'm', seed: 0, strict: { planner: 90 } }));
  expect(comparisonText(all)).toMatch(/Planning\nrun +tasks +policy/);
  expect(comparisonMarkdown(all)).toContain('| w | strict | planner | 90.0 (82.6 to 94.5) |');
  expect(JSON.parse(JSON.stringify(comparisonJson(all))).rows[0].protocols[0]).toMatchObject({
    name: 'strict',
    policies: [{ policy: 'planner', result: { successes: 90, tasks: 100 } }],
  });
});

test('a damaged file of a world model is named in the notes, and one that is not there is not', () => {
  const run = made({ model: 'm', seed: 0, strict: { planner: 90 }, evals: { probe: { probes: 3 } } });
  const { notes } = compared(run);
  expect(notes.filter((note) => note.includes('evals/'))).toEqual([
    `${run}: evals/probe.json: probes must be a list of an object, got number.`,
  ]);
});

test('runs of images have no table of world models', () => {
  writeSyntheticImageRun(join(dir, 'i'), { recipe: 'i', probes: { 'knn-20': 0.5 } });
  expect(compared(join(dir, 'i')).worlds).toEqual([]);
});

test('metrics are named in words, unknown ones as they are', () => {
  expect(metricWords('planning.strict.success')).toBe('goals reached by planning, strict tasks');
  expect(metricWords('probe.agent-position.linear.r')).toBe('linear probe of the agent position, least Pearson r');
  expect(metricWords('surprise.through-wall.auc')).toBe('surprise at through wall, area under the ROC curve');
  expect(metricWords('count.steps')).toBe('count.steps');
});
