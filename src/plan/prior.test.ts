// A prior beside a solver, and the guard.
// Legend: B tasks, k proposals, H steps, D numbers per step, L = H * D.

import { expect, test } from 'vitest';
import { fold, type Key, key, normal } from '../core/index.ts';
import { type PlanPrior, type PriorOptions, type PriorRequest, withPrior } from './prior.ts';
import type { PlanProblem } from './problem.ts';
import type { Proposals, Solver } from './solver.ts';
import { cem } from './solvers/cem.ts';
import { gradient } from './solvers/gradient.ts';
import { hierarchical } from './solvers/hierarchical.ts';
import { predictiveSampling } from './solvers/sampling.ts';
import { quadratic } from './solvers/solver.law.ts';

const TARGETS = [
  [0.5, -1, 1, 0.25],
  [-0.75, 0, 0.75, 1],
];
const problem = quadratic(TARGETS, 2);

/** Proposes `plan` for every task, with noise of one tenth from proposal 1 on; remembers what it was asked. */
function around(plan: readonly number[], asked: [PriorRequest, readonly Key[]][] = []): PlanPrior {
  return {
    name: 'around',
    async propose(request, keys) {
      asked.push([request, keys]);
      const { count: k } = request;
      const L = plan.length;
      return Float32Array.from(
        keys.flatMap((own) => {
          const noise = normal(own, new Float32Array(k * L), 0, 0.1);
          return Array.from(noise, (value, i) => plan[i % L]! + (i < L ? 0 : value));
        }),
      );
    },
  };
}

/** A solver that returns `plan` for every task and shows the proposals that it was given. */
function returning(plan: readonly number[], seen: Proposals[] = []): Solver {
  return {
    name: 'returning',
    sampling: { samples: 10, around: true },
    async solve({ tasks }, { proposals }) {
      if (proposals !== undefined) seen.push(proposals);
      const plans = Float32Array.from(Array.from({ length: tasks }, () => plan).flat());
      return { plan: plans, cost: new Float32Array(tasks).fill(-1), iterations: [] };
    },
  };
}

const solve = (solver: Solver, prior: PlanPrior, options: PriorOptions, of: PlanProblem = problem) =>
  withPrior(solver, prior, options).solve(of, { key: key(1) });

test('a quarter of the samples are the prior’s, unless a number is given, and the problem is handed on', async () => {
  const asked: [PriorRequest, readonly Key[]][] = [];
  const seen: Proposals[] = [];
  const embeddings = {
    contextLength: 1,
    context: new Float32Array(2),
    executed: new Float32Array(0),
    goals: new Float32Array(2),
  };
  const prior = around([0, 0, 0, 0], asked);
  await solve(returning([1, 1, 1, 1], seen), prior, { use: 'first' }, { ...problem, embeddings });
  await solve(returning([1, 1, 1, 1], seen), prior, { use: 'every', init: 'mean', std: 0.5, count: 7 });
  expect(asked.map(([request]) => request)).toEqual([
    { tasks: 2, horizon: 2, actionDim: 2, count: 2, embeddings },
    { tasks: 2, horizon: 2, actionDim: 2, count: 7 },
  ]);
  expect(seen.map(({ plans, ...rest }) => [plans.length, rest])).toEqual([
    [16, { use: 'first', init: 'keep' }],
    [56, { use: 'every', init: 'mean', std: 0.5 }],
  ]);
});

test('a search that starts at the prior’s plan starts with the prior’s deviation', async () => {
  const seen: Proposals[] = [];
  const prior = { ...around([0, 0, 0, 0]), std: [0.1, 0.2] };
  await solve(returning([1, 1, 1, 1], seen), prior, { use: 'first', init: 'mean' });
  await solve(returning([1, 1, 1, 1], seen), prior, { use: 'first' });
  expect(seen.map(({ std }) => std)).toEqual([[0.1, 0.2], undefined]);
});

test('a task alone and in a batch gets the same proposals and the same plan', async () => {
  const seen: Proposals[] = [];
  const watched: Solver = {
    ...cem({ samples: 16, elites: 4, iterations: 3 }),
    solve(of, options) {
      seen.push(options.proposals!);
      return cem({ samples: 16, elites: 4, iterations: 3 }).solve(of, options);
    },
  };
  const solver = withPrior(watched, around([0.1, 0.2, 0.3, 0.4]), { use: 'every', guard: {} });
  const keys = [fold(key(5), 0), fold(key(5), 1)];
  const both = await solver.solve(problem, { key: key(1), taskKeys: keys });
  const alone = await solver.solve(quadratic(TARGETS.slice(1), 2), { key: key(2), taskKeys: keys.slice(1) });
  expect(alone.plan).toEqual(both.plan.slice(4));
  expect(seen[1]!.plans).toEqual(seen[0]!.plans.slice(seen[0]!.plans.length / 2));
});

