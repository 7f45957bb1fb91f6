import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { type MppiOptions, mppi, mppiVariants } from './mppi.ts';
import { quadratic, spoiled } from './solver.law.ts';

/** One update with candidates 1, 2 and 4 around the warm start 1 and costs 1, 4 and 16. */
async function update(options: MppiOptions): Promise<{ plan: number; weights: readonly number[]; std: number }> {
  let [weights, std]: [readonly number[], number] = [[], 0];
  const { plan } = await mppi({ samples: 3, elites: 3, iterations: 1, includeMean: false, ...options }).solve(
    quadratic([[0]], 1),
    {
      key: key(0),
      init: Float32Array.of(1),
      noise: (_, out) => out.set([0, 1, 3]),
      onIteration(step) {
        weights = [...step.weights!];
        std = step.std[0]!;
      },
    },
  );
  return { plan: plan[0]!, weights, std };
}

/** exp(-energy), normalised. */
function softmax(energy: readonly number[]): number[] {
  const raw = energy.map((e) => Math.exp(-e));
  return raw.map((r) => r / raw.reduce((a, b) => a + b, 0));
}

function expectNear(got: readonly number[], want: readonly number[]): void {
  expect(got).toHaveLength(want.length);
  for (const [i, value] of want.entries()) expect(got[i]).toBeCloseTo(value, 6);
}

test('divisive divides the cost difference by the temperature', async () => {
  const { weights, plan } = await update({ temperature: { convention: 'divisive', value: 5 } });
  const want = softmax([0, 3 / 5, 15 / 5]);
  expectNear(weights, want);
  expect(plan).toBeCloseTo(want[0]! + 2 * want[1]! + 4 * want[2]!, 6);
});

test('multiplicative multiplies it', async () => {
  const { weights } = await update({ temperature: { convention: 'multiplicative', value: 0.2 } });
  expectNear(weights, softmax([0, 3 * 0.2, 15 * 0.2]));
});

test('lambda divides, and adds the control cost lambda U eps / sigma^2', async () => {
  // U = 1, eps = 0, 1, 3, sigma = 1: costs 1, 4 + lambda, 16 + 3 lambda.
  const { weights } = await update({ temperature: { convention: 'lambda', value: 5 }, elites: 'all' });
  expectNear(weights, softmax([0, (3 + 5) / 5, (15 + 15) / 5]));
});

test('under lambda the noise is what the constraint leaves, so equal candidates have equal weights', async () => {
  const { weights } = await update({
    temperature: { convention: 'lambda', value: 5 },
    elites: 'all',
    constraint: { kind: 'box', low: -2, high: 2 },
  });
  expect(weights[1]).toBe(weights[2]);
});

test('the refitted deviation is weighted and biased, and otherwise it stays', async () => {
  const temperature = { convention: 'divisive', value: 5 } as const;
  const { plan, weights, std } = await update({ temperature, refitStd: true });
  const variance = [1, 2, 4].reduce((sum, x, e) => sum + weights[e]! * (x - plan) ** 2, 0);
  expect(std).toBeCloseTo(Math.sqrt(variance), 6);
  expect((await update({ temperature })).std).toBe(1);
});

test("EB-JEPA's temperature is nearly uniform over its elites, stable-worldmodel's is not", async () => {
  const flat = await update({ temperature: mppiVariants['eb-jepa'].temperature! });
  for (const w of flat.weights) expect(Math.abs(w - 1 / 3)).toBeLessThan(0.02);
  const sharp = await update({ temperature: mppiVariants.swm.temperature! });
  expect(sharp.weights[0]).toBeGreaterThan(0.99);
});

test('a drawn elite is a candidate, with its own cost, drawn as often as its weight says', async () => {
  const solver = mppi({
    samples: 4,
    elites: 2,
    iterations: 1,
    includeMean: false,
    plan: 'drawn-elite',
    temperature: { convention: 'divisive', value: 3 },
  });
  const tasks = 400;
  const { plan, cost } = await solver.solve(quadratic(Array<number[]>(tasks).fill([0]), 1), {
    key: key(0),
    noise: (_, out) => {
      for (let i = 0; i < out.length; i++) out[i] = [1, 2, 5, 6][i % 4]!;
    },
  });
  expect(plan.every((value, task) => (value === 1 || value === 2) && cost[task] === value ** 2)).toBe(true);
  // The weight of the first is 1 / (1 + exp(-1)) = 0.731; three deviations of 400 draws are 0.067.
  expect(Math.abs(plan.filter((value) => value === 1).length / tasks - 0.731)).toBeLessThan(0.067);
});

test('a start from the noise has its deviation and gives way to a warm start', async () => {
  const problem = quadratic([Array<number>(500).fill(0)], 500);
  const first = async (init?: Float32Array): Promise<Float32Array> => {
    let mean = new Float32Array(0);
    await mppi({ samples: 2, elites: 1, iterations: 1, initialStd: 3, start: 'noise', includeMean: true }).solve(
      problem,
      {
        key: key(0),
        ...(init && { init }),
        noise: (_, out) => out.fill(1e4),
        onIteration: (step) => {
          mean = step.candidates.slice(0, 500);
        },
      },
    );
    return mean;
  };
  const start = await first();
  expect(Math.sqrt(start.reduce((sum, x) => sum + x * x, 0) / 500)).toBeCloseTo(3, 0);
  expect((await first(new Float32Array(500).fill(2))).every((x) => x === 2)).toBe(true);
});

test('costs that are not finite get no weight', async () => {
  const problem = spoiled(quadratic([[0]], 1), (cost) => cost.fill(Number.NaN, 0, 1));
  const { plan, iterations } = await mppi({ samples: 2, elites: 'all', iterations: 1, includeMean: false }).solve(
    problem,
    { key: key(0), noise: (_, out) => out.set([0, 3]) },
  );
  expect(plan[0]).toBe(3);
  expect(iterations[0]!.nonFinite).toBe(1);
});

test('temperatures that are not positive, and a drawn elite without elites, are refused', () => {
  expect(() => mppi({ temperature: { convention: 'divisive', value: 0 } })).toThrow(/positive, got 0/);
  expect(() => mppi({ elites: 'all', plan: 'drawn-elite' })).toThrow(/number of elites/);
});
