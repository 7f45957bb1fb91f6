// Two policies on the same tasks: which tasks both solved, and which only one of them. Eight points between two rates of a
// hundred tasks can be noise; the tasks on which the two differ say whether it is.

import { JepaError } from '../../core/index.ts';
import { type PairedOutcomes, pairedOutcomes } from '../../measure/index.ts';
import type { PairedPolicies } from '../../run/index.ts';
import type { ControlRun } from './run.ts';

const outcomes = ({ traces }: ControlRun): readonly boolean[] => traces.map(({ solvedAt }) => solvedAt !== undefined);

/** What tells tasks apart. */
const tasksOf = ({ traces, budget }: ControlRun): string =>
  JSON.stringify([
    budget,
    traces.map(({ task }) => [task.episode, task.row, task.goalRow, [...task.start], [...task.goal]]),
  ]);

/**
 * The outcomes of two runs task by task, with McNemar's exact p-value.
 *
 * @throws JepaError `usage` when the runs are not of the same tasks and budget
 *
 * @example
 * const { onlyA, onlyB, p } = pairedCounts(planned, cloned); // p < 0.05: one of them is better on such tasks
 */
export function pairedCounts(a: ControlRun, b: ControlRun): PairedOutcomes {
  if (tasksOf(a) !== tasksOf(b)) {
    throw new JepaError(
      'usage',
      `pairedCounts: both runs must be of the same tasks and budget, got '${a.policy}' on ${a.traces.length} tasks with budget ${a.budget} and '${b.policy}' on ${b.traces.length} with ${b.budget}`,
      { a: a.policy, b: b.policy },
    );
  }
  return pairedOutcomes(outcomes(a), outcomes(b));
}

/** Every other run against that of the policy `main`; nothing where it did not run. */
export function pairedAgainst(main: string, runs: readonly ControlRun[]): readonly PairedPolicies[] {
  const own = runs.find(({ policy }) => policy === main);
  if (own === undefined) return [];
  return runs
    .filter((run) => run !== own)
    .map((run) => {
      const { both, onlyA, onlyB, neither, p } = pairedCounts(run, own);
      return { policy: run.policy, against: main, both, onlyPolicy: onlyA, onlyAgainst: onlyB, neither, p };
    });
}
