import { expect, test } from 'vitest';
import { fold, integer, key, normal, permutation } from '../../core/index.ts';
import { nodeRuntime } from '../../runtime/index.ts';
import type { Tokens } from '../collapse/deviation.ts';
import { type Matrix, matrix } from '../matrix/matrix.ts';
import { accuracy, knnByCosine } from '../probes/knn.ts';
import { predictLinear, ridge } from '../probes/ridge.ts';
import { fitStandardiser, standardise } from '../probes/standardise.ts';
import { attentiveProbe } from './attentive.ts';
import { linearProbe, linearProbeSettings } from './linear.ts';
import { nearestByCosine } from './nearest.ts';
import { ridgeClassifier } from './ridge.ts';
import type { FeatureSplit } from './split.ts';
import { knnVotes } from './vote.ts';

const runtime = nodeRuntime({ threads: 1 });
const gaussian = (n: number, d: number, seed: number): Matrix<Float32Array> =>
  matrix(normal(key(seed), new Float32Array(n * d)), d);

/** Classes as clusters at `spread` times the unit vectors, noise 1. */
function clusters(n: number, classes: number, d: number, spread: number, seed: number): FeatureSplit {
  const x = gaussian(n, d, seed);
  const y = Int32Array.from({ length: n }, (_, i) => i % classes);
  for (let i = 0; i < n; i++) x.data[i * d + y[i]!]! += spread;
  return { x, y };
}

test('the nearest rows are those of a full sort, over several blocks, ties to the lower row', async () => {
  const index = gaussian(4500, 5, 1); // two blocks of the index
  index.data.set(index.data.subarray(0, 5), 4400 * 5); // row 4400 equals row 0
  const queries = gaussian(600, 5, 2); // two blocks of queries
  queries.data.set(index.data.subarray(0, 5), 0);
  const found = await nearestByCosine(index, queries, 7, { runtime });
  const cosine = (q: number, i: number): number => {
    let [qi, qq, ii] = [0, 0, 0];
    for (let c = 0; c < 5; c++) {
      const [a, b] = [queries.data[q * 5 + c]!, index.data[i * 5 + c]!];
      qi += a * b;
      qq += a * a;
      ii += b * b;
    }
    return qi / Math.sqrt(qq * ii);
  };
  for (const q of [0, 1, 511, 512, 599]) {
    const all = Array.from({ length: 4500 }, (_, i) => cosine(q, i)).sort((a, b) => b - a);
    for (let i = 0; i < 7; i++) {
      const at = q * 7 + i;
      expect(found.similarity[at]).toBeCloseTo(all[i]!, 5);
      expect(cosine(q, found.rows[at]!)).toBeCloseTo(all[i]!, 5);
    }
  }
  expect([...found.rows.subarray(0, 2)]).toEqual([0, 4400]);
});

test('k-NN votes are those of the definition for every k', async () => {
  const train = clusters(300, 5, 12, 2, 3);
  const test_ = clusters(60, 5, 12, 2, 4);
  const neighbours = await nearestByCosine(train.x, test_.x, 50, { runtime });
  for (const k of [1, 10, 50]) {
    const votes = knnVotes(neighbours, train.y, 5, { k });
    const exact = knnByCosine({ x: train.x, labels: train.y, classes: 5 }, test_.x, { k });
    exact.data.forEach((value, i) => {
      expect(Math.abs(votes.data[i]! - value)).toBeLessThan(1e-4 * (1 + value));
    });
    expect(accuracy(votes, test_.y)).toBe(accuracy(exact, test_.y));
  }
});

test('a k beyond the index, another width and NaN are refused', async () => {
  const x = gaussian(10, 4, 1);
  await expect(nearestByCosine(x, x, 11, { runtime })).rejects.toThrow(/from 1 to 10 .*got 11/);
  await expect(nearestByCosine(x, gaussian(2, 3, 1), 1, { runtime })).rejects.toThrow(/3 columns, the index has 4/);
  const bad = matrix(
    Float32Array.from(x.data, (v, i) => (i === 6 ? Number.NaN : v)),
    4,
  );
  await expect(nearestByCosine(bad, x, 1, { runtime })).rejects.toThrow(/row 1, column 2 is NaN/);
  const two = await nearestByCosine(x, x, 2, { runtime });
  expect(() => knnVotes(two, new Int32Array(10), 2, { k: 3 })).toThrow(/from 1 to 2 .*got 3/);
});

test('ridge classification is ridge regression of indicators on standardised features', async () => {
  const train = clusters(200, 3, 6, 1, 5);
  const standardiser = fitStandardiser(train.x);
  const indicators = matrix(
    Float64Array.from({ length: 600 }, (_, at) => (train.y[Math.floor(at / 3)] === at % 3 ? 1 : 0)),
    3,
  );
  const exact = ridge(standardise(train.x, standardiser), indicators, 0.2);
  const model = await ridgeClassifier(train, 3, { lambda: 0.2, runtime });
  const scores = predictLinear(model, train.x);
  predictLinear(exact, standardise(train.x, standardiser)).data.forEach((value, i) => {
    expect(scores.data[i]).toBeCloseTo(value, 5);
  });
});

test('a standardiser of other rows leaves the ridge with its intercept', async () => {
  const train = clusters(90, 3, 6, 1, 6);
  const other = fitStandardiser(clusters(500, 3, 6, 4, 7).x);
  const indicators = matrix(
    Float64Array.from({ length: 270 }, (_, at) => (train.y[Math.floor(at / 3)] === at % 3 ? 1 : 0)),
    3,
  );
  const exact = predictLinear(ridge(standardise(train.x, other), indicators, 5), standardise(train.x, other));
  const scores = predictLinear(await ridgeClassifier(train, 3, { lambda: 5, standardiser: other, runtime }), train.x);
  exact.data.forEach((value, i) => {
    expect(scores.data[i]).toBeCloseTo(value, 5);
  });
});

