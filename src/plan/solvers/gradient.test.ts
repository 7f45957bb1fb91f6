import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import type { PlanLimit, PlanProblem } from '../problem.ts';
import { gradient, gradientVariants } from './gradient.ts';
import { type LagrangianOptions, lagrangian } from './lagrangian.ts';
import { quadratic, spoiled } from './solver.law.ts';

test('one step of size 1/2 lands on the optimum of |x - target|^2', async () => {
  const { plan, cost } = await gradient({ iterations: 1, descent: { kind: 'sgd', lr: 0.5 } }).solve(
    quadratic([[3, -4]], 2),
    { key: key(0) },
  );
  expect([...plan]).toEqual([3, -4]);
  expect(cost[0]).toBe(0);
});

test("Adam's first step has length lr in every number, whatever the gradient's size", async () => {
  const { plan } = await gradient({ iterations: 1, descent: { kind: 'adam', lr: 0.1 } }).solve(
    quadratic([[3, -400]], 2),
    { key: key(0) },
  );
  expect(plan[0]).toBeCloseTo(0.1, 6);
  expect(plan[1]).toBeCloseTo(-0.1, 6);
});

test('AdamW shrinks the plan by lr * decay besides', async () => {
  const init = Float32Array.of(2, 2);
  const descent = { kind: 'adamw', lr: 0.1, weightDecay: 0.5 } as const;
  const { plan } = await gradient({ iterations: 1, descent }).solve(quadratic([[3, 3]], 2), { key: key(0), init });
  expect(plan[0]).toBeCloseTo(2 * 0.95 + 0.1, 6);
});

test('momentum carries the last step on', async () => {
  const descent = { kind: 'sgd', lr: 0.25, momentum: 0.5 } as const;
  const { plan } = await gradient({ iterations: 2, descent }).solve(quadratic([[8]], 1), { key: key(0) });
  // Gradient -16: x = 4; then -8 and velocity -16 / 2 - 8 = -16: x = 8.
  expect(plan[0]).toBe(8);
});

test('a clipped gradient has the given length per candidate, or over the whole batch', async () => {
  const problem = quadratic(
    [
      [3, 4],
      [30, 40],
    ],
    2,
  );
  const after = async (over: 'candidate' | 'batch') =>
    (
      await gradient({ iterations: 1, descent: { kind: 'sgd', lr: 1 }, clip: { norm: 1, over } }).solve(problem, {
        key: key(0),
      })
    ).plan;
  const [own, shared] = [await after('candidate'), await after('batch')];
  for (const task of [0, 2]) expect(Math.hypot(own[task]!, own[task + 1]!)).toBeCloseTo(1, 5);
  expect(Math.hypot(...shared)).toBeCloseTo(1, 5);
});

test('the cheapest of the parallel plans is returned', async () => {
  // A double well (x^2 - 1)^2 + x / 4: the left well is deeper; from 1 the descent stays in the right one.
  const well: PlanProblem = {
    tasks: 1,
    horizon: 1,
    actionDim: 1,
    cost: (x) => x.map((v) => (v * v - 1) ** 2 + v / 4),
    costAndGradient: (x) => ({
      cost: x.map((v) => (v * v - 1) ** 2 + v / 4),
      gradient: x.map((v) => 4 * v * (v * v - 1) + 0.25),
    }),
  };
  const solve = async (samples: number) =>
    (
      await gradient({ samples, iterations: 200, descent: { kind: 'sgd', lr: 0.05 } }).solve(well, {
        key: key(0),
        init: Float32Array.of(1),
        noise: (_, out) => out.set([0, -2, 0.1].slice(0, samples)),
      })
    ).plan[0]!;
  expect(await solve(1)).toBeGreaterThan(0.9);
  expect(await solve(3)).toBeLessThan(-0.9);
});

test('a plan whose cost or gradient is not finite never wins and is counted', async () => {
  const spoil = spoiled(quadratic([[1]], 1), (cost, iteration) => {
    if (iteration === 0) cost[0] = Number.NaN;
  });
  const { plan, iterations } = await gradient({ samples: 2, iterations: 1, descent: { kind: 'sgd', lr: 0.5 } }).solve(
    spoil,
    { key: key(0), noise: (_, out) => out.set([0, 5]) },
  );
  expect(iterations[0]!.nonFinite).toBe(1);
  expect(plan[0]).toBe(1);
  const infinite: PlanProblem = {
    ...quadratic([[1]], 1),
    costAndGradient: (x) => ({ cost: new Float32Array(x.length), gradient: x.map(() => Number.POSITIVE_INFINITY) }),
  };
  await expect(gradient().solve(infinite, { key: key(0) })).rejects.toThrow(/task 0 in iteration 0/);
});

