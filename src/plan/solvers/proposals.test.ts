// Proposals among the candidates of sampling solvers.
// Legend: B tasks, k proposals, S candidates, H steps, D numbers per step.

import { describe, expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import type { PlanProblem } from '../problem.ts';
import type { Proposals, SolveOptions, Solver } from '../solver.ts';
import { categoricalCem } from './categorical-cem.ts';
import { cem } from './cem.ts';
import { gradient } from './gradient.ts';
import { hierarchical } from './hierarchical.ts';
import { icem } from './icem.ts';
import { lagrangian } from './lagrangian.ts';
import { mppi } from './mppi.ts';
import { projectedGradient } from './projected-gradient.ts';
import { predictiveSampling, randomShooting } from './sampling.ts';
import { quadratic } from './solver.law.ts';

const TARGETS = [
  [0.5, -1, 1, 0.25],
  [-0.75, 0, 0.75, 1],
];
const BOX = { kind: 'box', low: -2, high: 2 } as const;

const SOLVERS: readonly (readonly [name: string, make: () => Solver])[] = [
  ['cem', () => cem({ samples: 32, elites: 8, iterations: 3, constraint: BOX })],
  ['icem', () => icem({ samples: 32, elites: 8, iterations: 3, constraint: BOX })],
  ['mppi', () => mppi({ samples: 32, elites: 8, iterations: 3, constraint: BOX })],
  ['predictive-sampling', () => predictiveSampling({ samples: 32, iterations: 3, constraint: BOX })],
  ['random-shooting', () => randomShooting({ samples: 32, low: -2, high: 2 })],
];

/** The candidates of every iteration, [iteration][B * S][L]. */
async function candidatesOf(solver: Solver, problem: PlanProblem, options: SolveOptions): Promise<number[][][]> {
  const length = problem.horizon * problem.actionDim;
  const seen: number[][][] = [];
  await solver.solve(problem, {
    ...options,
    onIteration({ candidates }) {
      seen.push(
        Array.from({ length: candidates.length / length }, (_, row) => [
          ...candidates.subarray(row * length, (row + 1) * length),
        ]),
      );
    },
  });
  return seen;
}

/** Two proposals for each of two tasks, which no draw could be. */
const PLANS = Float32Array.from({ length: 2 * 2 * 4 }, (_, i) => (i + 1) / 16);
const rowOf = (task: number, j: number): number[] => [...PLANS.subarray((task * 2 + j) * 4, (task * 2 + j + 1) * 4)];
const proposing = (use: Proposals['use'], more: Partial<Proposals> = {}): SolveOptions => ({
  key: key(1),
  proposals: { plans: PLANS, use, ...more },
});

describe.each(SOLVERS)('%s', (name, make) => {
  const S = 32;
  const problem = quadratic(TARGETS, 2);

  test('no proposals, and none of them, are bitwise the same', async () => {
    for (const init of [undefined, Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1)]) {
      const options = { key: key(3), ...(init && { init }) };
      const none = { plans: new Float32Array(0), use: 'every' } as const;
      expect(await make().solve(problem, { ...options, proposals: none })).toEqual(
        await make().solve(problem, options),
      );
    }
  });

  test('proposals are candidates after the mean, of the first iteration or of every one', async () => {
    for (const use of ['first', 'every'] as const) {
      for (const [iteration, candidates] of (await candidatesOf(make(), problem, proposing(use))).entries()) {
        const there = use === 'every' || iteration === 0;
        for (const task of [0, 1])
          for (const j of [0, 1]) {
            if (there) expect(candidates[task * S + 1 + j]).toEqual(rowOf(task, j));
            else expect(candidates[task * S + 1 + j]).not.toEqual(rowOf(task, j));
          }
      }
    }
  });

  test('the other candidates of the first iteration are what they were', async () => {
    const [before] = await candidatesOf(make(), problem, { key: key(1) });
    const [after] = await candidatesOf(make(), problem, proposing('first'));
    for (let row = 0; row < 2 * S; row++) {
      if (row % S === 1 || row % S === 2) continue;
      expect(after![row]).toEqual(before![row]);
    }
  });

  test('proposals and a start among them keep the box', async () => {
    const plans = new Float32Array(16).fill(9);
    const options = proposing('every', { plans, init: 'mean' });
    const seen = await candidatesOf(make(), problem, options);
    expect(Math.max(...seen.flat(2))).toBeLessThanOrEqual(2);
    expect(seen[0]![1]).toEqual([2, 2, 2, 2]);
    expect(PLANS[0]).toBe(1 / 16);
    expect(plans).toEqual(new Float32Array(16).fill(9));
  });

  test("init 'mean' starts at proposal 0, whatever the warm start is", async () => {
    const init = new Float32Array(8).fill(-1);
    const [kept] = await candidatesOf(make(), problem, { ...proposing('first'), init });
    const [moved] = await candidatesOf(make(), problem, { ...proposing('first', { init: 'mean' }), init });
    for (const task of [0, 1]) {
      expect(kept![task * S]).toEqual([-1, -1, -1, -1]);
      expect(moved![task * S]).toEqual(rowOf(task, 0));
    }
  });

  test('a proposal equal to the optimum is returned within one deviation, far outside of what is drawn', async () => {
    // A hole of radius 0.3 five deviations away in a cost that is flat everywhere else: without a proposal nothing leads to it.
    const far = [1.9, -1.9, 1.9, -1.9];
    const hole: PlanProblem = {
      ...problem,
      tasks: 1,
      cost: (candidates, samples) =>
        Float32Array.from({ length: samples }, (_, s) => {
          const square = far.reduce((sum, f, i) => sum + (candidates[s * 4 + i]! - f) ** 2, 0);
          return Math.min(1, square / 0.3 ** 2);
        }),
    };
    const solver = {
      cem: cem({ samples: 32, elites: 4, iterations: 12, initialStd: 0.4 }),
      icem: icem({ samples: 32, elites: 4, iterations: 12, initialStd: 0.4 }),
      mppi: mppi({
        samples: 32,
        elites: 4,
        iterations: 12,
        initialStd: 0.4,
        temperature: { convention: 'divisive', value: 0.1 },
      }),
      'predictive-sampling': predictiveSampling({ samples: 32, iterations: 12, noiseScale: 0.4 }),
      'random-shooting': randomShooting({ samples: 32, low: -2, high: 2 }),
    }[name]!;
    const away = async (options: SolveOptions): Promise<number> => {
      const { plan } = await solver.solve(hole, options);
      return Math.max(...far.map((f, i) => Math.abs(plan[i]! - f)));
    };
    expect(await away({ key: key(2) })).toBeGreaterThan(0.4);
    const plans = Float32Array.from(far);
    expect(await away({ key: key(2), proposals: { plans, use: 'every' } })).toBeLessThan(0.4);
  });

  test('proposals that cannot be are refused with their numbers', async () => {
    const solve = (proposals: Proposals) => make().solve(problem, { key: key(0), proposals });
    await expect(solve({ plans: new Float32Array(12), use: 'first' })).rejects.toThrow(
      /\[tasks, k, horizon, actionDim\] = \[2, k, 2, 2\], got 12 numbers/,
    );
    const broken = PLANS.slice();
    broken[9] = Number.NaN;
    await expect(solve({ plans: broken, use: 'first' })).rejects.toThrow(/must be finite, got NaN for task 1/);
    await expect(solve({ plans: new Float32Array(8 * 32), use: 'first' })).rejects.toThrow(/at most 31 .* got 32/);
    await expect(solve({ plans: new Float32Array(0), use: 'first', init: 'mean' })).rejects.toThrow(
      /init 'mean' .* got none/,
    );
    await expect(solve({ plans: PLANS, use: 'first', std: 0.1 })).rejects.toThrow(/std .* needs init 'mean'/);
  });
});