test('separable classes are solved by the SGD probe, whatever the scale of a dimension', async () => {
  const scaled = ({ x, y }: FeatureSplit): FeatureSplit => ({
    x: matrix(
      Float32Array.from(x.data, (v, i) => v * 10 ** ((i % 8) - 4)),
      8,
    ),
    y,
  });
  const options = { ...linearProbeSettings.small, epochs: 20, batchSize: 32, key: key(0), runtime };
  const { model, losses } = await linearProbe(scaled(clusters(320, 4, 8, 6, 8)), 4, options);
  const test_ = scaled(clusters(200, 4, 8, 6, 9));
  expect(accuracy(predictLinear(model, test_.x), test_.y)).toBeGreaterThan(0.98);
  expect(losses.length).toBe(20);
  expect(losses[19]!).toBeLessThan(0.1);
});

test('the SGD probe is the same twice and starts near ln C', async () => {
  const train = clusters(64, 4, 8, 2, 8);
  const options = { ...linearProbeSettings.vicreg, epochs: 2, batchSize: 64, key: key(3), runtime };
  const [a, b] = [await linearProbe(train, 4, options), await linearProbe(train, 4, options)];
  expect(b).toEqual(a);
  expect(a.losses[0]).toBeCloseTo(Math.log(4), 1);
});

test('a diverging probe says that its learning rate is too high', async () => {
  const train = clusters(64, 4, 8, 2, 8);
  const options = { ...linearProbeSettings.small, lr: 1e30, epochs: 4, batchSize: 16, key: key(3), runtime };
  await expect(linearProbe(train, 4, options)).rejects.toThrow(/lower lr \(1e\+30\)/);
  await expect(linearProbe(train, 4, { ...options, epochs: 0 })).rejects.toThrow(/epochs must be a whole number/);
});

/**
 * Tokens of which one carries a mark; its second number, 1 or -1, is the class. The others balance it, so that the mean
 * over tokens is the same for both classes.
 */
function marked(n: number, seed: number): { readonly tokens: Tokens; readonly y: Int32Array } {
  const [T, D] = [4, 8];
  const data = normal(key(seed), new Float32Array(n * T * D), 0, 0.3);
  const y = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const order = permutation(fold(key(seed), 'order', i), T);
    const mark = integer(fold(key(seed), 'mark', i), 0, T);
    for (let t = 0; t < T; t++) {
      const content = order[t]! < T / 2 ? 1 : -1;
      data[(i * T + t) * D] = t === mark ? 3 : 0;
      data[(i * T + t) * D + 1] = 2 * content;
      if (t === mark) y[i] = content > 0 ? 1 : 0;
    }
  }
  return { tokens: { batch: n, tokens: T, dim: D, data }, y };
}

function meanTokens({ batch, tokens: T, dim: D, data }: Tokens): Matrix {
  const out = new Float32Array(batch * D);
  for (let i = 0; i < batch; i++) {
    for (let t = 0; t < T; t++) for (let j = 0; j < D; j++) out[i * D + j]! += data[(i * T + t) * D + j]! / T;
  }
  return matrix(out, D);
}

test.each([0, 1])(
  'the attentive probe reads a marked token that the mean hides (%i blocks before)',
  async (selfBlocks) => {
    const train = marked(512, 1);
    const held = marked(256, 2);
    const options = { heads: 2, selfBlocks, epochs: 30, batchSize: 64, lr: 3e-3, key: key(0), runtime };
    const probe = await attentiveProbe(train.tokens, train.y, 2, options);
    expect(accuracy(await probe.logits(held.tokens), held.y)).toBeGreaterThan(0.95);
    const pooled = await ridgeClassifier({ x: meanTokens(train.tokens), y: train.y }, 2, { runtime });
    expect(accuracy(predictLinear(pooled, meanTokens(held.tokens)), held.y)).toBeLessThan(0.62);
  },
);

test('the attentive probe does not see the order of the tokens', async () => {
  const train = marked(64, 1);
  const probe = await attentiveProbe(train.tokens, train.y, 2, {
    heads: 2,
    epochs: 1,
    batchSize: 64,
    key: key(0),
    runtime,
  });
  const { batch, tokens: T, dim: D, data } = train.tokens;
  const reversed = new Float32Array(data.length);
  for (let i = 0; i < batch; i++) {
    for (let t = 0; t < T; t++) {
      const from = (i * T + T - 1 - t) * D;
      reversed.set(data.subarray(from, from + D), (i * T + t) * D);
    }
  }
  const [a, b] = [await probe.logits(train.tokens), await probe.logits({ ...train.tokens, data: reversed })];
  a.data.forEach((value, i) => {
    expect(b.data[i]).toBeCloseTo(value, 5);
  });
});

test('heads that do not divide the width and tokens of another shape are refused', async () => {
  const train = marked(64, 1);
  const options = { epochs: 1, key: key(0), runtime };
  await expect(attentiveProbe(train.tokens, train.y, 2, { ...options, heads: 3 })).rejects.toThrow(
    /multiple of heads, got 3/,
  );
  const probe = await attentiveProbe(train.tokens, train.y, 2, { ...options, heads: 2 });
  const other: Tokens = { batch: 1, tokens: 2, dim: 8, data: new Float32Array(16) };
  await expect(probe.logits(other)).rejects.toThrow(/must be \[N, 4, 8\], got \[1, 2, 8\]/);
});
