// The high level's laws. Legend: N chunks, K blocks of the longest chunk, A numbers per block, M of a macro-action, D width,
// E tasks, S samples, H macro-actions of a plan, B samples, W waypoints.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { traceJepa } from '../../jepa/index.ts';
import { initialise, type ModelValues } from '../../nn/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { constant, type HostArray, input, type Tensor } from '../../tensor/index.ts';
import {
  type Hierarchy,
  type HierarchyConfig,
  hierarchy,
  hierarchyDynamics,
  hierarchyMethod,
  type MacroCost,
  priorDivergence,
} from '../index.ts';

const [D, A, M, K] = [5, 2, 3, 4] as const;
const TINY: HierarchyConfig = {
  dim: D,
  actionDim: A,
  macroDim: M,
  maxBlocks: K,
  encoderWidths: [6],
  predictor: { width: 8, depth: 2 },
  minStd: 0.05,
  energy: 'l1',
  weights: { rollout: 0.5, prior: 0.01 },
};
const values = shaken(hierarchy(TINY));

const run = (
  trace: (m: Hierarchy) => Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, HostArray>>,
  given: ModelValues = values,
  mode: 'train' | 'eval' = 'eval',
): Promise<Record<string, Float32Array>> => runModule(hierarchy(TINY), mode, trace, { values: given, inputs });

/** Chunks of the given lengths: equal blocks for equal seeds, `filler` in padded rows. */
function chunksOf(lengths: readonly number[], seed: number, filler: (i: number) => number): Float32Array {
  const blocks = gaussian(lengths.length * K * A, seed);
  return Float32Array.from({ length: lengths.length * K * (A + 1) }, (_, i) => {
    const [row, number] = [Math.floor(i / (A + 1)), i % (A + 1)];
    const real = row % K < lengths[Math.floor(row / K)]!;
    if (number === A) return real ? 1 : 0;
    return real ? blocks[row * A + number]! : filler(i);
  });
}
const posterior = async (chunks: Float32Array) =>
  run((m) => ({ ...m.posterior(input('chunks', [chunks.length / (K * (A + 1)), K, A + 1])) }), { chunks });

test('what padded rows hold does not change a macro-action', async () => {
  const lengths = [1, 2, 3, 4];
  const zeros = await posterior(chunksOf(lengths, 1, () => 0));
  const noise = await posterior(chunksOf(lengths, 1, (i) => 3 + Math.sin(i)));
  expect(distance(noise.mean!, zeros.mean!)).toBe(0);
  expect(distance(noise.std!, zeros.std!)).toBe(0);
});

test('to do nothing for longer is another macro-action', async () => {
  const idle = (length: number) =>
    Float32Array.from({ length: K * (A + 1) }, (_, i) => (i % (A + 1) === A && i < length * (A + 1) ? 1 : 0));
  const { mean } = await posterior(Float32Array.of(...idle(1), ...idle(4)));
  expect(distance(mean!.subarray(0, M), mean!.subarray(M))).toBeGreaterThan(1e-3);
});

test('training draws mean + std * N(0, 1), evaluation gives the mean', async () => {
  const N = 400;
  const one = chunksOf([3], 2, () => 0);
  const chunks = Float32Array.from({ length: N * one.length }, (_, i) => one[i % one.length]!);
  const trace = (m: Hierarchy) => {
    const x = input('chunks', [N, K, A + 1]);
    return { drawn: m.encode(x), ...m.posterior(x) };
  };
  const { drawn, mean, std } = await run(trace, { chunks }, values, 'train');
  expect(Math.min(...std!)).toBeGreaterThan(TINY.minStd);
  const z = drawn!.map((value, i) => (value - mean![i]!) / std![i]!);
  const average = z.reduce((a, b) => a + b, 0) / z.length;
  expect(Math.abs(average)).toBeLessThan(4 / Math.sqrt(z.length));
  expect(Math.abs(z.reduce((a, b) => a + b * b, 0) / z.length - 1)).toBeLessThan(4 * Math.sqrt(2 / z.length));
  expect((await run(trace, { chunks })).drawn).toEqual(mean);
});

test('the divergence from the prior is that of two normal distributions', async () => {
  const given = (numbers: readonly number[]) => constant(Float32Array.from(numbers), [2, 2], 'f32');
  const { kl } = await run(
    () => ({ kl: priorDivergence({ mean: given([0, 0, 1, -2]), std: given([1, 1, 2, 0.5]) }) }),
    {},
  );
  expect(kl![0]).toBeCloseTo(0, 6);
  // (1 + 4 - 1) / 2 - ln 2 and (4 + 0.25 - 1) / 2 + ln 2.
  expect(kl![1]).toBeCloseTo(2 + 1.625, 5);
});

test('a fresh high level predicts that nothing changes', async () => {
  const z = gaussian(6 * D, 3);
  const { next } = await run(
    (m) => ({ next: m.predict(input('z', [6, D]), input('l', [6, M])) }),
    { z, l: gaussian(6 * M, 4) },
    initialise(hierarchy(TINY), key(0)),
  );
  expect(next).toEqual(z);
});