test('the first deviation around proposal 0 is the one that was given, per number of a block', async () => {
  const options: SolveOptions = {
    ...proposing('first', { init: 'mean', std: [0.5, 0.25] }),
    noise: (_, out) => out.fill(1),
  };
  const [candidates] = await candidatesOf(
    cem({ samples: 4, elites: 2, iterations: 1 }),
    quadratic(TARGETS, 2),
    options,
  );
  expect(candidates![3]).toEqual(rowOf(0, 0).map((v, i) => v + (i % 2 === 0 ? 0.5 : 0.25)));
  const shooting = randomShooting({ samples: 4, low: -1, high: 1 });
  const given = proposing('first', { init: 'mean', std: 0.5 });
  await expect(shooting.solve(quadratic(TARGETS, 2), given)).rejects.toThrow(/std .* draws around a mean/);
  await expect(cem().solve(quadratic(TARGETS, 2), proposing('first', { init: 'mean', std: 0 }))).rejects.toThrow(
    /proposals.std must be positive, got 0/,
  );
});

test('the elites that iCEM is offered and those that it keeps come after the proposals', async () => {
  const solver = icem({ samples: 8, elites: 3, iterations: 2, keptElites: 2, momentum: 0 });
  const elites = [Float32Array.of(7, 7, 7, 7), Float32Array.of(8, 8, 8, 8)];
  const [first, second] = await candidatesOf(solver, quadratic(TARGETS, 2), { ...proposing('every'), elites });
  expect(first!.slice(1, 4)).toEqual([rowOf(0, 0), rowOf(0, 1), [7, 7, 7, 7]]);
  expect(first![8 + 3]).toEqual([8, 8, 8, 8]);
  const square = (row: readonly number[]): number => row.reduce((sum, v, i) => sum + (v - TARGETS[0]![i]!) ** 2, 0);
  const best = first!.slice(0, 8).sort((a, b) => square(a) - square(b));
  expect(second!.slice(1, 5)).toEqual([rowOf(0, 0), rowOf(0, 1), best[0], best[1]]);
});

