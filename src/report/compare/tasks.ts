// Differences in planning between two rows task by task, where both kept the outcome of each task and tried the same ones.

import { type PairedOutcomes, pairedOutcomes } from '../../measure/index.ts';
import type { PlanningProtocol } from '../../run/index.ts';
import type { RunGroup } from './group.ts';

/** The main planner of one row (A) against that of another (B), over the seeds whose tasks are the same. */
export interface PairedRows {
  /** Positions of the rows among all rows. */
  readonly rows: readonly [first: number, second: number];
  readonly protocol: string;
  readonly seeds: readonly number[];
  readonly counts: PairedOutcomes;
}

/** Two runs that were not compared, and why. */
export interface UnpairedRows {
  readonly rows: readonly [first: number, second: number];
  readonly protocol: string;
  readonly seed: number;
  readonly why: string;
}

interface Outcomes {
  readonly seed: number;
  readonly protocol: PlanningProtocol;
  /** Steps until each task was solved; undefined in records of earlier versions. */
  readonly solvedAt: readonly (number | null)[] | undefined;
}

function outcomesOf({ runs }: RunGroup): Outcomes[] {
  return runs.flatMap(({ run: { seed }, planning }) =>
    (planning.ok ? planning.value.protocols : []).flatMap((protocol) => {
      const found = protocol.results.find(({ policy }) => policy === 'planner');
      return found === undefined ? [] : [{ seed, protocol, solvedAt: found.solvedAt }];
    }),
  );
}

/** In what the tasks of two records of one protocol differ; undefined where they are the same. */
function difference(a: Outcomes, b: Outcomes): string | undefined {
  if (a.solvedAt === undefined || b.solvedAt === undefined) {
    return 'a record of an earlier version does not keep the outcome of each task; plan again with jepa plan';
  }
  const parts = [
    ['worlds', 'world'],
    ['datasets', 'dataset'],
    ['goal offsets', 'goalOffset'],
    ['budgets', 'budget'],
    ['judgements of success', 'judged'],
    ['tasks', 'taskNames'],
  ] as const;
  const other = parts.find(([, part]) => JSON.stringify(a.protocol[part]) !== JSON.stringify(b.protocol[part]));
  if (other !== undefined) return `their ${other[0]} differ`;
  return a.solvedAt.length === b.solvedAt.length ? undefined : 'their numbers of tasks differ';
}

/**
 * Every row against the first one, protocol by protocol, over the seeds that both have: counts where the tasks are the same
 * (world, dataset, offset, budget, judgement, episodes and rows), and the reason where they are not. Records of earlier versions
 * on both sides are passed over.
 */
export function pairedTasks(groups: readonly RunGroup[]): {
  readonly found: readonly PairedRows[];
  readonly refused: readonly UnpairedRows[];
} {
  const found: PairedRows[] = [];
  const refused: UnpairedRows[] = [];
  const base = groups[0] === undefined ? [] : outcomesOf(groups[0]);
  for (const [place, group] of groups.slice(1).entries()) {
    const rows = [0, place + 1] as const;
    const own = outcomesOf(group);
    for (const protocol of new Set(own.map((o) => o.protocol.name))) {
      const same: { readonly seed: number; readonly a: readonly boolean[]; readonly b: readonly boolean[] }[] = [];
      for (const b of own.filter((o) => o.protocol.name === protocol)) {
        const a = base.find((o) => o.protocol.name === protocol && o.seed === b.seed);
        if (a === undefined || (a.solvedAt === undefined && b.solvedAt === undefined)) continue;
        const why = difference(a, b);
        if (why !== undefined) refused.push({ rows, protocol, seed: b.seed, why });
        else same.push({ seed: b.seed, a: solved(a), b: solved(b) });
      }
      if (same.length === 0) continue;
      const counts = pairedOutcomes(
        same.flatMap(({ a }) => a),
        same.flatMap(({ b }) => b),
      );
      found.push({ rows, protocol, seeds: same.map(({ seed }) => seed), counts });
    }
  }
  return { found, refused };
}

const solved = ({ solvedAt = [] }: Outcomes): readonly boolean[] => solvedAt.map((step) => step !== null);