test('CEM that cannot find a narrow optimum finds it from a prior that is near', async () => {
  // A hole of radius 0.5 around a plan that no draw comes near: the deviation is 1, the plan 5 away in each of four numbers.
  const far = [5, -5, 5, -5];
  const hole: PlanProblem = {
    ...problem,
    tasks: 1,
    cost: (candidates, samples) =>
      Float32Array.from({ length: samples }, (_, s) =>
        Math.min(1, far.reduce((sum, f, i) => sum + (candidates[s * 4 + i]! - f) ** 2, 0) / 0.25),
      ),
  };
  const away = (plan: Float32Array): number => Math.max(...far.map((f, i) => Math.abs(plan[i]! - f)));
  const search = cem({ samples: 64, elites: 8, iterations: 20 });
  expect(away((await search.solve(hole, { key: key(1) })).plan)).toBeGreaterThan(2);
  const near = around(far.map((f, i) => f + (i % 2 === 0 ? 0.15 : -0.15)));
  const { plan } = await solve(search, near, { use: 'every', init: 'mean', std: 0.1 }, hole);
  expect(away(plan)).toBeLessThan(0.05);
});

/** A cost that is lowest at `plan` 9 in every number, wherever the tasks' targets are. */
const misranking: PlanProblem = {
  ...quadratic(
    [
      [9, 9, 9, 9],
      [9, 9, 9, 9],
    ],
    2,
  ),
  absolute: false,
};

test('the guard keeps the prior’s plan where the cost misranks, by a judge that does not', async () => {
  const own = [0.5, -1, 1, 0.25];
  const options: PriorOptions = { use: 'every', init: 'mean', guard: { judge: () => problem } };
  const search = cem({ samples: 64, elites: 8, iterations: 10 });
  const without = await solve(search, around(own), { use: 'every', init: 'mean' }, misranking);
  // Its own optimum would cost 0 for the first task: the search leaves it for where the cost is low.
  expect((await problem.cost(without.plan, 1))[0]).toBeGreaterThan(5);
  expect(without.priorKept).toBeUndefined();
  const { plan, cost, priorKept } = await solve(search, around(own), options, misranking);
  expect(priorKept).toEqual([true, true]);
  expect([...plan]).toEqual([...own, ...own]);
  expect([...cost]).toEqual([...(await problem.cost(plan, 1))]);
});

test.each([
  // The prior's plan costs 4, the solver's 3: better by 1, a quarter.
  [{ absolute: 0.9 }, false],
  [{ absolute: 1.1 }, true],
  [{ relative: 0.24 }, false],
  [{ relative: 0.26 }, true],
  [{ absolute: 0 }, false],
] as const)('with a margin of %o the prior is kept: %s', async (margin, kept) => {
  const line = quadratic([[0, 0, 0, 0]], 2);
  const plan = [Math.sqrt(3), 0, 0, 0];
  const result = await solve(returning(plan), around([2, 0, 0, 0]), { use: 'first', guard: { margin } }, line);
  expect(result.priorKept).toEqual([kept]);
  expect(result.plan[0]).toBeCloseTo(kept ? 2 : Math.sqrt(3), 6);
});

test('without a margin it is a quarter of a block, or a twentieth of any other cost', async () => {
  const line = quadratic([[0, 0, 0, 0]], 2);
  const keptBy = async (own: number, found: number, unit?: 'blocks') => {
    const of = { ...line, ...(unit && { unit }) };
    const plan = [Math.sqrt(found), 0, 0, 0];
    return (await solve(returning(plan), around([Math.sqrt(own), 0, 0, 0]), { use: 'first', guard: {} }, of)).priorKept;
  };
  expect(await keptBy(4, 3.78, 'blocks')).toEqual([true]);
  expect(await keptBy(4, 3.72, 'blocks')).toEqual([false]);
  expect(await keptBy(4, 3.82)).toEqual([true]);
  expect(await keptBy(4, 3.78)).toEqual([false]);
});

