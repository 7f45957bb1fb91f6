import { expect, test } from 'vitest';
import { wilsonInterval } from '../../measure/index.ts';
import { quarterEdges, taskGroups } from './groups.ts';
import { pairedAgainst, pairedCounts } from './paired.ts';
import type { ControlRun, ControlTrace } from './run.ts';

/** A run on tasks at given distances and of given kinds, with the outcomes of each. */
function run(policy: string, solved: string, distances: readonly (number | undefined)[] = [], kinds = ''): ControlRun {
  const traces = [...solved].map((outcome, i): ControlTrace => {
    const at = Float32Array.of(i);
    const [startDistance, kind] = [distances[i], kinds[i]];
    return {
      task: { episode: i, row: 0, goalRow: 1, start: at, goal: at, goalState: at },
      ...(startDistance === undefined ? {} : { startDistance }),
      ...(kind === undefined ? {} : { group: kind === 'x' ? 'across' : 'same-side' }),
      states: [],
      distances: [],
      actions: [],
      decisions: [],
      solvedAt: outcome === '1' ? 1 : undefined,
      solvedLast: false,
      film: undefined,
    };
  });
  return { policy, budget: 1, traces, planning: [], seconds: 0 };
}

test('quarters of distances have edges at the quartiles, and equal values stay together', () => {
  expect(quarterEdges([8, 1, 2, 3, 4, 5, 6, 7])).toEqual([3, 5, 7]);
  expect(quarterEdges([2, 2, 2, 2])).toEqual([]);
  expect(quarterEdges([1, 1, 1, 9])).toEqual([9]);
  expect(quarterEdges([])).toEqual([]);
});

test('success is counted in the bands of distance that a world declares, empty ones left out', () => {
  const groups = taskGroups(
    [run('a', '1101', [10, 49.9, 50, 160]), run('b', '0001', [10, 49.9, 50, 160])],
    [50, 100, 150],
  );
  expect(groups.map(({ by, name, tasks }) => [by, name, tasks])).toEqual([
    ['distance', 'below 50', 2],
    ['distance', '50 to 100', 1],
    ['distance', '150 and more', 1],
  ]);
  expect(groups[0]!.results).toEqual([
    { policy: 'a', success: 2, interval: wilsonInterval(2, 2) },
    { policy: 'b', success: 0, interval: wilsonInterval(0, 2) },
  ]);
});

test('without declared bands the tasks are parted into quarters, and all of one distance are one group', () => {
  const named = taskGroups([run('a', '10101010', [1, 2, 3, 4, 5, 6, 7, 8])]);
  expect(named.map(({ name, tasks }) => [name, tasks])).toEqual([
    ['below 3', 2],
    ['3 to 5', 2],
    ['5 to 7', 2],
    ['7 and more', 2],
  ]);
  expect(taskGroups([run('a', '10', [4, 4])]).map(({ name, tasks }) => [name, tasks])).toEqual([['all', 2]]);
});

test('kinds of tasks are counted apart, and where one task has none there are no kinds', () => {
  const kinds = taskGroups([run('a', '1101', [], 'x..x')]);
  expect(kinds).toEqual([
    { by: 'kind', name: 'same-side', tasks: 2, results: [{ policy: 'a', success: 1, interval: wilsonInterval(1, 2) }] },
    { by: 'kind', name: 'across', tasks: 2, results: [{ policy: 'a', success: 2, interval: wilsonInterval(2, 2) }] },
  ]);
  expect(taskGroups([run('a', '1101', [1, undefined, 2, 3], 'x..')])).toEqual([]);
});

test('two runs on the same tasks are counted task by task', () => {
  expect(pairedCounts(run('a', '1111110'), run('b', '1000000'))).toEqual({
    both: 1,
    onlyA: 5,
    onlyB: 0,
    neither: 1,
    p: expect.closeTo(2 / 32, 12),
  });
  expect(() => pairedCounts(run('a', '11'), run('b', '110'))).toThrow(/same tasks .* 'a' on 2 tasks .* 'b' on 3/);
});

test('the other policies stand against the main one, and without it there is nothing to say', () => {
  const runs = [run('planner', '1100'), run('icem', '1010'), run('random', '0000')];
  expect(pairedAgainst('planner', runs)).toEqual([
    { policy: 'icem', against: 'planner', both: 1, onlyPolicy: 1, onlyAgainst: 1, neither: 1, p: 1 },
    { policy: 'random', against: 'planner', both: 0, onlyPolicy: 0, onlyAgainst: 2, neither: 2, p: expect.closeTo(0.5, 12) },
  ]);
  expect(pairedAgainst('planner', runs.slice(1))).toEqual([]);
});
