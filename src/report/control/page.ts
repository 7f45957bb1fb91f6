// The page of the control benchmark: bars for every policy of every model, curves over horizons, and all tables.

import { type Hue, lineChart } from '../chart.ts';
import { absent, escapeHtml, section } from '../html.ts';
import { htmlPage } from '../page.ts';
import { BASELINES } from '../rate.ts';
import { rateCard, rateRow, tableCard } from '../result-cards.ts';
import type { ControlGroup } from './group.ts';
import type { PooledPolicy, PooledProtocol } from './pool.ts';
import { type ControlReport, machinesOf } from './report.ts';
import { controlTables, HORIZON_POLICIES, modelText, plannerText, protocolOf, type ResultTable } from './tables.ts';

/** The page as text: self-contained, no network. */
export function controlPage(report: ControlReport): string {
  const { groups, notes } = report;
  const figures = new Map([
    ['control', groups.map(barsOf).join('')],
    ['generalisation', groups.map(factorBars).join('')],
    ['long-horizon', groups.map(horizonChart).join('')],
  ]);
  const tables = controlTables(groups).map((table) => tableSection(table, figures.get(table.id) ?? ''));
  const none =
    tables.length > 0
      ? ''
      : section('control', 'Control', 'World by model by planner.', absent('No run is done yet.', ''));
  const listed = notes.map((note) => `<p class="after">${escapeHtml(note)}</p>`).join('');
  const tail = listed === '' ? '' : section('notes', 'Notes', 'What is missing, and why.', listed);
  return htmlPage('control benchmark', headerOf(report) + tables.join('') + none + tail);
}

function headerOf({ runs, groups, command, date }: ControlReport): string {
  const worlds = new Set(groups.map(({ world }) => world));
  const facts = [
    `${runs.length} runs`,
    `${worlds.size} worlds`,
    ...machinesOf(runs).map(({ cpu, cores }) => `${cpu}, ${cores} cores`),
    ...new Set(
      runs.flatMap(({ run: { versions } }) => (versions?.jepa === undefined ? [] : [`jepa ${versions.jepa}`])),
    ),
    date.slice(0, 10),
  ];
  return (
    `<header><div class="top"><span class="brand">jepa <em>control benchmark</em></span>` +
    `<button type="button" id="theme" aria-label="switch between light and dark">◐</button></div>` +
    `<h1>Models, planners, worlds</h1>` +
    `<p class="record">${facts.map((f) => `<span>${escapeHtml(f)}</span>`).join('')}</p>` +
    `${command === undefined ? '' : `<pre class="card command">${escapeHtml(command)}</pre>`}</header>`
  );
}

function tableSection(table: ResultTable, figures: string): string {
  const card = tableCard(table);
  return section(
    table.id,
    escapeHtml(table.title),
    escapeHtml(table.lead),
    figures === '' ? card : `<div class="protocols"><div class="charts">${figures}</div>${card}</div>`,
  );
}

function card(group: ControlGroup, note: string, rows: readonly string[]): string {
  const seeds = group.runs.map(({ run }) => run.seed).join(', ');
  return rateCard(`${group.world} · ${modelText(group)}`, `${note}, seeds ${seeds}`, rows);
}

/** Both protocols of a group, planners first, then the floor and the ceiling. */
function barsOf(group: ControlGroup): string {
  const hueOf = ({ policy }: PooledPolicy): Hue =>
    policy === 'planner' ? 'blue' : BASELINES.includes(policy) ? 'muted' : 'teal';
  const sorted = ({ policies }: PooledProtocol): readonly PooledPolicy[] => [
    ...policies.filter(({ policy }) => !BASELINES.includes(policy)),
    ...policies.filter(({ policy }) => BASELINES.includes(policy)),
  ];
  return ['strict', 'paper']
    .flatMap((name) => protocolOf(group, name) ?? [])
    .map((protocol) => {
      const rows = sorted(protocol).map((p) => rateRow(plannerText(p.policy, group), p.result, hueOf(p)));
      const far = protocol.goalOffset === undefined ? '' : `, goals ${protocol.goalOffset} steps away`;
      return card(group, `${protocol.name}${far}`, rows);
    })
    .join('');
}

/** The world as it is once, on the largest set of tasks; every row of the table has the number of its own tasks. */
function factorBars(group: ControlGroup): string {
  const own = group.generalisation.flatMap(({ group: name, policies }) =>
    policies.filter(({ policy }) => policy === 'planner').map((found) => ({ name, ...found })),
  );
  if (own.length === 0) return '';
  const base = own.reduce((a, b) => (b.unvaried.tasks > a.unvaried.tasks ? b : a)).unvaried;
  const rows = [rateRow('as it is', base, 'muted'), ...own.map(({ name, result }) => rateRow(name, result, 'blue'))];
  return card(group, 'main planner, one group of factors at a time', rows);
}

const HORIZON_HUES: readonly Hue[] = ['blue', 'orange', 'muted', 'green'];

function horizonChart(group: ControlGroup): string {
  if (group.longHorizon.length === 0) return '';
  const series = HORIZON_POLICIES.map(([policy, name], i) => {
    const points = group.longHorizon.flatMap(({ goalOffset, policies }) => {
      const found = policies.find((p) => p.policy === policy);
      return found === undefined ? [] : [{ goalOffset, ...found.result }];
    });
    return {
      name,
      hue: HORIZON_HUES[i]!,
      x: points.map((p) => p.goalOffset),
      y: points.map((p) => 100 * p.rate),
      band: { low: points.map((p) => 100 * p.interval[0]), high: points.map((p) => 100 * p.interval[1]) },
    };
  });
  return lineChart({
    title: `${group.world} · ${modelText(group)}`,
    note: 'success in percent, bands 95 % intervals',
    xLabel: 'steps to the goal in the recording',
    include: [0, 100],
    series,
  });
}
