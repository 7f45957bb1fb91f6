import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlanningProtocol } from '../../run/index.ts';
import { writeSyntheticControl } from '../control/synthetic-control.law.ts';
import { readCompared } from './read.ts';
import { type Comparison, compareRuns, comparisonJson } from './table.ts';
import { metricWords } from './words.ts';

let dir = '';
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jepa-compare-tasks-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A run whose planner did so on its tasks: 1 for solved. */
function made(model: string, seed: number, outcomes: string, other: Partial<PlanningProtocol> = {}): string {
  const solvedAt = [...outcomes].map((one) => (one === '1' ? 3 : null));
  const protocol: PlanningProtocol = {
    name: 'strict',
    description: 'strict protocol',
    world: 'w',
    dataset: `data-${seed}`,
    taskNames: solvedAt.map((_, i) => [i, 2 * i] as const),
    budget: 50,
    results: [
      { policy: 'planner', tasks: solvedAt.length, successAny: solvedAt.filter((s) => s !== null).length, solvedAt },
    ],
    ...other,
  };
  return join(
    dir,
    writeSyntheticControl(dir, { world: 'w', model, seed, evals: { planning: { protocols: [protocol] } } }),
  );
}

const compared = (...runs: string[]): Comparison => compareRuns(readCompared(runs));
const rowsOf = ({ worlds }: Comparison) => worlds.find((table) => table.id === 'tasks')?.rows;
const unpaired = ({ notes }: Comparison) => notes.filter((note) => note.includes('task by task'));

test('runs on the same tasks are counted task by task, seeds together', () => {
  const all = compared(made('a', 0, '1000000'), made('b', 0, '1111110'), made('a', 1, '11'), made('b', 1, '10'));
  // Only b: 5, only a: 1, so p = 2 (1 + 6) / 2^6.
  const row = rowsOf(all)![0]!;
  expect(row.slice(2)).toEqual(['strict, seed 0, 1', '2', '5', '1', '1', '0.219']);
  expect(unpaired(all)).toEqual([]);
  expect(JSON.parse(JSON.stringify(comparisonJson(all))).paired[0]).toMatchObject({
    protocol: 'strict',
    seeds: [0, 1],
    counts: { both: 2, onlyA: 1, onlyB: 5, neither: 1 },
  });
});

test.each<readonly [string, Partial<PlanningProtocol>]>([
  ['worlds', { world: 'v' }],
  ['datasets', { dataset: 'another' }],
  ['goal offsets', { goalOffset: 50 }],
  ['budgets', { budget: 100 }],
  ['judgements of success', { judged: { about: 'near', hold: 3 } }],
  ['tasks', { taskNames: [[0, 1]] }],
])('runs whose %s differ are not, and the notes say so', (what, other) => {
  const all = compared(made('a', 0, '10'), made('b', 0, '11', other));
  expect(rowsOf(all)).toBeUndefined();
  expect(unpaired(all)).toHaveLength(1);
  expect(unpaired(all)[0]).toMatch(new RegExp(`not compared task by task, strict, seed 0: their ${what} differ$`));
});

test('a record without the outcome of each task is named beside one that has them, and two of them are passed over', () => {
  const old = (model: string) =>
    join(dir, writeSyntheticControl(dir, { world: 'w', model, seed: 0, strict: { planner: 9 } }));
  const one = compared(made('a', 0, '10'), old('b'));
  expect(unpaired(one)[0]).toMatch(/an earlier version does not keep the outcome of each task; plan again/);
  expect(unpaired(compared(old('b'), old('c')))).toEqual([]);
});

test('metrics of protocols and of kinds of tasks are named in words', () => {
  expect(metricWords('planning.clear-strict.success')).toBe('goals reached by planning, clear-strict tasks');
  expect(metricWords('planning.reset.icem')).toBe('goals reached by icem, reset tasks');
  expect(metricWords('planning.reset.across.success')).toBe('goals reached by planning, reset tasks, across');
  expect(metricWords('planning.reset.same-side.random')).toBe('goals reached by random, reset tasks, same side');
});
