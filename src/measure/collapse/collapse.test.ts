// Golden values are float64 numbers computed outside this package from the formula for z(n, d, a) below.

import { expect, test } from 'vitest';
import { key, normal } from '../../core/index.ts';
import { singularValues } from '../matrix/eigen.ts';
import { type Matrix, matrix } from '../matrix/matrix.ts';
import { dimensionDeviation, pooledDeviation, positionOnlyShare, type Tokens, tokenDeviation } from './deviation.ts';
import { lidar } from './lidar.ts';
import { copyLastRatio, fractionUnexplained } from './predictor.ts';
import * as sigreg from './sigreg-statistic.ts';
import { eppsPulleyLines, eppsPulleyStatistic, sigregAlong, sigregStatistic } from './sigreg-statistic.ts';
import { alignment, mismatchedPairSimilarity, uniformity } from './similarity.ts';
import { covarianceEigenvalues, effectiveRank, participationRatio, rankMe } from './spectrum.ts';

function z(a: number, n = 8, d = 4): Matrix {
  return matrix(
    Float64Array.from({ length: n * d }, (_, at) => {
      const i = Math.floor(at / d);
      const j = at % d;
      return Math.sin(a + 0.7 * i + 1.3 * j + 0.11 * i * j) * (1 + 0.05 * j);
    }),
    d,
  );
}
const z1 = z(0.3);
const z2 = z(0.9);

function slices(): Matrix {
  const data = new Float64Array(4 * 6);
  for (let m = 0; m < 6; m++) {
    let square = 0;
    for (let j = 0; j < 4; j++) {
      data[j * 6 + m] = Math.cos(0.4 + 1.1 * j + 0.9 * m + 0.23 * j * m);
      square += data[j * 6 + m]! ** 2;
    }
    for (let j = 0; j < 4; j++) data[j * 6 + m]! /= Math.sqrt(square);
  }
  return matrix(data, 6);
}

function gaussian(n: number, d: number, seed: number, scale = 1): Matrix {
  return matrix(normal(key(seed), new Float32Array(n * d), 0, scale), d);
}

test('singular values, RankMe, covariance spectrum and participation ratio have their golden values', () => {
  [3.25676184, 2.7476291, 0.7866349, 0.56206368].forEach((s, i) => {
    expect(singularValues(z1)[i]).toBeCloseTo(s, 7);
  });
  expect(rankMe(z1)).toBeCloseTo(3.20333577, 7);
  expect(rankMe(z1, 1e-5)).toBeCloseTo(3.20341839, 7);
  const eigenvalues = covarianceEigenvalues(z1);
  [1.47828597, 1.0714204, 0.0806103, 0.02570645].forEach((v, i) => {
    expect(eigenvalues[i]).toBeCloseTo(v, 7);
  });
  expect(participationRatio(eigenvalues)).toBeCloseTo(2.11184158, 7);
});

test('the effective rank counts equally used directions, and is 0 without spread', () => {
  expect(effectiveRank(Float64Array.of(2, 2, 2, 0))).toBeCloseTo(3, 12);
  expect(effectiveRank(new Float64Array(4))).toBe(0);
  expect(effectiveRank(covarianceEigenvalues(matrix(new Float32Array(12).fill(7), 3)))).toBe(0);
});

test('the effective rank of a line in 16 dimensions is 1', () => {
  const data = Float64Array.from({ length: 20 * 16 }, (_, at) => Math.floor(at / 16) * ((at % 16) - 3) + 5);
  expect(effectiveRank(covarianceEigenvalues(matrix(data, 16)))).toBeCloseTo(1, 6);
});

test('RankMe does not see scale, so total collapse to noise scores high', () => {
  expect(rankMe(gaussian(200, 8, 1, 1e-6))).toBeCloseTo(rankMe(gaussian(200, 8, 1)), 2);
});

