import { expect, test } from 'vitest';
import { fold, key, normal, uniform } from '../../core/index.ts';
import { type Matrix, matrix } from '../matrix/matrix.ts';
import { accuracy, knnByCosine, knnByDistance } from './knn.ts';
import { lbfgs } from './lbfgs.ts';
import { mlpProbe } from './mlp.ts';
import { predictLinear, ridge, ridgeProbe } from './ridge.ts';
import { scorePredictions, scoreProbe } from './score.ts';
import { linearClassifier, logisticRegression, meanCrossEntropy, softmaxRows } from './softmax.ts';
import { fitStandardiser } from './standardise.ts';

const gaussian = (n: number, d: number, seed: number): Matrix =>
  matrix(Float64Array.from(normal(key(seed), new Float32Array(n * d))), d);

/** y = x Aᵀ + 7 with a fixed A [2, d]. */
function linearTargets(x: Matrix): Matrix {
  return predictLinear(
    {
      coefficients: matrix(
        Float64Array.from({ length: 2 * x.cols }, (_, i) => Math.sin(i + 1)),
        x.cols,
      ),
      intercept: Float64Array.of(7, -100),
    },
    x,
  );
}

test('ridge without penalty recovers a linear map and its intercept', () => {
  const x = gaussian(50, 6, 1);
  const model = ridge(x, linearTargets(x), 0);
  model.coefficients.data.forEach((w, i) => {
    expect(w).toBeCloseTo(Math.sin(i + 1), 10);
  });
  expect(model.intercept[0]).toBeCloseTo(7, 10);
  expect(model.intercept[1]).toBeCloseTo(-100, 10);
});

test('in one dimension the ridge slope is Sxy / (Sxx + alpha)', () => {
  const x = matrix(Float64Array.of(-1, 0, 1), 1);
  const y = matrix(Float64Array.of(1, 5, 9), 1);
  const model = ridge(x, y, 2);
  expect(model.coefficients.data[0]).toBeCloseTo(8 / 4, 14);
  expect(model.intercept[0]).toBeCloseTo(5, 14);
});

test('a linear probe of linear targets scores r = 1 on held-out data, whatever the scale of a dimension', () => {
  const scaled = (m: Matrix): Matrix =>
    matrix(
      m.data.map((v, i) => v * 10 ** ((i % m.cols) - 3)),
      m.cols,
    );
  const train = gaussian(300, 6, 1);
  const test_ = gaussian(80, 6, 2);
  const score = scoreProbe(ridgeProbe(scaled(train), linearTargets(train)), scaled(test_), linearTargets(test_));
  expect(score.meanR).toBeGreaterThan(0.99999);
  expect(score.meanR2).toBeGreaterThan(0.9999);
  expect(score.meanMse).toBeLessThan(1e-4);
  expect(score.samples).toBe(80);
});

test('a collapsed embedding scores r = 0 and standardised error 1', () => {
  const y = gaussian(200, 1, 3);
  const score = scoreProbe(
    ridgeProbe(matrix(new Float32Array(800).fill(2), 4), y),
    matrix(new Float32Array(800).fill(2), 4),
    y,
  );
  expect(score.r).toEqual([0]);
  expect(score.r2[0]).toBeCloseTo(0, 12);
  expect(score.mse[0]).toBeCloseTo(1, 12);
});

test('scores follow their definitions', () => {
  const y = matrix(Float64Array.of(1, 2, 3, 4), 1);
  const target = fitStandardiser(matrix(Float64Array.of(0, 4), 1)); // mean 2, deviation 2
  const score = scorePredictions(matrix(Float64Array.of(2, 4, 6, 8), 1), y, target);
  expect(score.r[0]).toBeCloseTo(1, 14);
  expect(score.r2[0]).toBeCloseTo(1 - 30 / 5, 14);
  expect(score.mse[0]).toBeCloseTo(7.5 / 4, 14);
  const constant = matrix(Float64Array.of(5, 5, 5, 5), 1);
  expect(scorePredictions(y, constant, target).r[0]).toBeNaN();
});

test('an MLP probe reads |x| where a linear probe cannot, and is the same for the same key', async () => {
  const make = (seed: number): [Matrix, Matrix] => {
    const x = gaussian(500, 3, seed);
    return [
      x,
      matrix(
        Float64Array.from({ length: 500 }, (_, i) => Math.abs(x.data[i * 3]!)),
        1,
      ),
    ];
  };
  const [x, y] = make(1);
  const [xt, yt] = make(2);
  const options = { key: key(5), hidden: 24 };
  const probe = await mlpProbe(x, y, options);
  expect(scoreProbe(probe, xt, yt).meanR).toBeGreaterThan(0.95);
  expect(scoreProbe(ridgeProbe(x, y), xt, yt).meanR).toBeLessThan(0.4);
  expect((await mlpProbe(x, y, options)).predict(xt).data).toEqual(probe.predict(xt).data);
});

test('an MLP probe of noise stops early', async () => {
  const probe = await mlpProbe(gaussian(200, 5, 1), gaussian(200, 1, 9), { key: key(1), hidden: 8, patience: 2 });
  expect(probe.epochs).toBeLessThan(60); // of 712
});

test('an interruption ends the training of an MLP probe between two passes', async () => {
  const stop = new AbortController();
  const fitting = mlpProbe(gaussian(2000, 16, 1), gaussian(2000, 2, 9), {
    key: key(1),
    maxEpochs: 100_000,
    patience: 100_000,
    signal: stop.signal,
  });
  setTimeout(() => stop.abort(new Error('enough')), 20);
  await expect(fitting).rejects.toThrow('enough');
});

