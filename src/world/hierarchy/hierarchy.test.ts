// The high level's laws. Legend: N chunks, K blocks of the longest chunk, A numbers per block, M of a macro-action, D width,
// E tasks, S samples, H macro-actions of a plan, B samples, W waypoints.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { traceJepa } from '../../jepa/index.ts';
import { initialise, type ModelValues } from '../../nn/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { bindCost } from '../../plan/index.ts';
import { type HostArray, input, type Tensor } from '../../tensor/index.ts';
import {
  type Hierarchy,
  type HierarchyConfig,
  hierarchy,
  hierarchyDynamics,
  hierarchyMethod,
  type MacroCost,
} from '../index.ts';

const [D, A, M, K] = [5, 2, 3, 4] as const;
const TINY: HierarchyConfig = {
  dim: D,
  actionDim: A,
  macroDim: M,
  maxBlocks: K,
  encoderWidths: [6],
  predictor: { width: 8, depth: 2 },
  noise: 0.05,
  energy: 'l1',
  rollout: 0.5,
  sigreg: { weight: 0.1, directions: 16 },
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
const encoded = async (chunks: Float32Array) => {
  const N = chunks.length / (K * (A + 1));
  return (await run((m) => ({ l: m.encode(input('chunks', [N, K, A + 1])) }), { chunks })).l!;
};

test('what padded rows hold does not change a macro-action', async () => {
  const lengths = [1, 2, 3, 4];
  const zeros = await encoded(chunksOf(lengths, 1, () => 0));
  const noise = await encoded(chunksOf(lengths, 1, (i) => 3 + Math.sin(i)));
  expect(distance(noise, zeros)).toBe(0);
});

test('to do nothing for longer is another macro-action', async () => {
  const idle = (length: number) =>
    Float32Array.from({ length: K * (A + 1) }, (_, i) => (i % (A + 1) === A && i < length * (A + 1) ? 1 : 0));
  const l = await encoded(Float32Array.of(...idle(1), ...idle(4)));
  expect(distance(l.subarray(0, M), l.subarray(M))).toBeGreaterThan(1e-3);
});

test('macro-actions get N(0, noise^2) in training, anew at each call, and nothing in evaluation', async () => {
  const N = 400;
  const l = gaussian(N * M, 2);
  const trace = (m: Hierarchy) => ({ one: m.blurred(input('l', [N, M])), other: m.blurred(input('l', [N, M])) });
  const { one, other } = await run(trace, { l }, values, 'train');
  expect(one).not.toEqual(other);
  const noise = one!.map((value, i) => (value - l[i]!) / TINY.noise);
  expect(Math.abs(noise.reduce((a, b) => a + b, 0) / noise.length)).toBeLessThan(4 / Math.sqrt(noise.length));
  const square = noise.reduce((a, b) => a + b * b, 0) / noise.length;
  expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / noise.length));
  expect((await run(trace, { l })).one).toEqual(l);
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
      let here: Float32Array = z.slice(e * D, (e + 1) * D);
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
      const { defaultCost } = hierarchyDynamics(TINY, cost);
      return { value: bindCost(defaultCost)(input('imagined', [1, 2, 3, 5]), input('goal', [1, 5])) };
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
  const { loss, prediction, rollout, sigreg } = await lossOf(TINY, W, still);
  expect(prediction![0]).toBeCloseTo(
    mean((t) => t - 1, Math.abs),
    5,
  );
  expect(rollout![0]).toBeCloseTo(
    mean(() => 0, Math.abs),
    5,
  );
  expect(loss![0]).toBeCloseTo(prediction![0]! + 0.5 * rollout![0]! + 0.1 * sigreg![0]!, 5);
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
  const { rollout } = await lossOf({ ...TINY, rollout: 0 });
  expect(rollout).toBeUndefined();
});

test('sizes that cannot be are refused', () => {
  expect(() => hierarchy({ ...TINY, macroDim: 0 })).toThrow(/macroDim must be a whole number of at least 1, got 0/);
  expect(() => hierarchy({ ...TINY, encoderWidths: [4, 2.5] })).toThrow(/encoderWidths .* got 2.5/);
  expect(() => hierarchy({ ...TINY, noise: Number.NaN })).toThrow(/noise must be a number of at least 0, got NaN/);
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
