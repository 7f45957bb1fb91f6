// How well costs rank the plans of a task by what truly comes of them, and what that says of a planner. After the selection
// audit of TRM (arXiv 2605.22164), which executes the very candidates that a planner scored.
// Legend: E tasks, S plans of each.

import { spearman } from '../../measure/index.ts';
import type { CostAuditRow } from '../../run/index.ts';

/** What is compared, [E, S] each. */
export interface RankedPlans {
  readonly tasks: number;
  readonly samples: number;
  /** Costs of what the model imagines, and of what truly happens. */
  readonly imagined: ArrayLike<number>;
  readonly encoded: ArrayLike<number>;
  /** Lower is better. */
  readonly truth: ArrayLike<number>;
  /** Whether a plan solves its task. */
  readonly solved: ArrayLike<number>;
  /** Goals lie further away than one plan reaches: then the search is not judged by whether a plan solves its task. @default false */
  readonly beyond?: boolean;
}

/** Below these a part is what limits planning: shares of tasks, and Spearman's correlations. */
export const READING = { exists: 0.5, cost: 0.5, dynamics: 0.7 } as const;

/** Fewer values of the truth than these rank nothing. */
const VALUES = 3;

/** Indices of finite pairs: a cost that is not finite marks a plan as unusable, and is no rank. */
function usable(...costs: readonly ArrayLike<number>[]): number[] {
  return Array.from({ length: costs[0]!.length }, (_, i) => i).filter((i) =>
    costs.every((c) => Number.isFinite(c[i]!)),
  );
}

const at = (values: ArrayLike<number>, rows: readonly number[]): number[] => rows.map((i) => values[i]!);

/** Spearman over what is finite on both sides; 0 where a side is the same for all: it ranks nothing. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const rows = usable(a, b);
  if (rows.length < 2) return 0;
  const rho = spearman(at(a, rows), at(b, rows));
  return Number.isNaN(rho) ? 0 : rho;
}

/** Index of the least finite number, the first of several; -1 where there is none. */
export function leastOf(values: ArrayLike<number>): number {
  let least = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i]!) && (least < 0 || values[i]! < values[least]!)) least = i;
  }
  return least;
}

/** Where the plans of least truth stand under a cost, 0 to 100; those that cost the same share their place. */
function percentileOfBest(cost: ArrayLike<number>, truth: ArrayLike<number>): number {
  const best = truth[leastOf(truth)]!;
  const n = cost.length;
  const places: number[] = [];
  for (let i = 0; i < n; i++) {
    if (truth[i] !== best) continue;
    let [below, same] = [0, 0];
    for (let k = 0; k < n; k++) {
      if (cost[k]! < cost[i]!) below++;
      else if (k !== i && !(cost[k]! > cost[i]!)) same++;
    }
    places.push((below + same / 2) / (n - 1));
  }
  return (100 * places.reduce((a, b) => a + b, 0)) / places.length;
}

/** A cost that is not finite stands last. */
const ranked = (cost: number[]): number[] => cost.map((c) => (Number.isNaN(c) ? Number.POSITIVE_INFINITY : c));

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;

/**
 * What a row says, in words: planning is limited by its search where plans that solve the task are rare (`exists` below 0.5), by
 * its cost where the cost of what truly happens misranks (`rhoCost` below 0.5), and by the dynamics where that ranks and the
 * imagined cost disagrees with it (`rhoDynamics` below 0.7). Search can be limiting beside one of the other two; it is not judged
 * where goals lie `beyond` one plan.
 */
export function readingOf(row: Omit<CostAuditRow, 'reading'>, beyond = false): string {
  const { exists, rhoCost, rhoDynamics, rhoTotal } = row;
  const limits: string[] = [];
  if (!beyond && exists < READING.exists)
    limits.push(`search: ${share(exists)} of the tasks have a plan that solves them`);
  if (rhoCost === null || rhoDynamics === null) {
    return [...limits, 'nothing to rank: the truth is flat in every task'].join('; ');
  }
  if (rhoCost < READING.cost) limits.push(`cost: what truly happens is misranked (${rhoCost.toFixed(2)})`);
  else if (rhoDynamics < READING.dynamics)
    limits.push(`dynamics: imagined and true costs disagree (${rhoDynamics.toFixed(2)})`);
  return limits.length === 0 ? `none of the three (${(rhoTotal ?? 0).toFixed(2)} in all)` : limits.join('; ');
}

function share(of: number): string {
  return `${(100 * of).toFixed(0)} %`;
}

/**
 * One row of an audit. Tasks whose truth has fewer than three values are left out of the ranks and counted; shares are of all
 * tasks.
 */
export function auditRow(
  named: Pick<CostAuditRow, 'cost' | 'population' | 'truth'>,
  { tasks, samples, imagined, encoded, truth, solved, beyond = false }: RankedPlans,
): CostAuditRow {
  const own = (values: ArrayLike<number>, task: number): number[] =>
    Array.from({ length: samples }, (_, s) => values[task * samples + s]!);
  const total: number[] = [];
  const cost: number[] = [];
  const dynamics: number[] = [];
  const regret: number[] = [];
  const best: number[] = [];
  let [exists, picked, pickedTruly] = [0, 0, 0];
  for (let task = 0; task < tasks; task++) {
    const [img, enc] = [ranked(own(imagined, task)), ranked(own(encoded, task))];
    const [real, done] = [own(truth, task), own(solved, task)];
    const [chosen, chosenTruly] = [leastOf(img), leastOf(enc)];
    if (done.includes(1)) exists++;
    if (done[chosen] === 1) picked++;
    if (done[chosenTruly] === 1) pickedTruly++;
    if (new Set(real).size < VALUES) continue;
    total.push(rankCorrelation(img, real));
    cost.push(rankCorrelation(enc, real));
    dynamics.push(rankCorrelation(img, enc));
    regret.push((chosen < 0 ? Math.max(...real) : real[chosen]!) - Math.min(...real));
    best.push(percentileOfBest(img, real));
  }
  const row = {
    ...named,
    tasks: total.length,
    leftOut: tasks - total.length,
    ...{
      rhoTotal: mean(total),
      rhoCost: mean(cost),
      rhoDynamics: mean(dynamics),
      regret: mean(regret),
      best: mean(best),
    },
    ...{ exists: exists / tasks, picked: picked / tasks, pickedTruly: pickedTruly / tasks },
  };
  return { ...row, reading: readingOf(row, beyond) };
}
