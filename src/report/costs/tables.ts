// The tables of an audit of planning costs, as markdown.

import type { CostAudit, DistanceScore, MachineRecord } from '../../run/index.ts';
import { markdownTable } from '../text-table.ts';

/** Audits of several runs, with what made them. */
export interface CostReport {
  readonly date: string;
  readonly command: string;
  readonly machine: MachineRecord;
  readonly audits: readonly CostAudit[];
}

const NONE = '-';

const fixed = (value: number | null | undefined, digits = 2): string =>
  value === null || value === undefined ? NONE : value.toFixed(digits);
const percent = (share: number): string => (100 * share).toFixed(0);
const of = ({ world, model, seed }: CostAudit): string => `${world}, ${model}, seed ${seed}`;

function auditTable(audits: readonly CostAudit[]): string {
  const head = [
    ...['run', 'cost', 'population', 'truth', 'rho total', 'rho cost', 'rho dynamics', 'regret', 'best at %'],
    ...['exists %', 'picked %', 'picked by true %', 'tasks', 'left out', 'reading'],
  ];
  const rows = audits.flatMap((audit) =>
    audit.rows.map((r) => [
      ...[of(audit), r.cost, r.population, r.truth, fixed(r.rhoTotal), fixed(r.rhoCost), fixed(r.rhoDynamics)],
      ...[fixed(r.regret), fixed(r.best, 0), percent(r.exists), percent(r.picked), percent(r.pickedTruly)],
      ...[`${r.tasks}`, `${r.leftOut}`, r.reading],
    ]),
  );
  return markdownTable([head, ...rows]);
}

function distanceTable(audits: readonly CostAudit[]): string {
  const both = (a: DistanceScore, b: DistanceScore, what: keyof DistanceScore): string =>
    a[what] === null ? NONE : `${fixed(a[what])} / ${fixed(b[what])}`;
  const head = ['run', 'cost', 'blocks apart', 'pairs', 'Spearman, seen / imagined', 'MAE, seen / imagined', 'ratio'];
  const rows = audits.flatMap((audit) =>
    audit.distances.flatMap(({ cost, bands, all }) =>
      [...bands, all].map(({ gap, pairs, encoded, imagined, ratio }) => [
        ...[of(audit), cost, gap, `${pairs}`, both(encoded, imagined, 'spearman'), both(encoded, imagined, 'mae')],
        fixed(ratio),
      ]),
    ),
  );
  return markdownTable([head, ...rows]);
}

function oracleTable(audits: readonly CostAudit[]): string {
  const head = ['run', 'cost', 'rho with oracle steps', 'across the wall', 'across / along', 'oracle across / along'];
  const rows = audits.flatMap((audit) =>
    audit.distances
      .filter(({ oracle, wall }) => oracle !== null || wall !== null)
      .map(({ cost, oracle, wall }) => [
        ...[of(audit), cost, fixed(oracle?.all), fixed(oracle?.across), fixed(wall?.ratio), fixed(wall?.oracle)],
      ]),
  );
  return rows.length === 0 ? '' : markdownTable([head, ...rows]);
}

function wallTable(audits: readonly CostAudit[]): string {
  const rows = audits.flatMap((audit) => {
    const { walls } = audit;
    if ('why' in walls) return [[of(audit), NONE, `not tested: ${walls.why}`, NONE, NONE, NONE]];
    return walls.flatMap(({ blocks, speed, bands, believedWidth, trueWidth, startsRead, probeError }) => [
      ...bands.map(({ where, plans, believed, truly }) => [
        ...[of(audit), `${blocks} at ${speed}`, where, `${plans}`, percent(believed), percent(truly)],
      ]),
      [of(audit), `${blocks} at ${speed}`, 'width that is passed', NONE, fixed(believedWidth, 1), fixed(trueWidth, 1)],
      [
        of(audit),
        `${blocks} at ${speed}`,
        `starts that the probe (error ${fixed(probeError, 1)}) reads on their side`,
        NONE,
        percent(startsRead),
        NONE,
      ],
    ]);
  });
  const head = ['run', 'blocks at speed', 'straight at the wall', 'plans', 'believed passed %', 'truly passed %'];
  return markdownTable([head, ...rows]);
}

