// The sections of the comparison page.

import type { MetricsLine } from '../../run/index.ts';
import { type ChartSpec, type Hue, lineChart, type Series } from '../chart.ts';
import { escapeHtml, section } from '../html.ts';
import { BASELINES } from '../rate.ts';
import { rateCard, rateRow, tableCard } from '../result-cards.ts';
import { alarmsOf } from './alarms.ts';
import { type Curve, curveOf } from './curve.ts';
import type { ComparedRun } from './read.ts';
import { type Comparison, columnsOf, inUnit, type TableRow } from './table.ts';
import { type Cell, onlineKnn, type Unit } from './values.ts';
import { policiesInOrder, worldResults } from './world.ts';

const HUES: readonly Hue[] = [
  'blue',
  'orange',
  'green',
  'purple',
  'red',
  'teal',
  'gold',
  'pink',
  'lime',
  'brown',
  'muted',
];

const charts = (figures: readonly string[]): string => `<div class="charts">${figures.join('')}</div>`;

function cellHtml(cell: Cell, unit: Unit): string {
  if (!('mean' in cell)) return `<td class="none">${escapeHtml(cell.why)}</td>`;
  const between = ([low, high]: readonly [number, number]): string => `${inUnit(low, unit)} to ${inUnit(high, unit)}`;
  const small = [
    cell.interval === undefined ? '' : between(cell.interval),
    cell.range === undefined ? '' : `seeds ${between(cell.range)}`,
    cell.note ?? '',
  ].filter((s) => s !== '');
  return `<td>${inUnit(cell.mean, unit)}${small.map((s) => `<small>${escapeHtml(s)}</small>`).join('')}</td>`;
}

/** The table of scores and costs, and the results that only some recipes have. */
export function tableSection(comparison: Comparison): string {
  const { columns, rows, notes } = comparison;
  const card = (head: readonly string[], body: readonly string[]): string =>
    `<div class="card scroll"><table class="comparison"><tr>${['', ...head].map((h) => `<th>${h}</th>`).join('')}</tr>` +
    `${body.map((line) => `<tr>${line}</tr>`).join('')}</table></div>`;
  const cell = (row: TableRow, c: number): string => cellHtml(row.cells[c]!, columns[c]!.unit);
  const nameOf = ({ label, group }: TableRow): string =>
    `<b>${escapeHtml(label)}</b><small>seed ${group.runs.map(({ run }) => run.seed).join(', ')}</small>`;
  const block = (part: 'score' | 'cost'): string => {
    const at = columnsOf(comparison, part);
    if (at.length === 0) return '';
    const lines = rows.map((row) => `<td>${nameOf(row)}</td>${at.map((c) => cell(row, c)).join('')}`);
    return card(
      at.map((c) => escapeHtml(columns[c]!.title)),
      lines,
    );
  };
  const own = columnsOf(comparison, 'own');
  const results = own.map(
    (c) => `<td>${escapeHtml(columns[c]!.title)}</td>${rows.map((row) => cell(row, c)).join('')}`,
  );
  const lead =
    columnsOf(comparison, 'score').length === 0
      ? 'Means over seeds; below them the smallest and the largest seed.'
      : "Scores and k-NN in percent, means over seeds. Below a score: Wilson's 95 % interval for the number of test images, then the smallest and the largest seed. " +
        'A method is better than another when it is so at equal images and at equal time, not only in its own last line.';
  const after = notes.map((n) => `<p class="after">${escapeHtml(n)}</p>`).join('');
  const tables = `${block('score')}${block('cost')}${own.length === 0 ? '' : card(rows.map(nameOf), results)}`;
  return section('table', 'Side by side', lead, tables + after);
}

/** One line for each run; the seeds of a group share its hue, further groups than hues are dashed. */
function series(rows: readonly TableRow[], curve: (run: ComparedRun) => Curve, smooth = false): Series[] {
  return rows.flatMap(({ label, group }, g) =>
    group.runs.map((run) => ({
      name: group.runs.length > 1 ? `${label} seed ${run.run.seed}` : label,
      legend: label,
      hue: HUES[g % HUES.length]!,
      ...(g >= HUES.length ? { dashed: true } : {}),
      ...curve(run),
      smooth,
    })),
  );
}

const drawn = (specs: readonly ChartSpec[]): string[] =>
  specs.filter((s) => s.series.some((line) => line.x.length > 0)).map(lineChart);

/** A section for each table of world models; above that of planning a bar for every policy. */
export function worldSections({ worlds, rows }: Comparison): string {
  return worlds
    .map((table) => {
      const bars = table.id === 'planning' ? `<div class="charts">${rows.map(planningBars).join('')}</div>` : '';
      return section(
        table.id,
        escapeHtml(table.title),
        escapeHtml(table.lead),
        `<div class="protocols">${bars}${tableCard(table)}</div>`,
      );
    })
    .join('');
}

function planningBars({ label, group }: TableRow): string {
  const hueOf = (policy: string): Hue =>
    policy === 'planner' ? 'blue' : BASELINES.includes(policy) ? 'muted' : 'teal';
  return worldResults(group)
    .protocols.map(({ name, policies }) => {
      const bars = policiesInOrder(policies).map((p) => rateRow(p.policy, p.result, hueOf(p.policy)));
      return rateCard(label, `${name} tasks`, bars);
    })
    .join('');
}