test('a problem without a gradient, a gradient of the wrong size and a bad rate are refused', async () => {
  const { costAndGradient, ...flat } = quadratic([[1]], 1);
  await expect(gradient().solve(flat, { key: key(0) })).rejects.toThrow(/quadratic must have costAndGradient/);
  const short = { ...flat, costAndGradient: () => ({ cost: new Float32Array(1), gradient: new Float32Array(2) }) };
  await expect(gradient().solve(short, { key: key(0) })).rejects.toThrow(/per number of the candidates, 1, got 2/);
  const still = gradient({ descent: { kind: 'sgd', lr: 0 } });
  await expect(still.solve(quadratic([[1]], 1), { key: key(0) })).rejects.toThrow(/lr must be positive, got 0/);
});

test('published settings start where their code does', async () => {
  const start = async (name: keyof typeof gradientVariants) => {
    let first = 0;
    await gradient({ ...gradientVariants[name], iterations: 1 }).solve(quadratic([[0]], 1), {
      key: key(0),
      noise: (_, out) => out.fill(0.5),
      onIteration: ({ iteration, candidates }) => {
        if (iteration === 0) first = candidates[0]!;
      },
    });
    return first;
  };
  expect(await start('dino-wm')).toBe(0.5);
  expect(await start('swm-sgd')).toBe(0);
});

/** sum of squares - most <= 0. */
function effort(most: number, length: number): PlanLimit {
  return {
    name: 'effort',
    evaluate: (x) => ({
      cost: Float32Array.from({ length: x.length / length }, (_, row) => {
        const own = x.subarray(row * length, (row + 1) * length);
        return own.reduce((sum, v) => sum + v * v, 0) - most;
      }),
      gradient: x.map((v) => 2 * v),
    }),
  };
}

const careful: LagrangianOptions = {
  innerSteps: 60,
  outerSteps: 10,
  rhoMax: 16,
  descent: { kind: 'sgd', lr: 0.004, momentum: 0.8 },
};

test('under sum x^2 <= 1 the plan is the projection of the target, and its multiplier is |target| - 1', async () => {
  const problem = {
    ...quadratic(
      [
        [3, 4],
        [0.3, 0.4],
      ],
      2,
    ),
    limits: [effort(1, 2)],
  };
  const { plan, multipliers } = await lagrangian(careful).solve(problem, { key: key(0) });
  for (const [i, value] of [0.6, 0.8, 0.3, 0.4].entries()) expect(Math.abs(plan[i]! - value)).toBeLessThan(0.01);
  // 2 (x - t) + lambda 2 x = 0 at x = t / |t| gives lambda = |t| - 1; an idle limit costs nothing.
  expect(Math.abs(multipliers![0]! - 4)).toBeLessThan(0.1);
  expect(multipliers![1]).toBe(0);
});

test('equality is two limits', async () => {
  const line = (sign: number): PlanLimit => ({
    name: `sum = 1, side ${sign}`,
    evaluate: (x) => ({
      cost: Float32Array.from({ length: x.length / 2 }, (_, row) => sign * (x[2 * row]! + x[2 * row + 1]! - 1)),
      gradient: x.map(() => sign),
    }),
  });
  const problem = { ...quadratic([[2, 1]], 2), limits: [line(1), line(-1)] };
  const { plan } = await lagrangian(careful).solve(problem, { key: key(0) });
  // The nearest point of the line to (2, 1).
  expect(plan[0]).toBeCloseTo(1, 2);
  expect(plan[1]).toBeCloseTo(0, 2);
});

test('a feasible plan is preferred to a cheaper one, unless asked otherwise', async () => {
  const problem = { ...quadratic([[3]], 1), limits: [effort(1, 1)] };
  const noise = (_: number, out: Float32Array): void => out.set([0, 3]);
  const still = { samples: 2, innerSteps: 1, outerSteps: 1, descent: { kind: 'sgd', lr: 1e-9 } } as const;
  const solve = async (choose: 'feasible' | 'cost') =>
    (await lagrangian({ ...still, choose }).solve(problem, { key: key(0), noise })).plan[0]!;
  expect(await solve('feasible')).toBeCloseTo(0, 5);
  expect(await solve('cost')).toBeCloseTo(3, 5);
});

test('a limit of the wrong size, or that is never finite, is refused by name', async () => {
  const solve = (limit: PlanLimit) => lagrangian().solve({ ...quadratic([[3]], 1), limits: [limit] }, { key: key(0) });
  const gradientOf = (x: Float32Array): Float32Array => x.slice();
  await expect(
    solve({ name: 'short', evaluate: (x) => ({ cost: new Float32Array(2), gradient: gradientOf(x) }) }),
  ).rejects.toThrow(/'short' must return one number per plan, 1, got 2/);
  await expect(
    solve({ name: 'nan', evaluate: (x) => ({ cost: Float32Array.of(Number.NaN), gradient: gradientOf(x) }) }),
  ).rejects.toThrow(/quadratic must be finite .* task 0 in iteration 0/);
});
