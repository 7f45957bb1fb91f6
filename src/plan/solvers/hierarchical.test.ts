import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { percentileBox, withMacroPrior } from '../macro-prior.ts';
import type { PlanProblem } from '../problem.ts';
import { cem } from './cem.ts';
import { gradient } from './gradient.ts';
import { hierarchical } from './hierarchical.ts';
import { quadratic } from './solver.law.ts';

/** Points on a line that move by the sum of their actions; cost = squared distance to `goals` + 0.01 * effort. */
function walkTo(goals: readonly number[], horizon: number): PlanProblem {
  return {
    name: 'line',
    tasks: goals.length,
    horizon,
    actionDim: 1,
    cost: (x, samples) =>
      Float32Array.from({ length: goals.length * samples }, (_, row) => {
        const own = x.subarray(row * horizon, (row + 1) * horizon);
        const end = own.reduce((a, b) => a + b, 0);
        return (end - goals[Math.floor(row / samples)]!) ** 2 + 0.01 * own.reduce((a, b) => a + b * b, 0);
      }),
  };
}

/** Goals 6 and -3 away, three macro-actions of four steps each, steps of at most 0.5. */
const problem: PlanProblem = {
  ...walkTo([6, -3], 4),
  hierarchy: {
    macro: walkTo([6, -3], 3),
    towards: (macro) => walkTo([macro[0]!, macro[3]!], 4),
  },
};
const level = (limit: number) =>
  cem({ samples: 200, elites: 20, iterations: 25, constraint: { kind: 'box', low: -limit, high: limit } });
const solver = hierarchical({ macro: level(2.5), primitive: level(0.6) });

test('macro-actions reach the goal in even jumps, and primitive actions reach the first of them', async () => {
  const { plan, macro } = await solver.solve(problem, { key: key(0) });
  // Even jumps l minimise (3 l - g)^2 + 0.03 l^2: l = g / 3.01; even steps likewise, a = l / 4.0025... with 4 a = l.
  for (const [task, goal] of [6, -3].entries()) {
    const jumps = [...macro!.plan.subarray(task * 3, task * 3 + 3)];
    for (const jump of jumps) expect(Math.abs(jump - goal / 3.01)).toBeLessThan(0.05);
    for (const step of plan.subarray(task * 4, task * 4 + 4)) {
      expect(Math.abs(step - jumps[0]! / 4.01)).toBeLessThan(0.05);
    }
  }
});

test('a warm start goes to the primitive level', async () => {
  const { plan } = await hierarchical({
    macro: level(2.5),
    primitive: cem({ samples: 2, elites: 2, iterations: 1, initialStd: 1e-6 }),
  }).solve(problem, { key: key(0), init: new Float32Array(8).fill(0.4) });
  for (const step of plan) expect(step).toBeCloseTo(0.4, 4);
});

test('a problem without a hierarchy, or whose subgoal problem has other sizes, is refused', async () => {
  await expect(solver.solve(walkTo([1], 2), { key: key(0) })).rejects.toThrow(/line must have a hierarchy/);
  const other = { ...problem, hierarchy: { macro: walkTo([6, -3], 3), towards: () => walkTo([1, 1], 5) } };
  await expect(solver.solve(other, { key: key(0) })).rejects.toThrow(/horizon 4 and actionDim 1, got 2, 5 and 1/);
});

test('the prior adds weight * mean(-log N(0, 1)), with its gradient', async () => {
  const prior = withMacroPrior(quadratic([[3, 1]], 2), 0.5);
  const logTwoPi = Math.log(2 * Math.PI);
  const at = Float32Array.of(2, 1);
  // Cost 1 + 0.5 * (mean of (4 + 1) / 2 + log(2 pi) / 2).
  expect((await prior.cost(at, 1))[0]).toBeCloseTo(1 + 0.5 * (1.25 + 0.5 * logTwoPi), 5);
  const both = await prior.costAndGradient!(at, 1);
  expect(both.cost[0]).toBeCloseTo(1 + 0.5 * (1.25 + 0.5 * logTwoPi), 5);
  // 2 (x - t) + 0.5 * x / 2.
  expect([...both.gradient]).toEqual([-2 + 0.5, 0.25]);
  const { plan } = await gradient({ descent: { kind: 'sgd', lr: 0.2 } }).solve(prior, { key: key(0) });
  // 2 (x - t) + x / 4 = 0: x = t * 8 / 9.
  expect(plan[0]).toBeCloseTo(8 / 3, 5);
  expect(plan[1]).toBeCloseTo(8 / 9, 5);
});

test('the box of macro-actions holds the percentiles of each number, widened by the margin', () => {
  const macros = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? i / 2 + 1 : 7));
  // First numbers 1 to 100: percentiles 5 and 95, width 90, margin 4.5; second numbers all 7.
  expect(percentileBox(macros, 2)).toEqual({ kind: 'box', low: [0.5, 7], high: [99.5, 7] });
  expect(() => percentileBox(macros, 3)).toThrow(/\[N, 3\].*got 200/);
});
