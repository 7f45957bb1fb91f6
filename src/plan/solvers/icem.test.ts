import { expect, test } from 'vitest';
import { key, normal } from '../../core/index.ts';
import { shiftPlans } from '../solver.ts';
import { colour } from './coloured-noise.ts';
import { icem } from './icem.ts';
import { quadratic } from './solver.law.ts';

/** Correlation of neighbouring steps, over rows of noise [N, H]. */
function neighbours(noise: Float32Array, horizon: number): number {
  let [product, square] = [0, 0];
  for (let i = 0; i < noise.length; i++) {
    square += noise[i]! ** 2;
    if (i % horizon < horizon - 1) product += noise[i]! * noise[i + 1]!;
  }
  return product / square;
}

const white = (): Float32Array => normal(key(1), new Float32Array(2000 * 12));

test('colour makes neighbouring steps alike, the more the larger beta is', () => {
  const correlation = [0, 1, 2, 4].map((beta) => {
    const noise = white();
    colour(noise, 12, 1, beta);
    return neighbours(noise, 12);
  });
  expect(Math.abs(correlation[0]!)).toBeLessThan(0.1);
  for (const i of [1, 2, 3]) expect(correlation[i]).toBeGreaterThan(correlation[i - 1]! + 0.05);
});

test('white noise stays what it is up to its deviation over time', () => {
  const noise = Float32Array.of(1, -2, 4, 5);
  colour(noise, 4, 1, 0);
  // Mean 2, squared deviations 1 + 16 + 4 + 9 = 30, unbiased variance 10.
  for (const [i, value] of [1, -2, 4, 5].entries()) expect(noise[i]).toBeCloseTo(value / Math.sqrt(10), 6);
});

test('a frequency is scaled by f^(-beta/2), the mean like the lowest one', () => {
  // Over 4 steps: mean 1, one cosine of frequency 1/4 (1, 0, -1, 0) and one of 1/2 (1, -1, 1, -1).
  const noise = Float32Array.of(3, 0, 1, 0);
  colour(noise, 4, 1, 2);
  // Factors 4, 4 and 2, so 4 + 4 + 2, 4 - 2, 4 - 4 + 2, 4 - 2 up to a scale.
  for (const [i, value] of [10, 2, 2, 2].entries()) expect(noise[i]! / noise[1]!).toBeCloseTo(value / 2, 5);
});

test('each dimension is coloured along time on its own, and a single step is left alone', () => {
  const noise = Float32Array.of(3, 7, 0, 7, 1, 9, 0, 9);
  const alone = Float32Array.of(3, 0, 1, 0);
  colour(noise, 4, 2, 1);
  colour(alone, 4, 1, 1);
  for (const i of [0, 1, 2, 3]) expect(noise[2 * i]).toBeCloseTo(alone[i]!, 6);
  const single = Float32Array.of(3, -1);
  colour(single, 1, 2, 2);
  expect([...single]).toEqual([3, -1]);
});

test('the population shrinks by gamma down to twice the elites', async () => {
  const sizes: number[] = [];
  const problem = quadratic([[0]], 1);
  await icem({ samples: 40, elites: 10, iterations: 5, populationDecay: 1.25 }).solve(
    {
      ...problem,
      cost(candidates, samples) {
        sizes.push(samples);
        return problem.cost(candidates, samples);
      },
    },
    { key: key(0) },
  );
  expect(sizes).toEqual([40, 32, 25, 20, 20]);
});

test('the cheapest candidates of an iteration are candidates of the next, after the mean', async () => {
  const seen: number[][] = [];
  const problem = quadratic([[0]], 1);
  await icem({ samples: 4, elites: 2, iterations: 2, keptElites: 2, momentum: 0 }).solve(
    {
      ...problem,
      cost(candidates, samples) {
        seen.push([...candidates]);
        return problem.cost(candidates, samples);
      },
    },
    { key: key(0), init: Float32Array.of(10), noise: (_, out) => out.set([0, -8, 3, -6]) },
  );
  // Candidates 10 (the mean), 2, 13, 4: elites 2 and 4, mean 3.
  expect(seen[0]).toEqual([10, 2, 13, 4]);
  expect(seen[1]!.slice(0, 3)).toEqual([3, 2, 4]);
});

test('elites of the last solve, shifted, are tried first', async () => {
  const solver = icem({ samples: 20, elites: 4, iterations: 3, keptElites: 2 });
  const first = await solver.solve(quadratic([[1, 2, 3]], 3), { key: key(0) });
  const elites = first.elites!.map((plans) => shiftPlans(plans, 3, 1, 1));
  expect(first.elites![0]).toHaveLength(6);
  let candidates = new Float32Array(0);
  await icem({ samples: 20, elites: 4, iterations: 1 }).solve(quadratic([[2, 3, 0]], 3), {
    key: key(1),
    elites,
    onIteration: (step) => {
      candidates = step.candidates.slice();
    },
  });
  expect(candidates.slice(3, 9)).toEqual(elites[0]);
  expect([...elites[0]!.slice(0, 3)]).toEqual([...first.elites![0]!.slice(1, 3), 0]);
});

test('elites of the wrong size, and sizes that cannot be, are refused with their numbers', async () => {
  await expect(icem().solve(quadratic([[1, 2, 3]], 3), { key: key(0), elites: [new Float32Array(4)] })).rejects.toThrow(
    /plans of 3 numbers.*list 0 with 4/,
  );
  expect(() => icem({ elites: 10, keptElites: 11 })).toThrow(/at most elites = 10.*got 11/);
  expect(() => icem({ populationDecay: 0.5 })).toThrow(/populationDecay at least 1.*0.5/);
  expect(() => shiftPlans(new Float32Array(6), 3, 1, 4)).toThrow(/steps 0 to 3, got 6 numbers and 4 steps/);
});

test('along steps, the actions within a block are coloured as one line of all blocks', async () => {
  const seen: Float32Array[] = [];
  const [H, F] = [3, 4];
  const noise = (_: number, out: Float32Array): void => void normal(key(2), out);
  const problem = {
    tasks: 1,
    horizon: H,
    actionDim: 2 * F,
    cost: (plans: Float32Array, S: number) => {
      seen.push(plans.slice());
      return new Float32Array(S).map((_, i) => i);
    },
  };
  const once = { samples: 5, elites: 3, iterations: 1, noiseBeta: 3 };
  await icem({ ...once, blockSteps: F }).solve(problem, { key: key(0), noise });
  const line = normal(key(2), new Float32Array(5 * H * F * 2));
  colour(line, H * F, 2, 3);
  const size = H * F * 2;
  expect([...seen[0]!.subarray(size)]).toEqual([...line.subarray(size)]);
  await expect(icem({ ...once, blockSteps: 3 }).solve(problem, { key: key(0) })).rejects.toThrow(
    /whole actions of blockSteps/,
  );
});
