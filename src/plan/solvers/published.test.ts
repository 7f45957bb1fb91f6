import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { publishedSolver, publishedSolvers } from './published.ts';
import { quadratic } from './solver.law.ts';

const box = { kind: 'box', low: -2, high: 2 } as const;

test.each(publishedSolvers)('%s plans two tasks in a box', async (name) => {
  const solver = publishedSolver(name, { samples: 24, elites: 6, iterations: 3, constraint: box });
  // Four numbers per step, which every published constraint and deviation fits.
  const problem = quadratic(
    [
      [1, 0, 0, -1],
      [0, 1, 1, 0],
    ],
    1,
  );
  const { plan, cost } = await solver.solve(problem, { key: key(0) });
  expect(plan).toHaveLength(8);
  expect(plan.every((value) => Math.abs(value) <= 2)).toBe(true);
  expect(cost.every(Number.isFinite)).toBe(true);
});

test('every code of the four methods has a name', () => {
  expect(publishedSolvers).toEqual(
    expect.arrayContaining(['cem/dino-wm', 'cem/eb-jepa', 'cem/jepa-wms', 'cem/v-jepa-ac', 'mppi/pldm', 'icem/paper']),
  );
});

test('an unknown planner is refused with the nearest name, random shooting without a box with what to give', () => {
  expect(() => publishedSolver('mppi/ebjepa')).toThrow(/did you mean 'mppi\/eb-jepa'/);
  expect(() => publishedSolver('toString')).toThrow(/planner/);
  expect(() => publishedSolver('random-shooting')).toThrow(/box/);
});
