// The table of a comparison, and its forms as text, markdown and JSON.

import { shortNumber } from '../scale.ts';
import { groupRuns, type RunGroup } from './group.ts';
import type { ComparedRun } from './read.ts';
import { type Cell, type Column, cellOf, columnsAt, type EqualPoint, equalPoint, type Unit } from './values.ts';

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
  const empty = all.filter((_, c) => !used[c]).map((c) => c.title);
  return {
    runs,
    equal,
    columns: keep(all),
    rows: rows.map(({ group, cells }) => ({ label: group.label, group, cells: keep(cells) })),
    notes: [
      ...unfinished,
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

/** Results that only some recipes have, such as planning.strict.success. */
function ownMetrics(runs: readonly ComparedRun[]): Column[] {
  const names = [...new Set(runs.flatMap(({ run }) => Object.keys(run.metrics ?? {})))];
  const other = names.filter((name) => !/^(eval|train)\./.test(name));
  return other.map((name) => ({
    key: name,
    title: name,
    unit: 'number',
    part: 'own',
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

/** Positions of the columns of a part. */
export function columnsOf({ columns }: Comparison, part: Column['part']): number[] {
  return columns.map((_, c) => c).filter((c) => columns[c]!.part === part);
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
  const legend =
    "scores and k-NN in percent, means over seeds; ± is half of Wilson's 95 % interval for the test images";
  const below = [legend, ...[...new Set(noted), ...notes].map((n) => `note: ${n}`)].join('\n');
  return [...blocks(comparison, [['score'], ['cost']], brief).map(alignedTable), below].join('\n\n');
}

/** Rows of cells in columns, the first to the left and the others to the right. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const width = (c: number): number => Math.max(...rows.map((r) => r[c]?.length ?? 0));
  return rows
    .map((r) =>
      r
        .map((cell, c) => (c === 0 ? cell.padEnd(width(c)) : cell.padStart(width(c))))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A markdown table of cells; the first row is the head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((c) => c.replace(/\|/g, '\\|')).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return `${[line(head), `|${head.map((_, c) => (c === 0 ? '---' : '---:')).join('|')}|`, ...body.map(line)].join('\n')}\n`;
}

/** The whole table as markdown: (Wilson's 95 % interval) and [smallest to largest seed]. */
export function comparisonMarkdown(comparison: Comparison): string {
  const tables = blocks(comparison, [['score', 'cost']], full).map(markdownTable);
  const legend =
    "scores and k-NN in percent, means over seeds, (Wilson's 95 % interval for the test images), [smallest to largest seed]";
  return `${tables.join('\n')}\n${[legend, ...comparison.notes].map((n) => `- ${n}`).join('\n')}\n`;
}

/** The comparison as plain JSON: proportions as shares of 1; a missing number as `{ why }`. */
export function comparisonJson({ runs, equal, columns, rows, notes }: Comparison): object {
  const byKey = <T>(values: readonly T[]): Record<string, T> =>
    Object.fromEntries(values.map((value, c) => [columns[c]!.key, value]));
  return {
    equal,
    rows: rows.map((r) => ({ label: r.label, seeds: r.group.runs.map(({ run }) => run.seed), ...byKey(r.cells) })),
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
    notes,
  };
}
