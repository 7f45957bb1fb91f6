// sweep.json: what a sweep was asked to do and what became of each run; and its table.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { anything, byName, JepaError, listOf, oneOf, open, optional, text, whole } from '../../core/index.ts';
import { readText, writeFileAtomic } from '../../data/node.ts';
import { alignedTable, finalLoss, markdownTable, shortNumber } from '../../report/index.ts';
import { parseFile } from '../../run/index.ts';
import { isRunFolder, readRunFile, readRunFolder } from '../../run/node.ts';
import { shortPaths } from './grid.ts';
import type { PlannedRun } from './plan.ts';

/** What became of a run. `waiting`: not begun. */
export type SweepStatus = 'waiting' | 'done' | 'failed' | 'interrupted';

/** One run in sweep.json. */
export interface SweepRun {
  readonly name: string;
  readonly recipe: string;
  readonly seed: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly status: SweepStatus;
  /** Why it failed. */
  readonly why?: string;
  readonly minutes?: number;
  /** Results of its run.json, and `train.loss`, the mean over the last tenth of its steps. */
  readonly metrics?: Readonly<Record<string, number>>;
}

/** sweep.json. */
export interface SweepFile {
  readonly command: string;
  readonly recipes: readonly string[];
  readonly grid: Readonly<Record<string, readonly string[]>>;
  readonly set: readonly string[];
  readonly seeds: readonly number[];
  readonly data?: string;
  readonly runs: readonly SweepRun[];
}

const sweepRun = open<SweepRun>({
  name: text(),
  recipe: text(),
  seed: whole(0),
  settings: byName(text()),
  status: oneOf(['waiting', 'done', 'failed', 'interrupted']),
  why: optional(text()),
  minutes: optional(anything<number>()),
  metrics: optional(byName(anything<number>())),
});

const sweepFile = open<SweepFile>({
  command: text(),
  recipes: listOf(text()),
  grid: byName(listOf(text())),
  set: listOf(text()),
  seeds: listOf(whole(0)),
  data: optional(text()),
  runs: listOf(sweepRun),
});

/** Writes sweep.json of the sweep in `dir`. */
export function writeSweep(dir: string, sweep: SweepFile): void {
  writeFileAtomic(join(dir, 'sweep.json'), [new TextEncoder().encode(`${JSON.stringify(sweep, undefined, 2)}\n`)]);
}

/**
 * Reads sweep.json of the sweep in `dir`; undefined when it has none.
 *
 * @throws JepaError 'corrupt' when the file is not what `writeSweep` writes
 */
export function readSweep(dir: string): SweepFile | undefined {
  const path = join(dir, 'sweep.json');
  if (!existsSync(path)) return undefined;
  try {
    return parseFile(sweepFile, readText(path), 'sweep.json');
  } catch (error) {
    const message = `${path} must be the record of a sweep: ${(error as Error).message}; remove it to begin its runs anew`;
    throw new JepaError('corrupt', message, { path }, { cause: error });
  }
}

/** Why a run failed when the sweep last tried it, by its name. */
export function earlierFailures(dir: string): ReadonlyMap<string, string> {
  const runs = readSweep(dir)?.runs ?? [];
  return new Map(runs.flatMap(({ name, why }) => (why === undefined ? [] : [[name, why] as const])));
}

/** A planned run with what its folder holds. */
export function recordOf(
  { name, recipe, seed, settings }: PlannedRun,
  sweepDir: string,
  status: SweepStatus,
  why?: string,
): SweepRun {
  const base = { name, recipe, seed, settings, status, ...(why === undefined ? {} : { why }) };
  const dir = join(sweepDir, name);
  if (!isRunFolder(dir)) return base;
  const { minutes, metrics = {} } = readRunFile(dir);
  const lines = readRunFolder(dir, 0).metrics;
  const loss = lines.ok ? finalLoss(lines.value) : undefined;
  return {
    ...base,
    ...(minutes === undefined ? {} : { minutes }),
    metrics: { ...(loss === undefined ? {} : { 'train.loss': loss }), ...metrics },
  };
}

/** How the table is sorted. */
export interface SortBy {
  readonly metric: string;
  readonly ascending: boolean;
}

/** Reads `--sort METRIC` or `METRIC:asc`. */
export function parseSort(text: string): SortBy {
  return { metric: text.replace(/:(asc|desc)$/, ''), ascending: text.endsWith(':asc') };
}

/** Runs by a metric, those without it last; in their given order where `sort` is left out. */
export function sorted(runs: readonly SweepRun[], sort: SortBy | undefined): SweepRun[] {
  if (sort === undefined) return [...runs];
  const value = ({ metrics }: SweepRun): number => {
    const v = metrics?.[sort.metric] ?? Number.NaN;
    return Number.isNaN(v) ? Number.POSITIVE_INFINITY : sort.ascending ? v : -v;
  };
  return [...runs].sort((a, b) => (value(a) === value(b) ? 0 : value(a) - value(b)));
}

/** Metrics that the table shows first, where there are any of them. */
const USUAL = [
  'eval.knn-20',
  'eval.linear',
  'eval.ridge',
  'eval.effectiveRank',
  'train.loss',
  'planning.strict.success',
];
const OTHERS = 6;

/** The rows of the table, the head first. */
function sweepTable(sweep: SweepFile, sort: SortBy | undefined): string[][] {
  const runs = sorted(sweep.runs, sort);
  const known = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics ?? {})))];
  const usual = USUAL.filter((name) => known.includes(name));
  const rest = usual.length > 0 ? usual : known.slice(0, OTHERS);
  const columns = [...new Set([...(sort === undefined ? [] : [sort.metric]), ...rest])];
  const paths = Object.keys(sweep.grid);
  const number = (v: number | undefined): string => (v === undefined ? '-' : shortNumber(v));
  return [
    ['recipe', ...shortPaths(paths), 'seed', 'status', 'minutes', ...columns],
    ...runs.map((run) => [
      run.recipe,
      ...paths.map((path) => run.settings[path] ?? '-'),
      String(run.seed),
      run.status,
      number(run.minutes),
      ...columns.map((name) => number(run.metrics?.[name])),
    ]),
  ];
}

/** The table for a terminal, with the reasons of failed runs below. */
export function sweepText(sweep: SweepFile, sort: SortBy | undefined): string {
  const failed = sweep.runs.flatMap(({ name, why }) => (why === undefined ? [] : [`${name}: ${why}`]));
  return [alignedTable(sweepTable(sweep, sort)), ...failed].join('\n');
}

/** The table as markdown. */
export function sweepMarkdown(sweep: SweepFile, sort: SortBy | undefined): string {
  return markdownTable(sweepTable(sweep, sort));
}
