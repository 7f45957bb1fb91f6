import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { cem, cemVariants } from './cem.ts';
import { registerSolver, solverNamed, solverNames } from './named.ts';
import { quadratic } from './solver.law.ts';

const box = { kind: 'box', low: -2, high: 2 } as const;

test.each(solverNames())('%s plans two tasks in a box', async (name) => {
  const solver = solverNamed(name, { samples: 24, elites: 6, iterations: 3, constraint: box });
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
  expect(solverNames()).toEqual(
    expect.arrayContaining(['cem/dino-wm', 'cem/eb-jepa', 'cem/jepa-wms', 'cem/v-jepa-ac', 'mppi/pldm', 'icem/paper']),
  );
});

test('an unknown planner is refused with the nearest name, random shooting without a box with what to give', () => {
  expect(() => solverNamed('mppi/ebjepa')).toThrow(/did you mean 'mppi\/eb-jepa'/);
  expect(() => solverNamed('toString')).toThrow(/planner/);
  expect(() => solverNamed('random-shooting')).toThrow(/box/);
});

test("a planner of one's own is known by its name from then on, and no name is taken twice", async () => {
  registerSolver('cem/bold', (changes) => cem({ ...cemVariants['le-wm'], initialStd: 2, ...changes }));
  expect(solverNames()).toContain('cem/bold');
  const { plan } = await solverNamed('cem/bold', { samples: 8, elites: 2, iterations: 1 }).solve(
    quadratic([[1, 0]], 1),
    {
      key: key(0),
    },
  );
  expect(plan).toHaveLength(2);
  expect(() => registerSolver('cem/bold', () => cem())).toThrow(/'cem\/bold' is known already/);
  expect(() => registerSolver('cem/le-wm', () => cem())).toThrow(/known already/);
  expect(() => registerSolver('Bold one', () => cem())).toThrow(/small letters/);
});
