import { expect, test } from 'vitest';
import { auditRow, rankCorrelation, readingOf } from './ranking.ts';

const named = { cost: 'c', population: 'p', truth: 'error' } as const;
const row = (imagined: number[], encoded: number[], truth: number[], tasks = 1) =>
  auditRow(named, {
    ...{ tasks, samples: truth.length / tasks, imagined, encoded, truth },
    solved: truth.map((t) => (t <= 1 ? 1 : 0)),
  });

test('a cost that orders plans as the truth does has ranks of 1, no regret, and the best plan first', () => {
  const { rhoTotal, rhoCost, rhoDynamics, regret, best, exists, picked } = row([3, 8, 1], [9, 11, 5], [2, 4, 0.5]);
  expect({ rhoTotal, rhoCost, rhoDynamics, regret, best, exists, picked }).toEqual({
    ...{ rhoTotal: 1, rhoCost: 1, rhoDynamics: 1, regret: 0, best: 0, exists: 1, picked: 1 },
  });
});

test('a cost of the wrong sign chooses the worst plan: the regret is the whole range', () => {
  const { rhoTotal, regret, best, exists, picked } = row([-2, -4, -0.5], [-2, -4, -0.5], [2, 4, 0.5]);
  expect({ rhoTotal, regret, best, exists, picked }).toEqual({
    ...{ rhoTotal: -1, regret: 3.5, best: 100, exists: 1, picked: 0 },
  });
});

test('tasks whose truth has fewer than three values are left out of the ranks and counted, and stay in the shares', () => {
  // The second task is flat, and solved by all of its plans.
  const got = row([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [2, 3, 4, 1, 1, 1], 2);
  expect(got).toMatchObject({ tasks: 1, leftOut: 1, rhoTotal: 1, exists: 0.5, picked: 0.5 });
  const flat = row([1, 2, 3], [1, 2, 3], [5, 5, 5]);
  expect(flat).toMatchObject({ tasks: 0, leftOut: 1, rhoTotal: null, regret: null, best: null });
  expect(flat.reading).toBe(
    'search: 0 % of the tasks have a plan that solves them; nothing to rank: the truth is flat in every task',
  );
});

test('a cost that is the same for all plans ranks nothing, and its best plan stands in the middle', () => {
  expect(row([7, 7, 7], [7, 7, 7], [1, 2, 3])).toMatchObject({ rhoTotal: 0, rhoDynamics: 0, best: 50 });
});

test('a plan whose cost is not a number stands last', () => {
  expect(row([Number.NaN, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4])).toMatchObject({ rhoTotal: 1, best: 100, regret: 1 });
  expect(rankCorrelation([1, Number.NaN, 2], [1, 0, 2])).toBe(1);
});

test('readings name search, cost and dynamics by the stated limits', () => {
  const measured = { ...named, tasks: 9, leftOut: 0, regret: 0, best: 0, picked: 1, pickedTruly: 1 };
  const of = (exists: number, rhoCost: number, rhoDynamics: number): string =>
    readingOf({ ...measured, exists, rhoCost, rhoDynamics, rhoTotal: 0.8 }).replace(/[:(].*/, '');
  expect(of(0.4, 0.9, 0.9)).toBe('search');
  expect(of(0.9, 0.4, 0.1)).toBe('cost');
  expect(of(0.9, 0.6, 0.6)).toBe('dynamics');
  expect(of(0.9, 0.6, 0.8)).toBe('none of the three ');
  // One plan cannot reach goals that lie beyond it: that is no fault of the search.
  const far = { ...measured, exists: 0, rhoCost: 0.9, rhoDynamics: 0.9, rhoTotal: 0.8 };
  expect(readingOf(far, true)).toBe('none of the three (0.80 in all)');
  expect(readingOf({ ...measured, exists: 0.4, rhoCost: 0.4, rhoDynamics: 1, rhoTotal: 0 })).toMatch(
    /^search: .*; cost: /,
  );
});
