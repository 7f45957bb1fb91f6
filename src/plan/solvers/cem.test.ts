import fc from 'fast-check';
import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { cem } from './cem.ts';
import { selectLowest } from './elites.ts';
import { quadratic, solverLaws, spoiled } from './solver.law.ts';

solverLaws('cem', (constraint) => cem({ samples: 200, elites: 30, iterations: 25, ...(constraint && { constraint }) }));

const targets = [
  [0.5, -1, 2, 0.25],
  [-1.5, 0, 0.75, 1],
];

test('CEM finds the optimum of a quadratic cost for every task of a batch', async () => {
  const { plan, cost, iterations } = await cem({ samples: 200, elites: 20, iterations: 25 }).solve(
    quadratic(targets, 2),
    { key: key(1) },
  );
  for (const [i, value] of targets.flat().entries()) expect(plan[i]).toBeCloseTo(value, 3);
  expect(Math.max(...cost)).toBeLessThan(1e-4);
  expect(iterations).toHaveLength(25);
  expect(iterations[24]!.elite[0]).toBeLessThan(iterations[0]!.elite[0]!);
});

test('the plan is the mean of the elites, not the best candidate', async () => {
  const { plan } = await cem({ samples: 4, elites: 2, iterations: 1 }).solve(quadratic([[0]], 1), {
    key: key(0),
    noise: (_, out) => out.set([9, 1, -2, 3]),
  });
  // Candidates are the mean 0 (its noise is ignored), 1, -2, 3; the two cheapest are 0 and 1.
  expect(plan[0]).toBeCloseTo(0.5, 6);
});

test('the deviation of the elites is unbiased', async () => {
  await cem({ samples: 4, elites: 3, iterations: 1 }).solve(quadratic([[0]], 1), {
    key: key(0),
    noise: (_, out) => out.set([0, 1, -2, 3]),
    // Elites 0, 1, -2: mean -1/3, squared deviations 1/9 + 16/9 + 25/9, divided by 2.
    onIteration: ({ std }) => expect(std[0]).toBeCloseTo(Math.sqrt(42 / 9 / 2), 6),
  });
});

test('a warm start shorter than the horizon is padded with zeros and becomes candidate 0', async () => {
  const first: number[] = [];
  const problem = quadratic(targets, 2);
  await cem({ samples: 8, elites: 2, iterations: 1 }).solve(
    {
      ...problem,
      cost(candidates, samples) {
        first.push(...candidates.subarray(0, 4));
        return problem.cost(candidates, samples);
      },
    },
    { key: key(0), init: Float32Array.of(7, 8, 9, 10) },
  );
  expect(first).toEqual([7, 8, 0, 0]);
});

test('candidates whose cost is NaN are counted and never become elites', async () => {
  const problem = spoiled(quadratic([[0]], 1), (cost) => cost.fill(Number.NaN, 0, 2));
  const { plan, iterations } = await cem({ samples: 4, elites: 3, iterations: 1 }).solve(problem, {
    key: key(0),
    noise: (_, out) => out.set([0, 1, -2, 3]),
  });
  expect(iterations[0]!.nonFinite).toBe(2);
  expect(plan[0]).toBeCloseTo(0.5, 6);
});

test('sizes that cannot be are refused with their values', () => {
  expect(() => cem({ samples: 10, elites: 11 })).toThrow(/samples = 10, got 11/);
  expect(() => cem({ elites: 1 })).toThrow(/elites .* at least 2, got 1/);
  expect(() => cem({ iterations: 0 })).toThrow(/iterations .* got 0/);
});

test('a box constraint holds for every candidate, the mean included', async () => {
  const problem = quadratic([[5, -5]], 1);
  let highest = Number.NEGATIVE_INFINITY;
  const { plan } = await cem({
    samples: 50,
    elites: 5,
    iterations: 15,
    constraint: { kind: 'box', low: [-1, -2], high: 1 },
  }).solve(
    {
      ...problem,
      cost(candidates, samples) {
        highest = Math.max(highest, ...candidates);
        return problem.cost(candidates, samples);
      },
    },
    { key: key(0), init: Float32Array.of(3, 0) },
  );
  expect(highest).toBe(1);
  expect(plan[0]).toBeCloseTo(1, 3);
  expect(plan[1]).toBeCloseTo(-2, 3);
});

test('selectLowest agrees with sorting, for any costs', () => {
  const costs = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.NaN)), { maxLength: 60 });
  fc.assert(
    fc.property(costs, fc.integer({ min: 1, max: 20 }), (values, limit) => {
      const cost = Float32Array.from(values);
      const sorted = [...cost.keys()].filter((i) => !Number.isNaN(cost[i]!)).sort((a, b) => cost[a]! - cost[b]!);
      const out = new Int32Array(limit);
      const found = selectLowest(cost, out);
      expect([...out.subarray(0, found)]).toEqual(sorted.slice(0, limit));
      expect([...out.subarray(found)].every((i) => i === -1)).toBe(true);
    }),
  );
});
