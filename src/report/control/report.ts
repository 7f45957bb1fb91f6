// The results of a control benchmark as plain data, as text and as markdown.

import type { MachineRecord } from '../../run/index.ts';
import { damageOf } from '../damage.ts';
import { alignedTable, markdownTable } from '../text-table.ts';
import { type ControlGroup, groupControlRuns } from './group.ts';
import { type ControlRunFolder, readControlRuns, type UnfinishedRun } from './read.ts';
import { controlTables } from './tables.ts';

/** Everything that is done so far. */
export interface ControlReport {
  /** ISO 8601 time at which it was read. */
  readonly date: string;
  /** The command that asked for the runs. */
  readonly command?: string;
  readonly groups: readonly ControlGroup[];
  readonly runs: readonly ControlRunFolder[];
  readonly unfinished: readonly UnfinishedRun[];
  /** What a reader must know: what is missing, and where the runs differ. */
  readonly notes: readonly string[];
}

/** What is known beside the run folders. */
export interface ControlAsked {
  readonly command?: string;
  /** Every run that was asked for, with its status. */
  readonly runs: readonly UnfinishedRun[];
}

/** Reads what is done in `dir`. Runs are in the order in which they were asked for, others after them. */
export function readControlReport(dir: string, asked: ControlAsked): ControlReport {
  const found = readControlRuns(dir);
  const place = new Map(asked.runs.map(({ name }, i) => [name, i]));
  const order = ({ name }: { readonly name: string }): number => place.get(name) ?? asked.runs.length;
  const runs = [...found.runs].sort((a, b) => order(a) - order(b));
  const done = new Set(runs.map(({ name }) => name));
  const unfinished = [
    ...asked.runs.filter(({ name }) => !done.has(name)),
    ...found.unfinished.filter(({ name }) => !place.has(name)),
  ];
  return {
    date: new Date().toISOString(),
    ...(asked.command === undefined ? {} : { command: asked.command }),
    groups: groupControlRuns(runs),
    runs,
    unfinished,
    notes: notesOf(runs, unfinished),
  };
}

function notesOf(runs: readonly ControlRunFolder[], unfinished: readonly UnfinishedRun[]): string[] {
  const machines = machinesOf(runs);
  const damaged = runs.flatMap((run) =>
    [run.planning, run.probe, run.surprise, run.longHorizon, run.generalisation].flatMap((part) => {
      const why = damageOf(part);
      return why === undefined ? [] : [`${run.name}: ${why}`];
    }),
  );
  return [
    ...(machines.length > 1 ? ['The runs come from different machines: their times cannot be compared.'] : []),
    ...damaged,
    ...unfinished.map(({ name, status, why }) => `${name}: ${status}${why === undefined ? '' : `, ${why}`}`),
  ];
}

/** The machines of the runs, each once. */
export function machinesOf(runs: readonly ControlRunFolder[]): MachineRecord[] {
  const texts = new Map(
    runs.flatMap(({ run: { machine } }) => (machine === undefined ? [] : [[JSON.stringify(machine), machine]])),
  );
  return [...texts.values()];
}

/** The first table, for a terminal, with the notes below. */
export function controlText({ groups, notes }: ControlReport): string {
  const [main] = controlTables(groups);
  const table = main === undefined ? 'no run is done yet' : alignedTable([main.head, ...main.rows]);
  return [table, ...notes].join('\n');
}

/** All tables as markdown. */
export function controlMarkdown(report: ControlReport): string {
  const { groups, runs, command, date, notes } = report;
  const facts = [
    ...machinesOf(runs).map(
      ({ cpu, cores, memoryGiB, platform }) => `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}`,
    ),
    `${runs.length} runs, tables of ${date.slice(0, 10)}`,
    ...(command === undefined ? [] : [`\`${command}\``]),
  ];
  const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
  const parts = controlTables(groups).map(
    ({ title, lead, head, rows }) => `## ${title}\n\n${lead}\n\n${markdownTable([head, ...rows])}`,
  );
  const tail = notes.length === 0 ? [] : [`## Notes\n\n${bullets(notes)}\n`];
  return ['# Control benchmark\n', `${bullets(facts)}\n`, ...parts, ...tail].join('\n');
}

/** Everything as plain JSON; proportions as shares of 1. */
export function controlJson({ date, command, groups, runs, unfinished, notes }: ControlReport): object {
  return {
    bench: 'control',
    date,
    ...(command === undefined ? {} : { command }),
    groups: groups.map(({ runs: members, ...group }) => ({
      ...group,
      seeds: members.map(({ run }) => run.seed),
      runs: members.map(({ name }) => name),
    })),
    runs: runs.map(({ name, run, model, trainingMinutes, planning }) => ({
      run: name,
      world: run.recipe,
      model,
      seed: run.seed,
      started: run.started,
      minutes: run.minutes,
      trainingMinutes,
      machine: run.machine,
      versions: run.versions,
      metrics: run.metrics,
      protocols: planning.ok ? planning.value.protocols : [],
    })),
    unfinished,
    notes,
  };
}
