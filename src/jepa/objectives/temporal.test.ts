// Terms on trajectories against their definitions; every number and gradient of the references stands in
// `parity/eb_jepa_losses`. Legend: B clips, T time steps, C channels, D dimensions.

import { expect, test } from 'vitest';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { input, mul, reshape, type Tensor, transpose } from '../../tensor/index.ts';
import {
  covariancePenalty,
  inverseDynamics,
  pldmTerms,
  stateTerms,
  temporalCurvature,
  temporalSimilarity,
  temporalStraightening,
  varianceHinge,
} from '../index.ts';
import { evaluate } from './golden.law.ts';

const one = async (t: Tensor, z: Float32Array): Promise<number> => (await evaluate({ t }, { z })).t![0]!;

test('a straight line of equal steps s is straight, -1, and its similarity is the mean of s^2', async () => {
  const z = Float32Array.from({ length: 5 * 2 }, (_, i) => (i % 2 === 0 ? 1 : -2) * Math.floor(i / 2));
  expect(await one(temporalStraightening(input('z', [1, 5, 2])), z)).toBeCloseTo(-1, 5);
  expect(await one(temporalSimilarity(input('z', [1, 5, 2])), z)).toBeCloseTo((1 + 4) / 2, 5);
});

test('a trajectory that turns back at every step has straightening 1, and one with right angles 0', async () => {
  expect(await one(temporalStraightening(input('z', [1, 4, 1])), Float32Array.of(0, 1, 0, 1))).toBeCloseTo(1, 5);
  const square = Float32Array.of(0, 0, 1, 0, 1, 1, 0, 1);
  expect(await one(temporalStraightening(input('z', [1, 4, 2])), square)).toBeCloseTo(0, 5);
});

test('curvature with a threshold in median velocities counts the same pairs at every scale, by its definition', async () => {
  const [B, T, D] = [4, 6, 3];
  const z = gaussian(B * T * D, 5);
  // Some frames nearly stand still.
  for (let i = 0; i < B * T; i += 3)
    for (let d = 0; d < D; d++) if (i % T > 0) z[i * D + d] = z[(i - 1) * D + d]! + 1e-3 * (d - 1);
  const v = Array.from({ length: B * (T - 1) }, (_, n) => {
    const from = (Math.floor(n / (T - 1)) * T + (n % (T - 1))) * D;
    return Array.from({ length: D }, (_, d) => z[from + D + d]! - z[from + d]!);
  });
  const lengths = v.map((x) => Math.hypot(...x));
  const median = [...lengths].sort((a, b) => a - b)[Math.floor((v.length - 1) / 2)]!;
  const bends: number[] = [];
  for (const [n, before] of v.entries()) {
    const after = v[n + 1];
    if (n % (T - 1) === T - 2 || after === undefined) continue;
    if (Math.min(lengths[n]!, lengths[n + 1]!) <= 0.5 * median) continue;
    bends.push(1 - before.reduce((sum, x, d) => sum + x * after[d]!, 0) / (lengths[n]! * lengths[n + 1]!));
  }
  expect(bends.length).toBeLessThan(B * (T - 2));
  const curvature = temporalCurvature(input('z', [B, T, D]), { shareOfMedian: 0.5 });
  for (const scale of [1, 1e-3, 100])
    expect(
      await one(
        curvature,
        z.map((x) => x * scale),
      ),
    ).toBeCloseTo(bends.reduce((a, b) => a + b) / bends.length, 4);
  // All still: nothing bends, and nothing is divided by it.
  expect(await one(curvature, new Float32Array(z.length).fill(3))).toBe(0);
});

test("PLDM's terms are variance and covariance at each step and, of what differs from the mean clip, over time", async () => {
  const [B, T, D] = [5, 4, 3];
  const z = gaussian(B * T * D, 1, 0.6);
  const node = input('z', [B, T, D]);
  const terms = pldmTerms(node);
  const out = await evaluate(
    {
      variance: terms.variance,
      covariance: terms.covariance,
      over: terms.varianceOverTime,
      v: varianceHinge(transpose(node, [1, 0, 2])),
      c: covariancePenalty(transpose(node, [1, 0, 2]), 'off-diagonal-mean'),
    },
    { z },
  );
  expect(out.variance![0]).toBeCloseTo(out.v![0]!, 6);
  expect(out.covariance![0]).toBeCloseTo(out.c![0]!, 6);
  // A motion that all clips share is taken away before the variance over time.
  const shared = z.map((v, i) => v + 7 * (Math.floor(i / D) % T));
  expect(await one(pldmTerms(node).varianceOverTime, shared)).toBeCloseTo(out.over![0]!, 4);
});