function pushTable(audits: readonly CostAudit[]): string {
  const rows = audits.flatMap((audit) => {
    const { pushes } = audit;
    if ('why' in pushes) return [[of(audit), `not tested: ${pushes.why}`, NONE, NONE, NONE, NONE, NONE, NONE]];
    return pushes.rows.map(({ pushes: which, count, imagined, truly, error }) => [
      ...[of(audit), which, `${count}`, fixed(imagined, 3), fixed(truly, 3), fixed(error, 3)],
      ...[`${fixed(pushes.probeError, 3)}, ${fixed(pushes.startError, 3)}`, fixed(pushes.spearman)],
    ]);
  });
  const head = [
    'run',
    'pushes',
    'plans',
    'believed way',
    'true way',
    'error',
    'error of the probe, of starts',
    'Spearman',
  ];
  return markdownTable([head, ...rows]);
}

function trueTable(audits: readonly CostAudit[]): string {
  const rows = audits.flatMap((audit) =>
    audit.trueDynamics.map(({ cost, tasks, learned, truly }) => [
      ...[of(audit), cost, `${learned} of ${tasks}`, `${truly} of ${tasks}`],
    ]),
  );
  return rows.length === 0 ? '' : markdownTable([['run', 'cost', 'learned dynamics', 'true dynamics'], ...rows]);
}

const LEADS = {
  audit:
    'The same plans imagined and carried out. Truth: error, the distance to the goal at the end of a plan in tolerances (1 is the edge of success), or togo, the steps that an oracle still needs. Rho: Spearman within a task, mean over tasks: imagined cost and truth (total), cost of what truly happens and truth (cost), the two costs (dynamics). Best: where the truly best plan stands under the imagined cost, 0 first. Exists, picked: tasks with a plan that solves them, and where the cheapest one does, by the imagined cost and by that of what truly happens.',
  distance:
    'The cost as a distance, on pairs of held-out rows some blocks apart, with sources as seen and as imagined. MAE in blocks, only for costs that count them.',
  oracle:
    'Spearman of the distance and the steps of an oracle; and the mean distance of points on two sides of a wall over that of points as far apart in one room.',
  walls: 'Plans straight at a wall, by height beside the door. Believed: the imagined end, read off by a linear probe.',
  pushes: 'Plans straight at an object or past it: how far it goes, in the units of the world.',
  truly: 'Goals reached with the same small search in the learned dynamics and in copies of the true world.',
} as const;

/** All tables as markdown. */
export function costMarkdown({ date, command, machine, audits }: CostReport): string {
  const { cpu, cores, memoryGiB, platform } = machine;
  const facts = [
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}`,
    `tables of ${date.slice(0, 10)}: \`${command}\``,
    ...audits.map(
      (a) =>
        `${of(a)} (${a.run}): ${a.tasks} tasks, goals ${a.goalOffset} steps away, ${a.samples} plans of each population, oracle ${a.oracle ?? 'none'}, ${a.minutes.toFixed(1)} minutes`,
    ),
  ];
  const parts: readonly (readonly [title: string, lead: string, table: string])[] = [
    ['Audit', LEADS.audit, auditTable(audits)],
    ['Distances', LEADS.distance, distanceTable(audits)],
    ['Distances and an oracle', LEADS.oracle, oracleTable(audits)],
    ['Walls', LEADS.walls, wallTable(audits)],
    ['Pushes', LEADS.pushes, pushTable(audits)],
    ['True dynamics', LEADS.truly, trueTable(audits)],
  ];
  const shown = parts.filter(([, , table]) => table !== '');
  return [
    '# Audit of planning costs\n',
    `${facts.map((line) => `- ${line}`).join('\n')}\n`,
    ...shown.map(([title, lead, table]) => `## ${title}\n\n${lead}\n\n${table}`),
  ].join('\n');
}
