import fc from 'fast-check';
import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import type { PlanProblem } from '../problem.ts';
import { categoricalCem } from './categorical-cem.ts';
import { projectedGradient } from './projected-gradient.ts';
import { choicesOf, projectToSimplex, roundToCorners } from './simplex.ts';

test('the nearest point of the simplex, by hand', () => {
  const x = Float32Array.of(2, 0, 0.5, 0.5, 0, 0, 1, 0.8);
  projectToSimplex(x, 2);
  for (const [i, value] of [1, 0, 0.5, 0.5, 0.5, 0.5, 0.6, 0.4].entries()) expect(x[i]).toBeCloseTo(value, 6);
});

test('a projection is on the simplex and no corner or centre is nearer, for any point', () => {
  const point = fc.array(fc.float({ min: -5, max: 5, noNaN: true }), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(point, (values) => {
      const x = Float32Array.from(values);
      projectToSimplex(x, 4);
      expect(x.every((v) => v >= 0)).toBe(true);
      expect(x.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      const away = (to: ArrayLike<number>): number => values.reduce((sum, v, i) => sum + (v - to[i]!) ** 2, 0);
      const corners = [0, 1, 2, 3].map((c) => Float32Array.from({ length: 4 }, (_, i) => Number(i === c)));
      for (const other of [...corners, new Float32Array(4).fill(0.25)]) {
        expect(away(x)).toBeLessThanOrEqual(away(other) + 1e-4);
      }
    }),
  );
});

test('rounding takes the largest of each group, the first of equals', () => {
  const x = Float32Array.of(0.2, 0.8, 0.5, 0.5);
  expect([...choicesOf(x, 2)]).toEqual([1, 0]);
  roundToCorners(x, 2);
  expect([...x]).toEqual([0, 1, 1, 0]);
});

// A walk on a line: each step chooses -1, 0 or +1; two tasks with goals 3 and -2 after four steps. Effort breaks ties.
const moves = [-1, 0, 1];
const goals = [3, -2];
const walk: PlanProblem = {
  name: 'walk',
  tasks: 2,
  horizon: 4,
  actionDim: 3,
  cost: (x, samples) =>
    Float32Array.from({ length: 2 * samples }, (_, row) => {
      const own = x.subarray(row * 12, (row + 1) * 12);
      const end = own.reduce((sum, p, i) => sum + p * moves[i % 3]!, 0);
      const effort = own.reduce((sum, p, i) => sum + p * Math.abs(moves[i % 3]!), 0);
      return (end - goals[Math.floor(row / samples)]!) ** 2 + 0.1 * effort;
    }),
  costAndGradient(x, samples) {
    const cost = this.cost(x, samples) as Float32Array;
    const gradient = x.map((_, i) => {
      const row = Math.floor(i / 12);
      const own = x.subarray(row * 12, (row + 1) * 12);
      const end = own.reduce((sum, p, j) => sum + p * moves[j % 3]!, 0);
      return 2 * (end - goals[Math.floor(row / samples)]!) * moves[i % 3]! + 0.1 * Math.abs(moves[i % 3]!);
    });
    return { cost, gradient };
  },
};

/** Where the chosen steps lead. */
const ends = (plan: Float32Array): number[] => {
  const steps = choicesOf(plan, 3);
  return [0, 1].map((task) => steps.subarray(task * 4, task * 4 + 4).reduce((sum, c) => sum + moves[c]!, 0));
};

test('both discrete solvers walk to the goal with no wasted step, and their plans are one-hot', async () => {
  const solvers = [
    projectedGradient({ categories: 3, samples: 16, iterations: 60, descent: { kind: 'sgd', lr: 0.05 } }),
    categoricalCem({ categories: 3, samples: 100, elites: 10, iterations: 10 }),
  ];
  for (const solver of solvers) {
    const { plan } = await solver.solve(walk, { key: key(2) });
    expect(ends(plan)).toEqual(goals);
    expect([...plan].filter((value) => value === 1)).toHaveLength(8);
    expect([...plan].filter((value) => value === 0)).toHaveLength(16);
    const cost = await walk.cost(plan, 1);
    for (const [task, goal] of goals.entries()) expect(cost[task]).toBeCloseTo(0.1 * Math.abs(goal), 5);
  }
});

test('without momentum the probabilities become the frequencies of the elites', async () => {
  let p = new Float32Array(0);
  await categoricalCem({ categories: 3, samples: 200, elites: 8, iterations: 1, momentum: 0 }).solve(walk, {
    key: key(1),
    onIteration(step) {
      const frequency = new Float32Array(24);
      for (const [at, e] of step.elites.entries()) {
        const task = Math.floor(at / 8);
        for (let i = 0; i < 12; i++) frequency[task * 12 + i]! += step.candidates[(task * 200 + e) * 12 + i]! / 8;
      }
      p = step.mean.slice();
      for (const [i, value] of frequency.entries()) expect(p[i]).toBeCloseTo(value, 5);
    },
  });
  expect(p).toHaveLength(24);
});

test('a warm start is candidate 0 and preferred, and a choice of zeros starts uniform', async () => {
  let first = new Float32Array(0);
  let mean: readonly number[] = [];
  const init = Float32Array.of(0, 0, 1, /**/ 1, 0, 0);
  await categoricalCem({ categories: 3, samples: 300, elites: 300, iterations: 1, momentum: 0 }).solve(walk, {
    key: key(1),
    init,
    onIteration(step) {
      first = step.candidates.slice(0, 3);
      mean = [...step.mean];
    },
  });
  expect([...first]).toEqual([0, 0, 1]);
  // All candidates are elites, so the frequencies are the first probabilities within three deviations of 300 draws.
  for (const [i, value] of [0.25, 0.25, 0.5, 1 / 3, 1 / 3, 1 / 3].entries()) {
    expect(Math.abs(mean[i]! - value)).toBeLessThan(0.09);
  }
});

test('categories that do not divide the block are refused with both numbers', async () => {
  await expect(categoricalCem({ categories: 2 }).solve(walk, { key: key(0) })).rejects.toThrow(/actionDim = 3.*got 2/);
  await expect(projectedGradient({ categories: 1 }).solve(walk, { key: key(0) })).rejects.toThrow(/got 1/);
});
