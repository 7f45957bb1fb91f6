// Runs summed up for people and for the run folder: counts, Wilson intervals, steps and planning time, with everything
// needed to compare two numbers honestly (protocol, tasks, what was left out, budget, seed).

import { JepaError } from '../../core/index.ts';
import type { GoalPredicate } from '../../envs/index.ts';
import { wilsonInterval } from '../../measure/index.ts';
import type { PlanningProtocol, PolicyResult } from '../../run/index.ts';
import { taskGroups } from './groups.ts';
import { pairedAgainst } from './paired.ts';
import type { ControlRun } from './run.ts';
import type { TaskSet } from './tasks.ts';

/** Low and high end of a 95 % Wilson interval of a success rate. */
export type Interval = readonly [low: number, high: number];

/** How one policy did. Counts, not rates; `successLast` is absent when solved tasks were frozen. */
export interface ControlResult extends PolicyResult {
  readonly intervalAny: Interval;
  readonly intervalLast?: Interval;
  /** Times the policy planned, for all tasks of a batch together; 0 for policies that do not plan. */
  readonly plans: number;
  /** Mean and largest wall-clock time of planning for one batch. */
  readonly planSecondsMean?: number;
  readonly planSecondsMax?: number;
  /** Wall-clock time of the whole run. */
  readonly seconds: number;
}

/** One protocol with every policy that ran on its tasks; fits `PlanningProtocol` of the report. */
export interface ControlRecord extends PlanningProtocol {
  readonly tasks: number;
  readonly eligible: number;
  readonly excluded: number;
  readonly budget: number;
  readonly seed: number;
  /** Settings of the planner, such as solver, samples, horizon: plain JSON. */
  readonly planner?: Readonly<Record<string, unknown>>;
  readonly results: readonly ControlResult[];
}

/** Counts, intervals and times of one run. */
export function controlResult(run: ControlRun): ControlResult {
  const { traces, planning } = run;
  const tasks = traces.length;
  const steps = traces.flatMap(({ solvedAt }) => solvedAt ?? []).sort((a, b) => a - b);
  const lastKnown = traces.every(({ solvedLast }) => solvedLast !== undefined);
  const successLast = traces.filter(({ solvedLast }) => solvedLast === true).length;
  const times = planning.map(({ ms }) => ms / 1000);
  return {
    policy: run.policy,
    tasks,
    successAny: steps.length,
    intervalAny: wilsonInterval(steps.length, tasks),
    ...(lastKnown ? { successLast, intervalLast: wilsonInterval(successLast, tasks) } : {}),
    ...(steps.length > 0 ? { medianSteps: median(steps) } : {}),
    solvedAt: traces.map(({ solvedAt }) => solvedAt ?? null),
    plans: planning.length,
    ...(times.length > 0
      ? { planSecondsMean: times.reduce((a, b) => a + b, 0) / times.length, planSecondsMax: Math.max(...times) }
      : {}),
    seconds: run.seconds,
  };
}

/** What a record says beside the tasks and the runs. */
export interface RecordSettings {
  readonly seed: number;
  readonly planner?: Readonly<Record<string, unknown>>;
  /** How success was judged. @default by the world itself */
  readonly judged?: Pick<GoalPredicate, 'about' | 'hold'>;
  /** Edges of the bands of distances. @default quarters of the tasks */
  readonly bands?: readonly number[];
  /** The world's id, and the digest of the dataset that the tasks were cut from. */
  readonly world?: string;
  readonly dataset?: string;
  /** The policy that the others are compared with, task by task. @default 'planner' */
  readonly main?: string;
}

/**
 * The record of a protocol: `runs` are runs of different policies on the tasks of `set`, all together, by distance and by kind of
 * task, and each policy against the main one.
 *
 * @throws JepaError `usage` when the runs are not of these tasks, or not of one budget.
 */
export function controlRecord(set: TaskSet, runs: readonly ControlRun[], settings: RecordSettings): ControlRecord {
  const { judged, bands, main = 'planner', ...said } = settings;
  const budget = runs[0]?.budget;
  if (budget === undefined || runs.some((run) => run.budget !== budget || run.traces.length !== set.tasks.length)) {
    throw new JepaError(
      'usage',
      `controlRecord: runs must be of the same ${set.tasks.length} tasks and one budget, got ${runs.map((run) => `${run.policy}: ${run.traces.length} tasks, budget ${run.budget}`).join('; ') || 'no runs'}`,
    );
  }
  const paired = pairedAgainst(main, runs);
  const groups = taskGroups(runs, bands);
  return {
    name: set.protocol,
    description: describe(set, budget, judged),
    tasks: set.tasks.length,
    eligible: set.eligible,
    excluded: set.excluded,
    ...(set.goalOffset === undefined ? {} : { goalOffset: set.goalOffset }),
    budget,
    ...said,
    taskNames: set.tasks.map(({ episode, row }) => [episode, row] as const),
    ...(judged === undefined ? {} : { judged: { about: judged.about, hold: judged.hold } }),
    results: runs.map(controlResult),
    ...(groups.length === 0 ? {} : { groups }),
    ...(paired.length === 0 ? {} : { paired }),
  };
}

function describe({ about, leftOut }: TaskSet, budget: number, judged: RecordSettings['judged']): string {
  const hold = judged === undefined || judged.hold === 1 ? 'at any step' : `for ${judged.hold} steps in a row`;
  const success = judged === undefined ? `success ${hold}` : `success ${hold}: ${judged.about}`;
  return `${about}, budget ${budget} steps, ${success}; ${leftOut}`;
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
