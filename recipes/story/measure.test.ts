// The measures on embeddings and predictors that are known in closed form.

import { expect, test } from 'vitest';
import { key } from '../../src/core/index.ts';
import { matrix } from '../../src/measure/index.ts';
import { liteStory, type StoryConfig } from './config.ts';
import { energyCurves } from './energies.ts';
import { heldOut, measureJoint } from './measure.ts';
import type { JointFunctions, RowFunction } from './models.ts';
import { principalPlane } from './principal-plane.ts';
import { measureSmear } from './smear.ts';
import { ballFloors, bayesPrediction } from './world/bayes.ts';

const config: StoryConfig = { ...liteStory(), evals: { pairs: 400, draws: 16 } };
const { size } = config.world;

/** The column of the ball in each picture: the mean column of its lit pixels. */
function columnsOf(pictures: Float32Array): number[] {
  const pixels = size * size;
  return Array.from({ length: pictures.length / pixels }, (_, i) => {
    let [mass, sum] = [0, 0];
    for (let p = 0; p < pixels; p++) {
      mass += pictures[i * pixels + p]!;
      sum += pictures[i * pixels + p]! * (p % size);
    }
    return sum / mass;
  });
}

/** Two numbers on a circle that the column goes round once per `period` pixels; predicted by standing still. */
function wave(period: number): JointFunctions {
  const embed: RowFunction = async (x) =>
    Float32Array.from(
      columnsOf(x!).flatMap((c) => [Math.cos((2 * Math.PI * c) / period), Math.sin((2 * Math.PI * c) / period)]),
    );
  return { dim: 2, frames: 1, action: false, embed, predict: async (z) => z! };
}

const training = { transitions: heldOut(config, 5), fixedNoise: key(1) };

test('an embedding that knows the column modulo two steps only is found out', async () => {
  const m = await measureJoint(config, wave(6), 'none', 0, training);
  expect(m.alias).toBeGreaterThan(0.97);
  // One step is half the circle, two steps are all of it.
  expect(m.autocorrelation[0]).toBeLessThan(-0.9);
  expect(m.autocorrelation[1]).toBeGreaterThan(0.9);
  expect(m.noiseShare).toBe(0);
  // Standing still predicts the opposite point: error 4, variance 1, divided by the two dimensions of each.
  expect(m.unexplained).toBeGreaterThan(3.8);
  expect(m.unexplained).toBe(m.copyLast);
});

test('an embedding that knows the column is not taken for one that aliases', async () => {
  const m = await measureJoint(config, wave(200), 'none', 0, training);
  expect(m.alias).toBeLessThan(0.15);
  expect(m.position).toBeGreaterThan(0.99);
});

test('the noise share is that of the definition: noise of a known variance beside a known signal', async () => {
  // The number of lit pixels is noise alone; the column drowns in none of it at this scale.
  const pixels = size * size;
  const embed: RowFunction = async (x) =>
    Float32Array.from({ length: x!.length / pixels }, (_, i) => {
      const picture = x!.subarray(i * pixels, (i + 1) * pixels);
      // Pixels far from the ball's row know nothing of it.
      let lit = 0;
      for (let p = 0; p < 8 * size; p++) lit += picture[p]!;
      return lit;
    });
  const counting: JointFunctions = { dim: 1, frames: 1, action: false, embed, predict: async (z) => z! };
  const m = await measureJoint(config, counting, 'online', 0, training);
  expect(m.noiseShare).toBeGreaterThan(0.9);
});

test('the Bayes prediction has no reducible error, and its sharpness is its own', async () => {
  const positions = heldOut(config, 2).now;
  const bayes: RowFunction = async () => {
    const out = new Float32Array(positions.length * size * size);
    positions.forEach((x, i) => {
      out.set(bayesPrediction(config.world, x), i * size * size);
    });
    return out;
  };
  const { interior, walls, all } = await measureSmear(config, bayes, false, 2);
  expect(all.reducible).toBe(0);
  expect(all.error).toBeCloseTo(all.irreducible, 12);
  expect(Math.abs(all.irreducible / ballFloors(config.world, 96).clean - 1)).toBeLessThan(0.05);
  expect(interior.sharpness).toBeCloseTo(interior.bayesSharpness, 12);
  // Two half balls: each half the contrast, so a quarter of the energy, twice; a little more where they overlap.
  expect(interior.sharpness).toBeGreaterThan(0.45);
  expect(interior.sharpness).toBeLessThan(0.6);
  expect([walls.sharpness, walls.error]).toEqual([1, 0]);
  expect(interior.spread).toBeGreaterThan(1.5 * interior.trueSpread);
});

test('the principal plane finds the two directions of most variance', () => {
  const n = 60;
  const data = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    data.set(
      [5 + 0.1 * Math.sin(7 * i), 3 * Math.cos((2 * Math.PI * i) / n), 1 * Math.sin((2 * Math.PI * i) / n)],
      3 * i,
    );
  }
  const { points, shares } = principalPlane(matrix(data, 3));
  expect(shares[0] + shares[1]).toBeGreaterThan(0.998);
  expect(shares[0] / shares[1]).toBeCloseTo(9, 0);
  expect(Math.abs(points[0]!)).toBeCloseTo(3, 1);
  expect([...principalPlane(matrix(new Float64Array(9), 3)).shares]).toEqual([0, 0]);
});

test('energies are lowest where the prediction is, whatever the energy', async () => {
  const still = wave(60);
  const pixel: RowFunction = async (x) => x!;
  const columns = Array.from({ length: 41 }, (_, i) => 6 + 0.5 * i);
  const curves = await energyCurves(config.world, { pixel, contrastive: still, joint: still }, 16, columns);
  for (const energy of [curves.pixel, curves.contrastive, curves.joint]) {
    expect(columns[energy.indexOf(Math.min(...energy))]).toBe(16);
  }
  // The contrastive energy is -log of a softmax over the candidates: its exponentials sum to one.
  expect(curves.contrastive.reduce((sum, e) => sum + Math.exp(-e), 0)).toBeCloseTo(1, 6);
  expect(curves.next).toEqual([13, 19]);
});
