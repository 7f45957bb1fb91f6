// The table of a comparison, and its forms as text, markdown and JSON.

import type { ResultTable } from '../control/tables.ts';
import { shortNumber } from '../scale.ts';
import { alignedTable, markdownTable } from '../text-table.ts';
import { groupRuns, type RunGroup } from './group.ts';
import { type ComparedRun, damagesOf } from './read.ts';
import { pairedTasks } from './tasks.ts';
import { type Cell, type Column, cellOf, columnsAt, type EqualPoint, equalPoint, type Unit } from './values.ts';
import { metricWords } from './words.ts';
import { unpairedNotes, worldResults, worldTables } from './world.ts';

/** One row: a recipe and configuration over its seeds. */
export interface TableRow {
  readonly label: string;
  readonly group: RunGroup;
  /** In the order of the columns. */
  readonly cells: readonly Cell[];
}

/** Runs side by side. */
export interface Comparison {
  readonly runs: readonly ComparedRun[];
  readonly equal: EqualPoint;
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
  /** Planning, probes and surprise of world models. */
  readonly worlds: readonly ResultTable[];
  /** What a reader must know: runs that are not finished, columns that no run fills, where the equal points lie. */
  readonly notes: readonly string[];
}

/** Puts runs side by side. Columns that no run fills are left out, and named in the notes. */
export function compareRuns(runs: readonly ComparedRun[]): Comparison {
  const equal = equalPoint(runs);
  const groups = groupRuns(runs);
  const all = [...columnsAt(equal), ...ownMetrics(runs)];
  const rows = groups.map((group) => ({ group, cells: all.map((c) => cellOf(group, (run) => c.of(run))) }));
  const used = all.map((_, c) => rows.some(({ cells }) => 'mean' in cells[c]!));
  const keep = <T>(values: readonly T[]): T[] => values.filter((_, c) => used[c]);
  const unfinished = runs
    .filter(({ run }) => run.status !== 'done')
    .map(({ dir, run }) => `${dir} is not finished (${run.status}): its numbers are those so far`);
  // Runs of world models have no scores of images: that is no gap.
  const images = runs.some(
    (run) => run.features.ok || (run.metrics.ok && run.metrics.value.some((l) => l.instruments?.knn !== undefined)),
  );
  const gap = ({ key, part }: Column): boolean => images || !(part === 'score' || key.startsWith('knnAt'));
  const empty = all.filter((c, i) => !used[i] && gap(c)).map((c) => c.title);
  return {
    runs,
    equal,
    columns: keep(all),
    rows: rows.map(({ group, cells }) => ({ label: group.label, group, cells: keep(cells) })),
    worlds: worldTables(groups.map((group) => ({ label: group.label, group }))),
    notes: [
      ...unfinished,
      ...runs.flatMap(damagesOf),
      ...unpairedNotes(groups.map((group) => ({ label: group.label, group }))),
      ...(equal.images === undefined
        ? []
        : [
            `equal images: ${equal.images.toLocaleString('en-US')} images, the fewest at a run's last online evaluation; online k-NN, linear between evaluations`,
          ]),
      ...(equal.seconds === undefined
        ? []
        : [
            `equal time: ${shortNumber(equal.seconds)} s of training, the least at a run's last online evaluation; pauses for evaluations and checkpoints are not counted`,
          ]),
      ...(empty.length === 0 ? [] : [`no run has: ${empty.join(', ')}`]),
    ],
  };
}

/** Whether the tables of world models hold a metric, for every run that has it. */
function inWorlds(name: string, runs: readonly ComparedRun[]): boolean {
  const file = (['planning', 'probe', 'surprise'] as const).find((part) => name.startsWith(`${part}.`));
  return file !== undefined && runs.every((run) => run.run.metrics?.[name] === undefined || run[file].ok);
}

/** Results that only some recipes have, such as planning.strict.success. */
function ownMetrics(runs: readonly ComparedRun[]): Column[] {
  const names = [...new Set(runs.flatMap(({ run }) => Object.keys(run.metrics ?? {})))];
  const other = names.filter((name) => !/^(eval|train)\./.test(name));
  return other.map((name) => ({
    key: name,
    title: metricWords(name),
    unit: 'number',
    part: 'own',
    elsewhere: inWorlds(name, runs),
    of({ run }) {
      const value = run.metrics?.[name];
      return value === undefined ? { why: 'not a result of this recipe' } : { value };
    },
  }));
}

/** A number in its unit, without the sign of the unit. */
export function inUnit(value: number, unit: Unit): string {
  if (unit === 'percent') return (100 * value).toFixed(1);
  if (unit === 'count') return Math.round(value).toLocaleString('en-US');
  return shortNumber(value);
}

function brief(cell: Cell, unit: Unit): string {
  if (!('mean' in cell)) return '-';
  const half = cell.interval === undefined ? '' : `±${inUnit((cell.interval[1] - cell.interval[0]) / 2, unit)}`;
  return `${inUnit(cell.mean, unit)}${half}${cell.note === undefined ? '' : '*'}`;
}