test('LiDAR of eight classes with two views has its golden value', () => {
  const data = new Float64Array(64);
  for (let i = 0; i < 8; i++) {
    data.set(z1.data.subarray(i * 4, i * 4 + 4), i * 8);
    data.set(z2.data.subarray(i * 4, i * 4 + 4), i * 8 + 4);
  }
  expect(lidar(matrix(data, 4), 2).lidar).toBeCloseTo(3.08946352386, 7);
});

test('alignment and uniformity have their golden values', () => {
  expect(alignment(z1, z2)).toBeCloseTo(0.32988354929, 9);
  expect(uniformity(z1)).toBeCloseTo(-2.44012117959, 9);
});

test('mismatched-pair similarity is the mean cosine over distinct pairs: 1 for a constant, -1/3 for the four diagonals of a tetrahedron', () => {
  expect(mismatchedPairSimilarity(matrix(new Float32Array(12).fill(2), 3))).toBeCloseTo(1, 12);
  const tetrahedron = Float64Array.of(1, 1, 1, 1, -1, -1, -1, 1, -1, -1, -1, 1);
  expect(mismatchedPairSimilarity(matrix(tetrahedron, 3))).toBeCloseTo(-1 / 3, 12);
});

test('Epps-Pulley per slice and its mean have their golden values, also on the grid of the paper', () => {
  expect(sigregAlong(z1, slices())).toBeCloseTo(0.40678632022, 9);
  expect(sigregAlong(z1, slices(), { tMax: 5, knots: 9 })).toBeCloseTo(0.41086211407, 9);
});

test('Epps-Pulley on a wide fine grid is its closed form, a Gaussian-kernel distance', () => {
  const x = [-1.3, 0.2, 0.9, 2.4, -0.1];
  const n = x.length;
  let pairs = 0;
  for (const a of x) for (const b of x) pairs += Math.exp(-((a - b) ** 2) / 2);
  const single = x.reduce((s, v) => s + Math.exp((-v * v) / 4), 0);
  const exact = Math.sqrt(2 * Math.PI) * (pairs / n - Math.SQRT2 * single + n / Math.sqrt(3));
  expect(eppsPulleyStatistic(x, { tMax: 8, knots: 129 })).toBeCloseTo(exact, 12);
});

test('the SIGReg lines are what the grid gives', () => {
  const lines = eppsPulleyLines();
  expect(lines.gaussian).toBeCloseTo(1.05246, 5);
  expect(sigreg.SIGREG_GAUSSIAN).toBeCloseTo(lines.gaussian, 4);
  expect(sigreg.SIGREG_COLLAPSED_PER_SAMPLE).toBeCloseTo(lines.collapsedPerSample, 5);
  expect(sigreg.SIGREG_DIVERGED_PER_SAMPLE).toBeCloseTo(lines.divergedPerSample, 4);
  expect(lines.divergedPerSample + 0.1875).toBeCloseTo(Math.sqrt((2 * Math.PI) / 3), 4);
  const coarse = eppsPulleyLines({ tMax: 1, knots: 5 });
  expect([coarse.gaussian, coarse.collapsedPerSample, coarse.divergedPerSample].map((v) => v.toFixed(4))).toEqual([
    '0.3852',
    '0.0527',
    (1.3197 - 0.25).toFixed(4),
  ]);
});

test('the statistic of a collapsed batch is 0.40205 N, of a Gaussian one near 1.0525, of a spread one below 1.26 N', () => {
  const zeros = matrix(new Float32Array(64 * 5), 5);
  expect(sigregStatistic(zeros, { key: key(1) }) / 64).toBeCloseTo(sigreg.SIGREG_COLLAPSED_PER_SAMPLE, 5);
  let sum = 0;
  for (let seed = 0; seed < 20; seed++) sum += sigregStatistic(gaussian(128, 24, seed), { key: key(99), slices: 64 });
  expect(Math.abs(sum / 20 - sigreg.SIGREG_GAUSSIAN)).toBeLessThan(0.08);
  const spread = sigregStatistic(gaussian(512, 4, 3, 1e6), { key: key(1) }) / 512;
  expect(spread).toBeCloseTo(sigreg.SIGREG_DIVERGED_PER_SAMPLE, 1);
});