test('a plan that cannot be scored loses, and two of them are an error', async () => {
  const scored = (ofPrior: number, ofSolver: number): PlanProblem => ({
    ...quadratic([[0, 0, 0, 0]], 2),
    cost: () => Float32Array.of(ofPrior, ofSolver),
  });
  const options: PriorOptions = { use: 'first', guard: {} };
  const kept = async (of: PlanProblem) =>
    (await solve(returning([1, 0, 0, 0]), around([2, 0, 0, 0]), options, of)).priorKept;
  expect(await kept(scored(Number.NaN, 5))).toEqual([false]);
  expect(await kept(scored(5, Number.NaN))).toEqual([true]);
  await expect(kept(scored(Number.NaN, Number.NaN))).rejects.toMatchObject({ code: 'numeric' });
});

test('a prior’s plan that is kept keeps the solver’s box', async () => {
  const search = cem({ samples: 16, elites: 4, iterations: 1, constraint: { kind: 'box', low: -0.3, high: 0.3 } });
  const options: PriorOptions = { use: 'first', guard: { margin: { absolute: 100 } } };
  const { plan, priorKept } = await solve(search, around([0.5, -1, 0.2, 0.25]), options);
  expect(priorKept).toEqual([true, true]);
  expect([...plan.slice(0, 4)]).toEqual([...Float32Array.of(0.3, -0.3, 0.2, 0.25)]);
});

test('a guard whose judge depends on rivals, or scores other plans, is refused', async () => {
  const guard = { use: 'first', guard: {} } as const;
  await expect(solve(returning([1, 1, 1, 1]), around([0, 0, 0, 0]), guard, misranking)).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringMatching(/returning with around: the guard .* give the guard an absolute judge/),
  });
  const judge = (): PlanProblem => quadratic(TARGETS, 4);
  await expect(solve(returning([1, 1, 1, 1]), around([0, 0, 0, 0]), { ...guard, guard: { judge } })).rejects.toThrow(
    /must score the same plans, horizon 2, got 4/,
  );
});

test('a prior for other plans, or none, or such that are not finite, is refused with its name', async () => {
  const giving = (plans: Float32Array): PlanPrior => ({ name: 'broken', propose: async () => plans });
  const run = (plans: Float32Array) => solve(returning([1, 1, 1, 1]), giving(plans), { use: 'first' });
  await expect(run(new Float32Array(2 * 2 * 6))).rejects.toMatchObject({
    code: 'shape',
    message: expect.stringMatching(/^broken: .* \[2, 2, 2, 2\], 16 numbers, got 24; .* this horizon and action size/),
  });
  await expect(run(new Float32Array(0))).rejects.toThrow(/^broken: .* got 0 \(no plan at all\)/);
  await expect(run(new Float32Array(16).fill(Number.NaN, 9))).rejects.toMatchObject({
    code: 'numeric',
    message: expect.stringMatching(/^broken: .* finite numbers, got NaN for task 1/),
  });
});

test('a solver that takes no proposals, a second prior and impossible numbers are refused', async () => {
  const prior = around([0, 0, 0, 0]);
  expect(() => withPrior(gradient(), prior, { use: 'first' })).toThrow(/gradient takes no proposals/);
  const once = withPrior(cem(), prior, { use: 'first' });
  expect(() => withPrior(once, prior, { use: 'first' })).toThrow(/takes no proposals/);
  expect(() => withPrior(cem(), prior, { use: 'first', count: 0 })).toThrow(/count .* at least 1, got 0/);
  const margin = { absolute: -1 };
  expect(() => withPrior(cem(), prior, { use: 'first', guard: { margin } })).toThrow(/at least 0, got -1/);
  const proposals = { plans: new Float32Array(8), use: 'first' } as const;
  await expect(once.solve(problem, { key: key(0), proposals })).rejects.toThrow(/must not be given as well/);
});

test('below a hierarchy the prior is asked about the way to the subgoal', async () => {
  const asked: [PriorRequest, readonly Key[]][] = [];
  const embeddings = {
    contextLength: 1,
    context: new Float32Array(2),
    executed: new Float32Array(0),
    goals: Float32Array.of(3, 4),
  };
  const lifted = {
    ...problem,
    hierarchy: { macro: quadratic([[0], [0]], 1), towards: () => ({ ...problem, embeddings }) },
  };
  const primitive = withPrior(predictiveSampling({ samples: 8 }), around(TARGETS[0]!, asked), { use: 'first' });
  const { plan } = await hierarchical({ macro: predictiveSampling({ samples: 4 }), primitive }).solve(lifted, {
    key: key(0),
  });
  expect(asked[0]![0].embeddings).toBe(embeddings);
  expect([...plan.slice(0, 4)]).toEqual(TARGETS[0]);
});