function full(cell: Cell, unit: Unit): string {
  if (!('mean' in cell)) return cell.why.replace(/\.$/, '');
  const between = ([low, high]: readonly [number, number]): string => `${inUnit(low, unit)} to ${inUnit(high, unit)}`;
  return [
    inUnit(cell.mean, unit),
    cell.interval === undefined ? '' : `(${between(cell.interval)})`,
    cell.range === undefined ? '' : `[${between(cell.range)}]`,
    cell.note === undefined ? '' : `(${cell.note})`,
  ]
    .filter((s) => s !== '')
    .join(' ');
}

const seedsOf = ({ group }: TableRow): string => group.runs.map(({ run }) => run.seed).join(', ');

/** Positions of the columns of a part that no other table holds. */
export function columnsOf({ columns }: Comparison, part: Column['part']): number[] {
  return columns.map((_, c) => c).filter((c) => columns[c]!.part === part && columns[c]!.elsewhere !== true);
}

/** How the numbers are to be read. */
function legendOf(comparison: Comparison, interval: string): string {
  const scores = columnsOf(comparison, 'score').length > 0;
  return scores ? `scores and k-NN in percent, means over seeds${interval}` : 'means over seeds';
}

type Write = (cell: Cell, unit: Unit) => string;

/** Parts of the table as rows of text, the head first; results of single recipes stand below each other, for they are many. */
function blocks(comparison: Comparison, parts: readonly (readonly Column['part'][])[], write: Write): string[][][] {
  const { columns, rows } = comparison;
  const cell = (r: TableRow, c: number): string => write(r.cells[c]!, columns[c]!.unit);
  const wide = parts.flatMap((which) => {
    const at = which.flatMap((part) => columnsOf(comparison, part));
    if (at.length === 0) return [];
    const head = ['run', 'seeds', ...at.map((c) => columns[c]!.title)];
    return [[head, ...rows.map((r) => [r.label, seedsOf(r), ...at.map((c) => cell(r, c))])]];
  });
  const own = columnsOf(comparison, 'own');
  if (own.length === 0) return wide;
  const long = own.map((c) => [columns[c]!.title, ...rows.map((r) => cell(r, c))]);
  return [...wide, [['result', ...rows.map((r) => r.label)], ...long]];
}

/** The table for a terminal: scores, then costs, then what is a recipe's own, then the notes. Intervals as half widths. */
export function comparisonText(comparison: Comparison): string {
  const { rows, notes } = comparison;
  const noted = rows.flatMap((r) =>
    r.cells.flatMap((cell) => ('mean' in cell && cell.note !== undefined ? [`* ${r.label}: ${cell.note}`] : [])),
  );
  const legend = legendOf(comparison, "; ± is half of Wilson's 95 % interval for the test images");
  const worlds = comparison.worlds.map(({ title, head, rows: body }) => `${title}\n${alignedTable([head, ...body])}`);
  const below = [legend, ...[...new Set(noted), ...notes].map((n) => `note: ${n}`)].join('\n');
  return [...blocks(comparison, [['score'], ['cost']], brief).map(alignedTable), ...worlds, below].join('\n\n');
}

/** The whole table as markdown: (Wilson's 95 % interval) and [smallest to largest seed]. */
export function comparisonMarkdown(comparison: Comparison): string {
  const tables = blocks(comparison, [['score', 'cost']], full).map(markdownTable);
  const legend = legendOf(comparison, ", (Wilson's 95 % interval for the test images), [smallest to largest seed]");
  const worlds = comparison.worlds.map(
    ({ title, lead, head, rows }) => `## ${title}\n\n${lead}\n\n${markdownTable([head, ...rows])}`,
  );
  return `${[...tables, ...worlds].join('\n')}\n${[legend, ...comparison.notes].map((n) => `- ${n}`).join('\n')}\n`;
}

/** The pooled results of a world model, where it has any. */
function worldJson(group: RunGroup): object {
  const { protocols, probes, surprise } = worldResults(group);
  return protocols.length + probes.length + surprise.length === 0 ? {} : { protocols, probes, surprise };
}

/** The comparison as plain JSON: proportions as shares of 1; a missing number as `{ why }`. */
export function comparisonJson({ runs, equal, columns, rows, notes }: Comparison): object {
  const byKey = <T>(values: readonly T[]): Record<string, T> =>
    Object.fromEntries(values.map((value, c) => [columns[c]!.key, value]));
  return {
    equal,
    rows: rows.map((r) => ({
      label: r.label,
      seeds: r.group.runs.map(({ run }) => run.seed),
      ...byKey(r.cells),
      ...worldJson(r.group),
    })),
    runs: runs.map((run) => ({
      run: run.dir,
      recipe: run.run.recipe,
      seed: run.run.seed,
      status: run.run.status,
      ...byKey(
        columns.map((column) => {
          const found = column.of(run);
          return 'value' in found && Number.isFinite(found.value) ? found.value : null;
        }),
      ),
    })),
    paired: pairedTasks(rows.map(({ group }) => group)).found,
    notes,
  };
}