test('states are compared as rows of places, as whole maps, or at the first step only', async () => {
  const [B, T, S, C] = [4, 3, 2, 3];
  const z = gaussian(B * T * S * C, 2, 0.5);
  const states = input('z', [B, T, S, C]);
  const rows = (x: Tensor, width: number): Tensor => reshape(x, [-1, width]);
  const out = await evaluate(
    {
      places: stateTerms(states, { placesAsSamples: true }).variance,
      asPlaces: varianceHinge(rows(states, C)),
      maps: stateTerms(states).covariance,
      asMaps: covariancePenalty(rows(states, S * C), 'off-diagonal-mean'),
      doubled: stateTerms(states, { placesAsSamples: true, project: (x) => mul(x, 2) }).variance,
      asDoubled: varianceHinge(mul(rows(states, C), 2)),
      similarity: stateTerms(states, { project: (x) => mul(x, 2) }).similarity,
      after: stateTerms(states, { project: (x) => mul(x, 2), similarityAfterProjection: true }).similarity,
    },
    { z },
  );
  expect(out.places![0]).toBeCloseTo(out.asPlaces![0]!, 6);
  expect(out.maps![0]).toBeCloseTo(out.asMaps![0]!, 6);
  expect(out.doubled![0]).toBeCloseTo(out.asDoubled![0]!, 6);
  expect(out.after![0]).toBeCloseTo(4 * out.similarity![0]!, 5);
  const first = Float32Array.from(
    { length: B * S * C },
    (_, i) => z[Math.floor(i / (S * C)) * T * S * C + (i % (S * C))]!,
  );
  const expected = await one(varianceHinge(input('z', [B * S, C])), first);
  expect(await one(stateTerms(states, { placesAsSamples: true, firstStepOnly: true }).variance, z)).toBeCloseTo(
    expected,
    6,
  );
});

test('inverse dynamics sees each state and the next, and ignores the action after the last', async () => {
  const [B, T, D, A] = [2, 3, 4, 2];
  const model = inverseDynamics({ dim: D, actionDim: A, hiddenDim: 5 });
  const values = shaken(model);
  const run = (z: Float32Array, actions: Float32Array) =>
    runModule(
      model,
      'eval',
      (m) => {
        const states = input('z', [B, T, D]);
        return { predicted: m.predict(states), loss: m.loss(states, input('actions', [B, T, A])) };
      },
      { values, inputs: { z, actions } },
    );
  const z = gaussian(B * T * D, 3);
  const actions = gaussian(B * T * A, 4);
  const base = await run(z, actions);
  const last = actions.map((v, i) => (Math.floor(i / A) % T === T - 1 ? 99 : v));
  expect((await run(z, last)).loss![0]).toBeCloseTo(base.loss![0]!, 6);
  let expected = 0;
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T - 1; t++)
      for (let a = 0; a < A; a++)
        expected += (base.predicted![(b * (T - 1) + t) * A + a]! - actions[(b * T + t) * A + a]!) ** 2;
  expect(base.loss![0]).toBeCloseTo(expected / (B * (T - 1) * A), 5);
  // The last state takes part in the last transition only.
  const moved = z.slice();
  moved.fill(5, 2 * D, 3 * D);
  const other = (await run(moved, actions)).predicted!;
  expect(distance(other.subarray(0, A), base.predicted!.subarray(0, A))).toBeLessThan(1e-6);
  expect(distance(other.subarray(A, 2 * A), base.predicted!.subarray(A, 2 * A))).toBeGreaterThan(1e-3);
});

test('too few steps and actions of another length are refused', async () => {
  expect(() => temporalSimilarity(input('z', [2, 1, 3]))).toThrow(/at least 2 steps/);
  expect(() => temporalStraightening(input('z', [2, 2, 3]))).toThrow(/at least 3 steps/);
  expect(() => stateTerms(input('z', [2, 3]))).toThrow(/needs \[B, T/);
  expect(() => pldmTerms(input('z', [2, 3]))).toThrow(/needs \[B, T, D\]/);
  const model = inverseDynamics({ dim: 4, actionDim: 2 });
  await expect(
    runModule(model, 'eval', (m) => ({ x: m.loss(input('z', [2, 3, 4]), input('a', [2, 5, 2])) })),
  ).rejects.toThrow(/needs actions \[B, T - 1, 2\]/);
});

test('velocities below a share of the median are left out of the curvature: rest is noise', async () => {
  // Four steps of 1 to the right, a rest with tiny steps to and fro, and on to the right: straight but for the noise.
  const x = [0, 1, 2, 3, 4, 4.01, 4, 4.01, 4, 5, 6, 7, 8];
  const z = Float32Array.from(x);
  const node = input('z', [1, x.length, 1]);
  // 11 pairs of velocities; the rest turns back 4 times (4 to 4.01 is on, then back, on, back, and on again).
  expect(await one(temporalCurvature(node), z)).toBeCloseTo((4 * 2) / 11, 5);
  expect(await one(temporalCurvature(node, { shareOfMedian: 0.1 }), z)).toBeCloseTo(0, 5);
  expect(await one(temporalCurvature(node, 0.5), z)).toBeCloseTo(0, 5);
});

test('the least velocity of curvature must be a share above 0', () => {
  expect(() => temporalCurvature(input('z', [1, 4, 2]), { shareOfMedian: 0 })).toThrow(/shareOfMedian must be above 0/);
});