test('whole groups are held back for stopping, and groups of the wrong number are refused', async () => {
  const x = gaussian(40, 2, 1);
  const groups = Int32Array.from({ length: 40 }, (_, i) => Math.floor(i / 10));
  expect((await mlpProbe(x, x, { key: key(1), groups, maxEpochs: 2 })).epochs).toBe(2);
  await expect(mlpProbe(x, x, { key: key(1), groups: [1] })).rejects.toThrow(/one group per row, got 1 for 40/);
});

test('nearest neighbours vote with 1 / (d + T), or with exp(similarity / T)', () => {
  const index = { x: matrix(Float64Array.of(1, 0, 0, 1, -1, 0), 2), labels: [0, 1, 1], classes: 2 };
  const x = matrix(Float64Array.of(2, 0), 2);
  const near = knnByDistance(index, x, { k: 2, temperature: 0.5, distance: 'euclidean' });
  expect(near.data[0]).toBeCloseTo(1 / 1.5, 14);
  expect(near.data[1]).toBeCloseTo(1 / (Math.sqrt(5) + 0.5), 14);
  const alike = knnByCosine(index, x, { k: 3, temperature: 0.5 });
  expect(alike.data[0]).toBeCloseTo(Math.exp(2), 12);
  expect(alike.data[1]).toBeCloseTo(1 + Math.exp(-2), 12);
  expect(accuracy(near, [0])).toBe(1);
  expect(() => knnByCosine(index, x, { k: 4 })).toThrow(/from 1 to 3/);
});

test('the cross-entropy gradient is its finite difference', () => {
  const x = gaussian(12, 3, 4);
  const labels = Int32Array.from({ length: 12 }, (_, i) => i % 4);
  const w = gaussian(4, 3, 5);
  const intercept = Float64Array.of(0.1, -0.2, 0.3, 0);
  const { weight, bias } = meanCrossEntropy({ coefficients: w, intercept }, x, labels);
  const h = 1e-6;
  const difference = (values: { [i: number]: number }, i: number): number => {
    const at = values[i]!;
    const lossAt = (v: number): number => {
      values[i] = v;
      return meanCrossEntropy({ coefficients: w, intercept }, x, labels).loss;
    };
    const slope = (lossAt(at + h) - lossAt(at - h)) / (2 * h);
    values[i] = at;
    return slope;
  };
  weight.forEach((g, i) => {
    expect(g).toBeCloseTo(difference(w.data, i), 8);
  });
  bias.forEach((g, i) => {
    expect(g).toBeCloseTo(difference(intercept, i), 8);
  });
});

test('logistic regression ends where the penalised gradient is zero', () => {
  const x = gaussian(60, 4, 6);
  const u = uniform(fold(key(1), 'labels'), new Float32Array(60));
  const labels = Int32Array.from({ length: 60 }, (_, i) => (x.data[i * 4]! > 0 ? 1 : u[i]! < 0.5 ? 0 : 2));
  const model = logisticRegression(x, labels, 3, { c: 0.5 });
  const { weight, bias } = meanCrossEntropy(model, x, labels);
  weight.forEach((g, i) => {
    expect(60 * g + model.coefficients.data[i]! / 0.5).toBeCloseTo(0, 4);
  });
  for (const g of bias) expect(g).toBeCloseTo(0, 6);
  expect(model.intercept.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 10);
});

test('L-BFGS finds the minimum of a badly scaled valley (Rosenbrock)', () => {
  const rosenbrock = (x: Float64Array): { value: number; gradient: Float64Array } => {
    const [a, b] = [x[0]!, x[1]!];
    const value = (1 - a) ** 2 + 100 * (b - a * a) ** 2;
    return { value, gradient: Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)) };
  };
  const x = lbfgs(rosenbrock, Float64Array.of(-1.2, 1));
  expect(x[0]).toBeCloseTo(1, 6);
  expect(x[1]).toBeCloseTo(1, 6);
});

test('a linear classifier lowers its loss and leaves its start unchanged', () => {
  const x = gaussian(40, 2, 7);
  const labels = Int32Array.from({ length: 40 }, (_, i) => (x.data[i * 2]! > 0 ? 1 : 0));
  const start = { coefficients: matrix(new Float64Array(4), 2), intercept: new Float64Array(2) };
  const { model, losses } = linearClassifier(start, x, labels, { steps: 50, lr: 0.1 });
  expect(losses[0]).toBeCloseTo(Math.log(2), 14);
  expect(losses[49]).toBeLessThan(0.3);
  expect([...start.coefficients.data]).toEqual([0, 0, 0, 0]);
  expect(accuracy(softmaxRows(predictLinear(model, x)), labels)).toBeGreaterThan(0.94);
});

test('NaN embeddings, unequal rows, a label out of range and a negative ridge are refused', () => {
  const x = gaussian(10, 2, 1);
  expect(() => ridgeProbe(matrix(new Float64Array(20).fill(NaN), 2), x)).toThrow(/row 0, column 0 is NaN/);
  expect(() => ridge(x, gaussian(9, 2, 1), 1)).toThrow(/got 9 for 10/);
  expect(() => ridge(x, x, -1)).toThrow(/alpha must be a number >= 0, got -1/);
  expect(() => logisticRegression(x, new Int32Array(10).fill(5), 3)).toThrow(/class from 0 to 2, got 5/);
});
