import { expect, test } from 'vitest';
import { rocAuc } from './statistics/auc.ts';
import { incompleteBeta, logGamma, pairedTTest, studentTwoSided } from './statistics/t-test.ts';
import { compareSurprise, surpriseCurves, surpriseScores } from './surprise.ts';

test('the area under the curve is the share of ordered pairs, ties counting one half', () => {
  const positive = [3, 1, 4, 1, 5];
  const negative = [1, 2, 0.5, 4];
  let pairs = 0;
  for (const p of positive) for (const n of negative) pairs += p > n ? 1 : p === n ? 0.5 : 0;
  expect(rocAuc(positive, negative)).toBeCloseTo(pairs / 20, 14);
  expect(rocAuc([2, 3], [0, 1])).toBe(1);
  expect(rocAuc([0], [1])).toBe(0);
  expect(rocAuc([1, 1], [1, 1, 1])).toBe(0.5);
});

test('scores of one class only, or NaN, are refused', () => {
  expect(() => rocAuc([], [1])).toThrow(/both classes, got 0 and 1/);
  expect(() => rocAuc([NaN], [1])).toThrow(/NaN/);
});

test('Student with 1 degree of freedom is Cauchy, with 2 it has an algebraic tail', () => {
  for (const t of [0, 0.3, 1, 2.5, 40]) {
    expect(studentTwoSided(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 12);
    expect(studentTwoSided(-t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 12);
  }
});

test('the incomplete beta function has its closed forms and its symmetry', () => {
  expect(incompleteBeta(0.3, 1, 4)).toBeCloseTo(1 - 0.7 ** 4, 14);
  expect(incompleteBeta(0.3, 5, 1)).toBeCloseTo(0.3 ** 5, 14);
  expect(incompleteBeta(0.2, 2, 3)).toBeCloseTo(0.1808, 14); // 6x^2 - 8x^3 + 3x^4
  expect(incompleteBeta(0.4, 30, 20) + incompleteBeta(0.6, 20, 30)).toBeCloseTo(1, 13);
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
  expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 12);
});

test('the paired t-test is the mean difference over its standard error', () => {
  const { t, df, p, meanDifference } = pairedTTest([1, 2, 3], [0, 0, 0]);
  expect(meanDifference).toBeCloseTo(2, 14);
  expect(t).toBeCloseTo(2 * Math.sqrt(3), 13); // sd 1, n 3
  expect(df).toBe(2);
  expect(p).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 13);
  expect(pairedTTest([1, 2], [1, 2])).toMatchObject({ t: 0, p: 1 });
  expect(pairedTTest([2, 3], [1, 2])).toMatchObject({ t: Number.POSITIVE_INFINITY, p: 0 });
  expect(() => pairedTTest([1], [1])).toThrow(/same size >= 2/);
});

test('surprise is the mean squared error of a step, and the score of a clip its maximum', () => {
  const predicted = new Float32Array(2 * 3 * 2);
  const seen = Float32Array.of(0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0);
  const curves = surpriseCurves(predicted, seen, { clips: 2, steps: 3, dim: 2 });
  expect([...curves.data]).toEqual([0, 2, 0.5, 0, 0, 0]);
  expect([...surpriseScores(curves)]).toEqual([2, 0]);
});

test('a perturbation that raises one step is found by the score, and shows in the mean curve', () => {
  const clips = 20;
  const steps = 6;
  const clean = Float64Array.from({ length: clips * steps }, (_, i) => 0.1 + 0.01 * Math.sin(i));
  const perturbed = clean.map((v, i) => (i % steps === 3 ? v + 1 + 0.1 * Math.cos(i) : v));
  const zero = new Float64Array(clips * steps);
  const shape = { clips, steps, dim: 1 };
  const report = compareSurprise(surpriseCurves(zero, perturbed, shape), surpriseCurves(zero, clean, shape));
  expect(report.auc).toBe(1);
  expect(report.tTest!.p).toBeLessThan(1e-10);
  expect(report.perturbedCurve[3]! / report.cleanCurve[3]!).toBeGreaterThan(50);
  expect(report.perturbedCurve[2]).toBe(report.cleanCurve[2]);
});

test('embeddings of another shape or with NaN are refused', () => {
  expect(() => surpriseCurves(new Float32Array(5), new Float32Array(6), { clips: 1, steps: 3, dim: 2 })).toThrow(
    /\[1, 3, 2\]/,
  );
  expect(() => surpriseCurves(Float32Array.of(NaN), Float32Array.of(1), { clips: 1, steps: 1, dim: 1 })).toThrow(
    /clip 0, step 0/,
  );
});