const [E, S, H] = [2, 3, 4] as const;
test('a rollout is the predictor step by step', async () => {
  const [z, plans] = [gaussian(E * D, 5), gaussian(E * S * H * M, 6)];
  const { all } = await run((m) => ({ all: m.rollout(input('z', [E, D]), input('plans', [E, S, H, M])) }), {
    z,
    plans,
  });
  for (let e = 0; e < E; e++) {
    for (let s = 0; s < S; s++) {
      const row = (e * S + s) * (1 + H) * D;
      let here = z.slice(e * D, (e + 1) * D);
      for (let t = 0; t < H; t++) {
        expect(distance(all!.subarray(row + t * D, row + (t + 1) * D), here)).toBeLessThan(1e-5);
        const l = plans.slice(((e * S + s) * H + t) * M, ((e * S + s) * H + t + 1) * M);
        here = (await run((m) => ({ x: m.predict(input('z', [1, D]), input('l', [1, M])) }), { z: here, l })).x!;
      }
    }
  }
});

test.each<[MacroCost, readonly number[]]>([
  // One task, two samples, two waypoints after the present one, goal (1, 1, 1, 1, 1).
  [{ kind: 'last', steps: 1 }, [5, 20]],
  [{ kind: 'last', steps: 2 }, [5, 65]],
  [{ kind: 'last', steps: 9 }, [5, 65]],
  [{ kind: 'nearest' }, [0, 20]],
])('cost %o sums or takes the least of squared distances, without the present', async (cost, expected) => {
  const fives = (...values: readonly number[]) => values.flatMap((v) => Array<number>(5).fill(v));
  const imagined = Float32Array.from(fives(1, 1, 2, /**/ 1, 4, 3));
  const { value } = await runModule(
    hierarchy(TINY),
    'eval',
    () => {
      const dynamics = hierarchyDynamics(TINY, cost).bind();
      return { value: dynamics.cost(input('imagined', [1, 2, 3, 5]), input('goal', [1, 5])) };
    },
    { inputs: { imagined, goal: Float32Array.from(fives(1)) } },
  );
  expect([...value!]).toEqual(expected);
});

const [B, W] = [3, 4] as const;
const inputs = { z: gaussian(B * W * D, 7), chunks: chunksOf([1, 2, 3, 4, 4, 3, 2, 1, 2], 8, () => 0) };
const lossOf = (config: HierarchyConfig, waypoints: number = W, given = values) =>
  runModule(
    hierarchy(config),
    'train',
    (m) => {
      const { loss, terms } = traceJepa(hierarchyMethod(config, { batch: B, waypoints }), m);
      return { loss, ...terms };
    },
    { values: given, inputs },
  );

test('of a predictor that changes nothing, the terms are distances between recorded waypoints', async () => {
  const still = initialise(hierarchy(TINY), key(0));
  const mean = (from: (t: number) => number, norm: (x: number) => number): number => {
    let sum = 0;
    for (let b = 0; b < B; b++)
      for (let t = 1; t < W; t++)
        for (let d = 0; d < D; d++) sum += norm(inputs.z[(b * W + t) * D + d]! - inputs.z[(b * W + from(t)) * D + d]!);
    return sum / (B * (W - 1) * D);
  };
  const { loss, prediction, rollout, prior } = await lossOf(TINY, W, still);
  expect(prediction![0]).toBeCloseTo(
    mean((t) => t - 1, Math.abs),
    5,
  );
  expect(rollout![0]).toBeCloseTo(
    mean(() => 0, Math.abs),
    5,
  );
  expect(loss![0]).toBeCloseTo(prediction![0]! + 0.5 * rollout![0]! + 0.01 * prior![0]!, 5);
  const squared = await lossOf({ ...TINY, energy: 'l2' }, W, still);
  expect(squared.prediction![0]).toBeCloseTo(
    mean(
      (t) => t - 1,
      (x) => x * x,
    ),
    5,
  );
});

test('without a weight there is no rollout', async () => {
  const { rollout } = await lossOf({ ...TINY, weights: { rollout: 0, prior: 0.01 } });
  expect(rollout).toBeUndefined();
});

test('sizes that cannot be are refused', () => {
  expect(() => hierarchy({ ...TINY, macroDim: 0 })).toThrow(/macroDim must be a whole number of at least 1, got 0/);
  expect(() => hierarchy({ ...TINY, encoderWidths: [4, 2.5] })).toThrow(/encoderWidths .* got 2.5/);
  expect(() => hierarchy({ ...TINY, minStd: Number.NaN })).toThrow(/minStd must be a number of at least 0, got NaN/);
  expect(() => hierarchyMethod(TINY, { batch: 2, waypoints: 1 })).toThrow(/at least 2 waypoints, got 1/);
  expect(() => hierarchyDynamics(TINY, { kind: 'last', steps: 0 })).toThrow(/steps must be .* got 0/);
});

test('chunks of another size, and contexts of several embeddings, are refused while tracing', async () => {
  await expect(run((m) => ({ x: m.encode(input('c', [2, K, A])) }), {})).rejects.toThrow(
    /chunks must be \[\.\.\., 4, 3\] \(maxBlocks, block and mark\), got \[2,4,2\]/,
  );
  const { rollout } = hierarchyDynamics(TINY).bind();
  expect(() => rollout(input('z', [1, 2, D]), undefined, input('p', [1, 1, 1, M]))).toThrow(
    /must be one embedding, got 2/,
  );
});
