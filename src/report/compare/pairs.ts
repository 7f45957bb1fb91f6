// Differences in planning between two rows on the same tasks. Run folders hold counts of solved tasks, not each task, so the
// pair is the seed: both rows tried the tasks of that seed.

import { pairedTTest } from '../../measure/index.ts';
import type { PlanningProtocol } from '../../run/index.ts';
import { BASELINES } from '../rate.ts';
import type { RunGroup } from './group.ts';

/** The planner of one row against that of another, seed by seed. */
export interface PairedDifference {
  /** Positions of the rows among all rows. */
  readonly rows: readonly [first: number, second: number];
  readonly protocol: string;
  /** Success of the second less that of the first, as shares of 1. */
  readonly seeds: readonly { readonly seed: number; readonly difference: number }[];
  readonly mean: number;
  /** Two-sided p-value of the paired t-test over seeds; from three seeds on. */
  readonly p?: number;
}

/**
 * Every row against the first one, protocol by protocol, over the seeds whose tasks are the same: protocol, number, seed,
 * those left out, and the results of the random policy and the oracle are equal. What has no such seed is left out.
 */
export function pairedDifferences(groups: readonly RunGroup[]): PairedDifference[] {
  const [first] = groups;
  if (first === undefined) return [];
  const base = successes(first);
  return groups.slice(1).flatMap((group, i) => {
    const own = successes(group);
    const names = [...new Set(own.map(({ protocol }) => protocol.name))];
    return names.flatMap((name) => {
      const seeds = own
        .filter(({ protocol }) => protocol.name === name)
        .flatMap(({ seed, protocol, rate }) => {
          const same = base.find((b) => b.seed === seed && tasksOf(b.protocol) === tasksOf(protocol));
          return same === undefined ? [] : [{ seed, difference: rate - same.rate }];
        });
      return seeds.length === 0 ? [] : [differenceOf([0, i + 1], name, seeds)];
    });
  });
}

function differenceOf(
  rows: readonly [number, number],
  protocol: string,
  seeds: PairedDifference['seeds'],
): PairedDifference {
  const all = seeds.map(({ difference }) => difference);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const test =
    all.length < 3
      ? {}
      : {
          p: pairedTTest(
            all,
            all.map(() => 0),
          ).p,
        };
  return { rows, protocol, seeds, mean, ...test };
}

interface Success {
  readonly seed: number;
  readonly protocol: PlanningProtocol;
  readonly rate: number;
}

function successes({ runs }: RunGroup): Success[] {
  return runs.flatMap(({ run, planning }) =>
    (planning.ok ? planning.value.protocols : []).flatMap((protocol) => {
      const found = protocol.results.find(({ policy }) => policy === 'planner');
      return found === undefined || !(found.tasks > 0)
        ? []
        : [{ seed: run.seed, protocol, rate: found.successAny / found.tasks }];
    }),
  );
}

/** What says which tasks were tried. */
function tasksOf({ name, description, excluded, goalOffset, budget, seed, results }: PlanningProtocol): string {
  const known = results.filter(({ policy }) => BASELINES.includes(policy));
  const counts = known.map(({ policy, tasks, successAny }) => [policy, tasks, successAny]);
  return JSON.stringify([name, description, excluded, goalOffset, budget, seed, counts]);
}