test('proposals that would leave no room in the smallest population of iCEM are refused', async () => {
  const solver = icem({ samples: 20, elites: 4, iterations: 9, keptElites: 3, populationDecay: 2 });
  const plans = (k: number): Proposals => ({ plans: new Float32Array(2 * k * 4), use: 'every' });
  await solver.solve(quadratic(TARGETS, 2), { key: key(0), proposals: plans(4) });
  await expect(solver.solve(quadratic(TARGETS, 2), { key: key(0), proposals: plans(5) })).rejects.toThrow(
    /at most 4 proposals .* got 5/,
  );
});

test('the primitive level of a hierarchy takes the proposals', async () => {
  const problem = quadratic(TARGETS, 2);
  const solver = hierarchical({ macro: cem({ samples: 8, elites: 2, iterations: 1 }), primitive: SOLVERS[0]![1]() });
  const lifted = { ...problem, hierarchy: { macro: quadratic([[0], [0]], 1), towards: () => problem } };
  const [first] = await candidatesOf(solver, lifted, proposing('first'));
  expect(first![1]).toEqual(rowOf(0, 0));
  expect(solver.sampling?.samples).toBe(32);
});

test.each([
  ['gradient', gradient()],
  ['projected-gradient', projectedGradient({ categories: 2 })],
  ['lagrangian', lagrangian()],
  ['categorical-cem', categoricalCem({ categories: 2 })],
] as const)('%s refuses proposals and says what takes them', async (name, solver) => {
  expect(solver.sampling).toBeUndefined();
  await expect(solver.solve(quadratic(TARGETS, 2), proposing('first'))).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringMatching(new RegExp(`^${name}: it takes no proposals; plan with cem, icem`)),
  });
});

test.each([
  ['mppi', mppi()],
  ['gradient', gradient()],
  ['projected-gradient', projectedGradient({ categories: 2 })],
  ['lagrangian', lagrangian()],
] as const)('%s refuses costs that depend on a candidate’s rivals, with a remedy', async (name, solver) => {
  const relative = { ...quadratic(TARGETS, 2), absolute: false };
  await expect(solver.solve(relative, { key: key(0) })).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringMatching(new RegExp(`^${name}: .*quadratic depends on them.*plan with cem, icem`)),
  });
});

test('solvers that only rank candidates take such costs', async () => {
  const relative = { ...quadratic(TARGETS, 2), absolute: false };
  for (const [name, make] of SOLVERS) {
    if (name === 'mppi') continue;
    expect((await make().solve(relative, { key: key(0) })).plan).toHaveLength(8);
  }
});
