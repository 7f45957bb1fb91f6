// The tables of the control benchmark as rows of text, from which markdown and the page are made.

import { BASELINES } from '../rate.ts';
import { shortNumber } from '../scale.ts';
import type { ControlGroup } from './group.ts';
import type { PooledPolicy, PooledProbe, PooledProtocol } from './pool.ts';
import type { Proportion } from './proportion.ts';

/** One table: its rows have as many cells as its head. */
export interface ResultTable {
  readonly id: string;
  readonly title: string;
  /** How to read it, in a sentence or two. */
  readonly lead: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const NONE = '-';

/** Percent with one decimal. */
export function percentOf(share: number): string {
  return (100 * share).toFixed(1);
}

/** `85.0 (79.4 to 89.3)`: percent and its 95 % interval. */
export function rateText(result: Proportion | undefined): string {
  if (result === undefined) return NONE;
  const [low, high] = result.interval;
  return `${percentOf(result.rate)} (${percentOf(low)} to ${percentOf(high)})`;
}

/** The model's name, with the settings in which it differs from another group of that name. */
export function modelText({ model, variant }: ControlGroup): string {
  return variant === undefined ? model : `${model} ${variant}`;
}

/** The name of a planner: `planner` is the main one, which its solver names. */
export function plannerText(policy: string, group: ControlGroup): string {
  if (policy !== 'planner') return policy;
  const solver = group.protocols.map(({ planner }) => planner?.solver).find((s) => typeof s === 'string');
  return solver === undefined ? 'main' : `${solver} (main)`;
}

/** A protocol of a group. */
export function protocolOf(group: ControlGroup, name: string): PooledProtocol | undefined {
  return group.protocols.find((p) => p.name === name);
}

/** A policy of a protocol. */
function policyOf(protocol: PooledProtocol | undefined, policy: string): PooledPolicy | undefined {
  return protocol?.policies.find((p) => p.policy === policy);
}

/** The planners of a group, in the order in which they ran, those of the strict protocol first. */
function plannersOf(group: ControlGroup): readonly string[] {
  const names = ['strict', 'paper'].flatMap((p) => protocolOf(group, p)?.policies.map(({ policy }) => policy) ?? []);
  return [...new Set(names)].filter((name) => !BASELINES.includes(name));
}

const number = (value: number | undefined): string => (value === undefined ? NONE : shortNumber(value));
const perSeed = (result: Proportion | undefined): string =>
  result === undefined ? NONE : result.seeds.map((s) => percentOf(s.successes / s.tasks)).join(', ');

/** World by model by planner: the result of the benchmark. */
function controlTable(groups: readonly ControlGroup[]): ResultTable {
  const rows = groups.flatMap((group) => {
    const [strict, paper] = [protocolOf(group, 'strict'), protocolOf(group, 'paper')];
    return plannersOf(group).map((planner) => {
      const [own, published] = [policyOf(strict, planner), policyOf(paper, planner)];
      const cost = own ?? published;
      return [
        group.world,
        modelText(group),
        plannerText(planner, group),
        rateText(own?.result),
        perSeed(own?.result),
        rateText(policyOf(strict, 'random')?.result),
        rateText(policyOf(strict, 'oracle')?.result),
        rateText(published?.result),
        rateText(policyOf(paper, 'random')?.result),
        rateText(policyOf(paper, 'oracle')?.result),
        number(cost?.secondsPerDecision),
        number(cost?.plansPerEpisode),
        String(cost?.result.tasks ?? NONE),
        cost?.result.seeds.map(({ seed }) => seed).join(', ') ?? NONE,
        number(group.trainingMinutes),
      ];
    });
  });
  return {
    id: 'control',
    title: 'Control',
    lead:
      "Success in percent, pooled over seeds, with Wilson's 95 % interval of the pooled count. Strict leaves out starts that " +
      'already satisfy the goal; paper is the published protocol, which counts them. Seconds per decision: planning once for all ' +
      'tasks together, divided by the tasks. The other planners run on the tasks of the first protocol only, strict unless it was set otherwise.',
    head: [
      'world',
      'model',
      'planner',
      'strict %',
      'per seed',
      'random, strict',
      'oracle, strict',
      'paper %',
      'random, paper',
      'oracle, paper',
      's per decision',
      'plans per episode',
      'n',
      'seeds',
      'training min',
    ],
    rows,
  };
}

/** Planners side by side. */
function plannersTable(groups: readonly ControlGroup[]): ResultTable {
  const several = groups.filter((group) => plannersOf(group).length > 1);
  const others = [...new Set(several.flatMap(plannersOf))].filter((name) => name !== 'planner');
  return {
    id: 'planners',
    title: 'Planners of a model',
    lead: 'Strict success in percent of every planner with the same model on the same tasks.',
    head: ['world', 'model', 'main', ...others],
    rows: several.map((group) => [
      group.world,
      modelText(group),
      ...['planner', ...others].map((name) => {
        const found = policyOf(protocolOf(group, 'strict'), name);
        return name === 'planner' && found !== undefined
          ? `${plannerText(name, group).replace(' (main)', '')} ${rateText(found.result)}`
          : rateText(found?.result);
      }),
    ]),
  };
}

function probeTable(groups: readonly ControlGroup[]): ResultTable {
  const cell = (probe: PooledProbe | undefined): string =>
    probe === undefined ? NONE : `${number(probe.mse)} / ${probe.r === undefined ? NONE : probe.r.toFixed(3)}`;
  return {
    id: 'probes',
    title: 'What the embeddings know',
    lead:
      'Probes of the frozen embedding on held-out episodes: squared error in units of the variance of the target (1 is what its ' +
      'mean gives) / Pearson correlation. Means over seeds.',
    head: ['world', 'model', 'target', 'linear MSE / r', 'MLP MSE / r'],
    rows: groups.flatMap((group) =>
      group.probes.map((p) => [group.world, modelText(group), p.target, cell(p.linear), cell(p.mlp)]),
    ),
  };
}

function surpriseTable(groups: readonly ControlGroup[]): ResultTable {
  return {
    id: 'surprise',
    title: 'Surprise at the impossible',
    lead:
      'Area under the ROC curve of the largest surprise along a clip, perturbed against clean clips; mean over seeds. p: paired ' +
      't-test clip by clip, the largest over seeds.',
    head: ['world', 'model', 'violation', 'AUC', 'per seed', 'p', 'clips'],
    rows: groups.flatMap((group) =>
      group.surprise.map((s) => [
        group.world,
        modelText(group),
        s.name,
        s.auc.toFixed(3),
        s.seeds.map(({ auc }) => auc.toFixed(3)).join(', '),
        number(s.p),
        String(s.clips),
      ]),
    ),
  };
}

function generalisationTable(groups: readonly ControlGroup[]): ResultTable {
  return {
    id: 'generalisation',
    title: 'Factors of variation',
    lead:
      'Success in percent when one group of factors is drawn anew for each task, and on the same tasks in the world as it is. ' +
      'Nothing is trained again. Left out: tasks for which no draw could be solved.',
    head: [
      'world',
      'model',
      'factors',
      'varied %',
      'as it is %',
      'points',
      'random, varied',
      'oracle, varied',
      'n',
      'left out',
    ],
    rows: groups.flatMap((group) =>
      group.generalisation.map(({ group: name, policies, leftOut }) => {
        const [own, random, oracle] = ['planner', ...BASELINES].map((p) => policies.find(({ policy }) => policy === p));
        return [
          group.world,
          modelText(group),
          name,
          rateText(own?.result),
          rateText(own?.unvaried),
          own === undefined ? NONE : signed(100 * (own.result.rate - own.unvaried.rate)),
          rateText(random?.result),
          rateText(oracle?.result),
          String(own?.result.tasks ?? 0),
          String(leftOut),
        ];
      }),
    ),
  };
}

function signed(points: number): string {
  return `${points > 0 ? '+' : ''}${points.toFixed(1)}`;
}

/** Policies of a long-horizon record that have a column of their own, and what it is called. */
export const HORIZON_POLICIES: readonly (readonly [policy: string, name: string])[] = [
  ['planner', 'flat'],
  ['hierarchical', 'hierarchical'],
  ['random', 'random'],
  ['oracle', 'oracle'],
];

function longHorizonTable(groups: readonly ControlGroup[]): ResultTable {
  return {
    id: 'long-horizon',
    title: 'Long horizons',
    lead: 'Success in percent as goals lie further away. Flat plans towards the goal itself, hierarchical towards waypoints.',
    head: ['world', 'model', 'goal offset', 'budget', ...HORIZON_POLICIES.map(([, name]) => `${name} %`), 'n'],
    rows: groups.flatMap((group) =>
      group.longHorizon.map(({ goalOffset, budget, policies }) => [
        group.world,
        modelText(group),
        String(goalOffset),
        String(budget),
        ...HORIZON_POLICIES.map(([name]) => rateText(policies.find((p) => p.policy === name)?.result)),
        String(policies[0]?.result.tasks ?? NONE),
      ]),
    ),
  };
}

/** Every table that has a row, without the columns that no row fills. */
export function controlTables(groups: readonly ControlGroup[]): readonly ResultTable[] {
  const tables = [controlTable, plannersTable, probeTable, surpriseTable, generalisationTable, longHorizonTable];
  return tables
    .map((table) => table(groups))
    .filter(({ rows }) => rows.length > 0)
    .map((table) => {
      const filled = table.head.map((_, c) => table.rows.some((row) => row[c] !== NONE));
      const keep = (row: readonly string[]): string[] => row.filter((_, c) => filled[c]);
      return { ...table, head: keep(table.head), rows: table.rows.map(keep) };
    });
}
