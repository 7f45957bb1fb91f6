import { expect, test } from 'vitest';
import { fold, integer, key, normal } from '../../core/index.ts';
import { nodeRuntime } from '../../runtime/index.ts';
import { matrix } from '../matrix/matrix.ts';
import { accuracy } from '../probes/knn.ts';
import { predictLinear } from '../probes/ridge.ts';
import { evaluateFeatures, type FeatureEvaluation } from './evaluate.ts';
import { lowShotClassifier, lowShotRows } from './low-shot.ts';
import type { FeatureSplit, FrozenFeatures } from './split.ts';

const runtime = nodeRuntime({ threads: 1 });
const CLASSES = 4;
const D = 8;

/** Images of four classes; `signal` 0 makes labels random. */
function split(n: number, signal: number, seed: number): FeatureSplit {
  const x = normal(key(seed), new Float32Array(n * D));
  const y = Int32Array.from({ length: n }, (_, i) => integer(fold(key(seed), 'label', i), 0, CLASSES));
  for (let i = 0; i < n; i++) x[i * D + y[i]!]! += signal;
  return { x: matrix(x, D), y };
}

/** The features as two tokens, for the attentive probe. */
const withTokens = (s: FeatureSplit): FeatureSplit => ({
  ...s,
  tokens: { batch: s.x.rows, tokens: 2, dim: D / 2, data: s.x.data },
});

const features = (signal: number): FrozenFeatures => ({
  train: withTokens(split(600, signal, 1)),
  test: withTokens(split(400, signal, 2)),
  classes: CLASSES,
});

const everything: FeatureEvaluation = {
  seed: 7,
  knn: { k: [10, 20] },
  ridge: {},
  linear: { epochs: 10, batchSize: 64, lr: 0.02, momentum: 0.9, weightDecay: 1e-6, standardise: true },
  attentive: { heads: 2, epochs: 4, batchSize: 64, lr: 3e-3 },
  lowShot: { shots: [{ perClass: 12 }, { share: 0.1 }], seeds: [0, 1, 2] },
  instruments: { slices: 16 },
};

test('a separable problem is solved by every probe, and the scores are plain JSON', async () => {
  const scores = await evaluateFeatures(everything, features(6), { runtime });
  expect(scores.probes.map((p) => p.probe)).toEqual([
    'knn-10',
    'knn-20',
    'ridge',
    'linear',
    'attentive',
    'low-shot-12-per-class',
    'low-shot-10%',
  ]);
  for (const p of scores.probes) {
    if (p.probe !== 'attentive') expect(p.accuracy).toBeGreaterThan(0.97);
    expect(p.interval[0]).toBeLessThan(p.accuracy);
    expect(p.interval[1]).toBeGreaterThanOrEqual(p.accuracy);
    expect(p.n).toBe(400);
  }
  expect(scores.probes[5]).toMatchObject({ labels: 48, seeds: [0, 1, 2] });
  expect(scores.probes[5]!.perSeed!.length).toBe(3);
  expect(scores.instruments!.samples).toBe(400);
  expect(JSON.parse(JSON.stringify(scores))).toEqual(scores);
});

test('on labels that have nothing to do with the features no probe is far from chance', async () => {
  const scores = await evaluateFeatures(everything, features(0), { runtime });
  for (const { accuracy: share, probe } of scores.probes) {
    // Four deviations of a share of 400 at 1/4.
    expect(Math.abs(share - 0.25), probe).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 400));
  }
  expect(scores.chance).toBeLessThan(0.35);
});

test('with a grid the attentive probe is chosen without the test split', async () => {
  const attentive = { heads: 2, epochs: 6, batchSize: 64, grid: { lr: [1e-9, 3e-3], weightDecay: [0.01] } };
  const scores = await evaluateFeatures({ seed: 0, attentive }, features(6), { runtime });
  // Four deviations above chance, where the first setting stays.
  expect(scores.probes[0]!.accuracy).toBeGreaterThan(0.25 + 4 * Math.sqrt((0.25 * 0.75) / 400));
});

test('the same configuration gives the same scores', async () => {
  const run = async () => (await evaluateFeatures(everything, features(1), { runtime })).probes.map((p) => p.accuracy);
  expect(await run()).toEqual(await run());
});

test('a low-shot split has so many rows of each class, in order, and depends on its key', () => {
  const { y } = split(600, 0, 1);
  const rows = lowShotRows(y, CLASSES, { perClass: 12 }, key(0));
  expect([...rows]).toEqual([...rows].sort((a, b) => a - b));
  for (let c = 0; c < CLASSES; c++) expect(rows.filter((row) => y[row] === c).length).toBe(12);
  expect(lowShotRows(y, CLASSES, { perClass: 12 }, key(0))).toEqual(rows);
  expect(lowShotRows(y, CLASSES, { perClass: 12 }, key(1))).not.toEqual(rows);
  const balanced = Int32Array.from({ length: 1200 }, (_, i) => i % CLASSES);
  const share = lowShotRows(balanced, CLASSES, { share: 0.01 }, key(0));
  for (let c = 0; c < CLASSES; c++) expect(share.filter((row) => balanced[row] === c).length).toBe(3);
});

test('few labels are enough for classes far apart, by ridge and by logistic regression', async () => {
  const train = split(200, 6, 3);
  const held = split(200, 6, 4);
  const rows = lowShotRows(train.y, CLASSES, { perClass: 12 }, key(0));
  for (const classifier of ['logistic', 'ridge'] as const) {
    const model = await lowShotClassifier(train, CLASSES, rows, { classifier, runtime });
    expect(accuracy(predictLinear(model, held.x), held.y)).toBeGreaterThan(0.95);
  }
});

test('a class that is missing from a low-shot split is named', () => {
  const y = Int32Array.from({ length: 120 }, (_, i) => (i === 0 ? 2 : i % 2));
  expect(() => lowShotRows(y, 4, { share: 0.1 }, key(0))).toThrow(
    /every class must be in a low-shot split; with 10 % of the labels there are not enough images of class 2 \(1 images\), 3 \(0 images\)/,
  );
  expect(() => lowShotRows(y, 2, { perClass: 80 }, key(0))).toThrow(/label 0 must be a class from 0 to 1, got 2/);
  expect(() => lowShotRows(y.subarray(1), 2, { perClass: 80 }, key(0))).toThrow(
    /80 labels per class .*class 0 \(59 images\)/,
  );
  expect(() => lowShotRows(y, 4, { share: 2 }, key(0))).toThrow(/a share in \(0, 1\], got \{"share":2\}/);
});

test('features that do not fit together are refused before anything is fitted', async () => {
  const good = features(1);
  const tell = (f: Partial<FrozenFeatures>, config: Partial<FeatureEvaluation> = {}) =>
    evaluateFeatures({ seed: 0, ...config }, { ...good, ...f }, { runtime });
  await expect(tell({ classes: 5 })).rejects.toThrow(/every class needs a training image, none has class 4/);
  await expect(tell({ classes: 3 })).rejects.toThrow(/must be a class from 0 to 2, got 3/);
  await expect(tell({ test: { x: matrix(new Float32Array(8), 4), y: [0, 0] } })).rejects.toThrow(
    /same width, got 8 and 4/,
  );
  await expect(tell({ test: { x: good.test.x, y: [0] } })).rejects.toThrow(
    /labels of test: needs one per row, got 1 for 400/,
  );
  const { tokens: _, ...bare } = good.train;
  await expect(tell({ train: bare }, { attentive: {} })).rejects.toThrow(/reads tokens/);
  await expect(tell({}, { knn: { k: [601] } })).rejects.toThrow(/from 1 to 600/);
});