/** Online k-NN against images and seconds, and the effective rank. */
export function learningSection({ rows, equal }: Comparison): string {
  const knn = (axis: 'images' | 'seconds') => (run: ComparedRun) => {
    const { x, y } = onlineKnn(run, axis);
    return { x, y: y.map((v) => 100 * v) };
  };
  const mark = (x: number | undefined, label: string) => (x === undefined ? {} : { mark: { x, label } });
  const figures = drawn([
    {
      title: 'online k-NN against images',
      note: 'percent',
      xLabel: 'images seen',
      ...mark(equal.images, 'equal images'),
      series: series(rows, knn('images')),
    },
    {
      title: 'online k-NN against time',
      note: 'percent',
      xLabel: 'seconds of training',
      ...mark(equal.seconds, 'equal time'),
      series: series(rows, knn('seconds')),
    },
    {
      title: 'effective rank',
      note: 'of the embedding that the loss reads',
      xLabel: 'images seen',
      include: [0],
      series: series(rows, (run) => against(run, (line) => line.instruments?.effectiveRank)),
    },
    {
      title: 'mean deviation of a dimension',
      xLabel: 'images seen',
      include: [0],
      series: series(rows, (run) => against(run, (line) => line.instruments?.pooledStd)),
    },
  ]);
  const lead = 'What the features are worth while they are learnt, judged without touching the training.';
  return figures.length === 0 ? '' : section('learning', 'Learning', lead, charts(figures));
}

function against({ metrics, axes }: ComparedRun, pick: (line: MetricsLine) => number | undefined): Curve {
  const lines = metrics.ok ? metrics.value : [];
  const images = axes.images.map((v, i) => (Number.isFinite(v) ? v : lines[i]!.step));
  return curveOf(lines, images, pick);
}

const TERM_HUES: readonly Hue[] = ['orange', 'green', 'purple', 'teal', 'red', 'gold', 'pink'];

/**
 * Loss and terms of each method, a line for each seed: a chart for each method, since losses of different methods have no
 * common scale.
 */
export function lossSection({ rows }: Comparison): string {
  const figures = drawn(
    rows.map(({ label, group }): ChartSpec => {
      const seeds = group.runs.map(({ run }) => run.seed);
      return {
        title: label,
        note: `${seeds.length > 1 ? 'seeds' : 'seed'} ${seeds.join(', ')}, log scale`,
        xLabel: group.runs.some(({ axes }) => axes.images.some(Number.isFinite)) ? 'images seen' : 'step',
        log: true,
        series: group.runs.flatMap(lossLines),
      };
    }),
  );
  const lead =
    'Losses of different methods cannot be compared, and the method that collapses has the smallest. Values of 0 or below do not show.';
  return figures.length === 0 ? '' : section('loss', 'Loss and its terms', lead, charts(figures));
}

function lossLines(run: ComparedRun, _: number, { length }: readonly ComparedRun[]): Series[] {
  const lines = run.metrics.ok ? run.metrics.value : [];
  const terms = [...new Set(lines.flatMap((line) => Object.keys(line.terms ?? {})))];
  const line = (name: string, hue: Hue, pick: (line: MetricsLine) => number | undefined): Series => ({
    name: length > 1 ? `${name} seed ${run.run.seed}` : name,
    legend: name,
    hue,
    ...against(run, pick),
    smooth: true,
  });
  return [
    line('loss', 'blue', (l) => l.loss),
    ...terms.map((t, i) => line(t, TERM_HUES[i % TERM_HUES.length]!, (l) => l.terms?.[t])),
  ];
}

/** Eigenvalues of the covariance of the frozen features, and deviations of their dimensions. */
export function spectrumSection({ rows }: Comparison): string {
  const ranked = (values: readonly number[]): Curve => ({ x: values.map((_, i) => i + 1), y: values });
  const of = (name: 'spectrum' | 'deviations') => (run: ComparedRun) =>
    ranked((run.features.ok ? run.features.value.instruments?.[name] : undefined) ?? []);
  const first = rows.map((row) => ({ ...row, group: { ...row.group, runs: row.group.runs.slice(0, 1) } }));
  const relative = (run: ComparedRun): Curve => {
    const { x, y } = of('spectrum')(run);
    return { x, y: y.map((v) => v / y[0]!) };
  };
  const figures = drawn([
    {
      title: 'eigenvalues of the covariance',
      note: 'log scale',
      xLabel: 'rank',
      log: true,
      series: series(first, of('spectrum')),
    },
    {
      title: 'eigenvalues over the largest',
      note: 'log scale',
      xLabel: 'rank',
      log: true,
      series: series(first, relative),
    },
    {
      title: 'deviation of each dimension',
      note: 'log scale, largest first',
      xLabel: 'dimension',
      log: true,
      series: series(first, of('deviations')),
    },
  ]);
  const lead =
    'Frozen features of test images, the first seed of each row. A spectrum that falls off a cliff uses few directions.';
  return figures.length === 0 ? '' : section('spectra', 'Spectra', lead, charts(figures));
}

/** Alarms that stood, run by run; nothing where no run was watched. */
export function alarmSection({ runs }: Comparison): string {
  const watched = runs.some(
    ({ metrics }) => metrics.ok && metrics.value.some((line) => line.instruments !== undefined),
  );
  if (!watched) return '';
  const lines = runs.flatMap((run) =>
    alarmsOf(run).map(({ code, from, to, atEnd }) => {
      const when = atEnd ? `from step ${from} to the end` : `from step ${from} to step ${to}`;
      const badge = `<span class="badge ${atEnd ? 'bad' : 'warn'}">${escapeHtml(code)}</span>`;
      return `<tr><td>${escapeHtml(run.dir)}</td><td>${badge}</td><td>${when}</td></tr>`;
    }),
  );
  const body =
    lines.length === 0
      ? '<p>None stood in any run.</p>'
      : `<div class="card scroll"><table>${lines.join('')}</table></div>`;
  const lead = 'An alarm stands once its rule was broken at three online evaluations in a row.';
  return section('alarms', 'Alarms', lead, body);
}
