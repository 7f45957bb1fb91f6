// Runs summed up for people and for the run folder: counts, Wilson intervals, steps and planning time, with everything
// needed to compare two numbers honestly (protocol, tasks, what was left out, budget, seed).

import { JepaError } from '../../core/index.ts';
import { wilsonInterval } from '../../measure/index.ts';
import type { PlanningProtocol, PolicyResult } from '../../run/index.ts';
import type { ControlRun } from './run.ts';
import type { ReplayProtocol, ReplayTasks } from './tasks.ts';

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
  readonly name: ReplayProtocol;
  readonly tasks: number;
  readonly eligible: number;
  readonly excluded: number;
  readonly goalOffset: number;
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
  const judged = traces.flatMap(({ decisions }) => decisions.flatMap(({ priorKept }) => priorKept ?? []));
  const times = planning.map(({ ms }) => ms / 1000);
  return {
    policy: run.policy,
    tasks,
    successAny: steps.length,
    intervalAny: wilsonInterval(steps.length, tasks),
    ...(lastKnown ? { successLast, intervalLast: wilsonInterval(successLast, tasks) } : {}),
    ...(steps.length > 0 ? { medianSteps: median(steps) } : {}),
    plans: planning.length,
    ...(times.length > 0
      ? { planSecondsMean: times.reduce((a, b) => a + b, 0) / times.length, planSecondsMax: Math.max(...times) }
      : {}),
    ...(judged.length > 0 ? { guarded: judged.length, priorKept: judged.filter((kept) => kept).length } : {}),
    seconds: run.seconds,
  };
}

/**
 * The record of a protocol: `runs` are runs of different policies on the tasks of `set`.
 *
 * @throws JepaError `usage` when the runs are not of these tasks, or not of one budget.
 */
export function controlRecord(
  set: ReplayTasks,
  runs: readonly ControlRun[],
  settings: { readonly seed: number; readonly planner?: Readonly<Record<string, unknown>> },
): ControlRecord {
  const budget = runs[0]?.budget;
  if (budget === undefined || runs.some((run) => run.budget !== budget || run.traces.length !== set.tasks.length)) {
    throw new JepaError(
      'usage',
      `controlRecord: runs must be of the same ${set.tasks.length} tasks and one budget, got ${runs.map((run) => `${run.policy}: ${run.traces.length} tasks, budget ${run.budget}`).join('; ') || 'no runs'}`,
    );
  }
  return {
    name: set.protocol,
    description: describe(set, budget),
    tasks: set.tasks.length,
    eligible: set.eligible,
    excluded: set.excluded,
    goalOffset: set.goalOffset,
    budget,
    ...settings,
    results: runs.map(controlResult),
  };
}

function describe(set: ReplayTasks, budget: number): string {
  const starts =
    set.protocol === 'strict'
      ? `starts already at their goal left out (${set.excluded} of ${set.tasks.length + set.excluded} drawn)`
      : 'starts already at their goal included';
  return `${set.tasks.length} starts from held-out episodes, goal ${set.goalOffset} recorded steps later, budget ${budget} steps, success at any step; ${starts}`;
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