test('a grid with an even number of knots is refused', () => {
  expect(() => eppsPulleyStatistic([1], { knots: 16 })).toThrow(/odd number of knots/);
});

const tokens = (value: (b: number, n: number, d: number) => number): Tokens => ({
  batch: 6,
  tokens: 5,
  dim: 3,
  data: Float64Array.from({ length: 90 }, (_, at) => value(Math.floor(at / 15), Math.floor(at / 3) % 5, at % 3)),
});

test('tokens that depend on position only have share 1, tokens that depend on the sample only have share 0', () => {
  expect(positionOnlyShare(tokens((_, n, d) => n * n + d))).toBeCloseTo(1, 12);
  expect(positionOnlyShare(tokens((b, _, d) => b * b + d))).toBeCloseTo(0, 12);
  expect(positionOnlyShare(tokens((b, n) => b + n))).toBeCloseTo(2 / (2 + 35 / 12), 12); // Var(0..4) = 2, Var(0..5) = 35/12
});

test('pooled deviation sees samples, token deviation sees tokens', () => {
  expect(pooledDeviation(tokens((_, n) => n))).toBeCloseTo(0, 12);
  expect(tokenDeviation(tokens((_, n) => n))).toBeCloseTo(Math.SQRT2, 12);
  expect(pooledDeviation(tokens((b) => b))).toBeCloseTo(Math.sqrt(35 / 12), 12);
  expect(tokenDeviation(tokens((b) => b))).toBe(0);
});

test('the deviation summary counts dead dimensions', () => {
  const data = Float64Array.of(1, 5, 0, -1, 5, 0.02, 1, 5, 0, -1, 5, 0.02);
  const summary = dimensionDeviation(matrix(data, 3));
  expect([...summary.std].map((v) => Number(v.toFixed(12)))).toEqual([1, 0, 0.01]);
  expect(summary.dead).toBe(1);
  expect([summary.min, summary.max]).toEqual([0, 1]);
  expect(summary.median).toBeCloseTo(0.01, 12);
  expect(summary.rms).toBeCloseTo(Math.sqrt((4 + 100 + 2 * 0.0004) / 12), 12);
});

test('predicting the mean leaves all variance unexplained, predicting the target leaves none', () => {
  const mean = matrix(new Float64Array(32), 4);
  for (let j = 0; j < 4; j++) {
    let sum = 0;
    for (let i = 0; i < 8; i++) sum += z1.data[i * 4 + j]!;
    for (let i = 0; i < 8; i++) mean.data[i * 4 + j] = sum / 8;
  }
  expect(fractionUnexplained(mean, z1)).toBeCloseTo(1, 12);
  expect(fractionUnexplained(z1, z1)).toBe(0);
  expect(fractionUnexplained(z1, matrix(new Float64Array(32), 4))).toBeNaN();
});

test('repeating the last embedding has copy-last ratio 1', () => {
  expect(copyLastRatio(z1, z1, z2)).toBe(1);
  expect(copyLastRatio(z2, z1, z2)).toBe(0);
  expect(copyLastRatio(z1, z2, z2)).toBeNaN();
});

test('NaN and mismatched shapes are refused with their place', () => {
  expect(() => dimensionDeviation(matrix(Float64Array.of(1, 2, 3, NaN), 2))).toThrow(/row 1, column 1 is NaN/);
  expect(() => fractionUnexplained(z1, z(0.3, 7))).toThrow(/\[8, 4\] and \[7, 4\]/);
  expect(() => covarianceEigenvalues(matrix(new Float64Array(3), 3))).toThrow(/at least 2 rows/);
});
