// What world models did, side by side: planning as success with Wilson's interval pooled over seeds, probes, surprise. Rows of
// text, from which the page, the terminal and markdown are made.

import { type ControlledResults, type PooledPolicy, resultsOf } from '../control/pool.ts';
import { percentOf, type ResultTable, rateText } from '../control/tables.ts';
import { BASELINES } from '../rate.ts';
import { shortNumber } from '../scale.ts';
import type { RunGroup } from './group.ts';
import { pairedDifferences } from './pairs.ts';
import { pairedTasks } from './tasks.ts';

const NONE = '-';
const ABSENT = { ok: false, why: 'not read' } as const;

/** The pooled results of a row. */
export function worldResults({ runs }: RunGroup): ControlledResults {
  return resultsOf(runs.map((run) => ({ ...run, longHorizon: ABSENT, generalisation: ABSENT })));
}

/** One row of a comparison as the tables need it. */
export interface NamedGroup {
  readonly label: string;
  readonly group: RunGroup;
}

/** Policies with the main planner first and those that plan nothing last. */
export function policiesInOrder(policies: readonly PooledPolicy[]): PooledPolicy[] {
  const place = ({ policy }: PooledPolicy): number => (policy === 'planner' ? 0 : BASELINES.includes(policy) ? 2 : 1);
  return [...policies].sort((a, b) => place(a) - place(b));
}

/** Every table that has a row: planning, differences on the same tasks, probes, surprise. */
export function worldTables(rows: readonly NamedGroup[]): readonly ResultTable[] {
  const pooled = rows.map(({ label, group }) => ({ label, results: worldResults(group) }));
  const tables: readonly ResultTable[] = [
    planningTable(pooled),
    differenceTable(rows),
    taskTable(rows),
    probeTable(pooled),
    surpriseTable(pooled),
  ];
  return tables.filter((table) => table.rows.length > 0);
}

type Pooled = readonly { readonly label: string; readonly results: ControlledResults }[];

function planningTable(pooled: Pooled): ResultTable {
  return {
    id: 'planning',
    title: 'Planning',
    lead:
      "Tasks whose goal was reached, in percent, pooled over seeds, with Wilson's 95 % interval of the pooled count. Strict " +
      'leaves out starts that already satisfy the goal; paper is the published protocol, which counts them.',
    head: ['run', 'tasks', 'policy', 'reached %', 'per seed', 'n', 's per decision'],
    rows: pooled.flatMap(({ label, results }) =>
      results.protocols.flatMap((protocol) =>
        policiesInOrder(protocol.policies).map(({ policy, result, secondsPerDecision }) => [
          label,
          protocol.name,
          policy,
          rateText(result),
          result.seeds.map((s) => percentOf(s.successes / s.tasks)).join(', '),
          String(result.tasks),
          secondsPerDecision === undefined ? NONE : shortNumber(secondsPerDecision),
        ]),
      ),
    ),
  };
}

function differenceTable(rows: readonly NamedGroup[]): ResultTable {
  const points = (share: number): string => `${share > 0 ? '+' : ''}${percentOf(share)}`;
  return {
    id: 'differences',
    title: 'Planning on the same tasks',
    lead:
      'Points of success of a row over the first row, seed by seed, where both tried the same tasks: protocol, number, seed, ' +
      'those left out and the results of the random policy and the oracle are equal. p: paired t-test over three seeds or more.',
    head: ['run', 'against', 'tasks', 'points', 'per seed', 'p'],
    rows: pairedDifferences(rows.map(({ group }) => group)).map(
      ({ rows: [first, second], protocol, seeds, mean, p }) => [
        rows[second]!.label,
        rows[first]!.label,
        protocol,
        points(mean),
        seeds.map(({ seed, difference }) => `${points(difference)} (seed ${seed})`).join(', '),
        p === undefined ? NONE : shortNumber(p),
      ],
    ),
  };
}

function taskTable(rows: readonly NamedGroup[]): ResultTable {
  const { found } = pairedTasks(rows.map(({ group }) => group));
  return {
    id: 'tasks',
    title: 'Planning task by task',
    lead:
      'The main planner of a row against that of the first row on the same tasks of the same seeds: tasks that both solved, only ' +
      "one of them, and neither. p: McNemar's exact test over the tasks on which they differ.",
    head: ['run', 'against', 'tasks', 'both', 'only this run', 'only the other', 'neither', 'p'],
    rows: found.map(({ rows: [first, second], protocol, seeds, counts }) => [
      rows[second]!.label,
      rows[first]!.label,
      `${protocol}, seed ${seeds.join(', ')}`,
      String(counts.both),
      String(counts.onlyB),
      String(counts.onlyA),
      String(counts.neither),
      shortNumber(counts.p),
    ]),
  };
}

/** Why rows were not compared task by task, in sentences. */
export function unpairedNotes(rows: readonly NamedGroup[]): readonly string[] {
  const { refused } = pairedTasks(rows.map(({ group }) => group));
  return refused.map(
    ({ rows: [first, second], protocol, seed, why }) =>
      `${rows[second]!.label} and ${rows[first]!.label} are not compared task by task, ${protocol}, seed ${seed}: ${why}`,
  );
}

function probeTable(pooled: Pooled): ResultTable {
  const cell = (probe: { readonly r?: number; readonly mse?: number } | undefined): readonly string[] => [
    probe?.r === undefined ? NONE : probe.r.toFixed(4),
    probe?.mse === undefined ? NONE : shortNumber(probe.mse),
  ];
  return {
    id: 'probes',
    title: 'What the embeddings know',
    lead:
      'Probes of the frozen embedding on held-out episodes, means over coordinates and seeds: Pearson correlation, and squared ' +
      'error in units of the variance of the target (1 is what its mean gives).',
    head: ['run', 'what is read', 'linear probe r', 'linear error', 'MLP probe r', 'MLP error'],
    rows: pooled.flatMap(({ label, results }) =>
      results.probes.map(({ target, linear, mlp }) => [label, target, ...cell(linear), ...cell(mlp)]),
    ),
  };
}

function surpriseTable(pooled: Pooled): ResultTable {
  return {
    id: 'surprise',
    title: 'Surprise at the impossible',
    lead:
      'Does the model notice what cannot happen? Area under the ROC curve of the largest surprise along a clip, perturbed ' +
      'against clean clips: 1 tells all of them apart, 0.5 none; mean over seeds. p: paired t-test clip by clip, the largest over seeds.',
    head: ['run', 'what happens', 'area', 'per seed', 'p', 'clips'],
    rows: pooled.flatMap(({ label, results }) =>
      results.surprise.map(({ name, auc, seeds, p, clips }) => [
        label,
        name.replaceAll('-', ' '),
        auc.toFixed(3),
        seeds.map((s) => s.auc.toFixed(3)).join(', '),
        p === undefined ? NONE : shortNumber(p),
        String(clips),
      ]),
    ),
  };
}
