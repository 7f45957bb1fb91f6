// What a joint-embedding model of the ball is worth, in numbers that can be compared: its error as a share of the variance of
// what it predicts, on transitions it has never seen and with distractors drawn anew; and what its embedding is made of.
// Legend: N transitions, D embedding.

import { fold, type Key, key } from '../../src/core/index.ts';
import {
  covarianceEigenvalues,
  dimensionDeviation,
  effectiveRank,
  fractionUnexplained,
  type Matrix,
  matrix,
  meanSquaredDifference,
  participationRatio,
  rankMe,
  ridgeProbe,
  scoreProbe,
  sigregStatistic,
} from '../../src/measure/index.ts';
import type { StoryConfig } from './config.ts';
import type { JointFunctions } from './models.ts';
import { type BallNoise, type BallTransitions, ballBatch, ballTransitions } from './world/transitions.ts';

/** Measures of one model. A type, so that it can be written as JSON. */
export type JointMeasures = {
  /** Mean squared error of the predicted embedding, the number that is published. */
  readonly sim: number;
  /** The same on the transitions it was trained on, with their own distractors when those were fixed. */
  readonly trainSim: number;
  /** sim over the mean variance of the next embedding: 1 is predicting the mean. */
  readonly unexplained: number;
  readonly trainUnexplained: number;
  /** The error of repeating the present embedding, as the same share. */
  readonly copyLast: number;
  /** Mean deviation of the embedding's numbers. */
  readonly deviation: number;
  readonly rankMe: number;
  readonly effectiveRank: number;
  readonly participation: number;
  /** SIGReg statistic of 512 embeddings: 1.05 when Gaussian, 206 when collapsed. */
  readonly sigreg: number;
  /** Share of the embedding's variance that distractors cause at a fixed position; 0 without distractors. */
  readonly noiseShare: number;
  /** Variance explained by a linear probe of the position. */
  readonly position: number;
  /** Correlation of the embeddings of pictures one, two and three steps apart. */
  readonly autocorrelation: readonly number[];
  /** Share of the embedding's variance that the position modulo two steps explains. */
  readonly alias: number;
};

/** Held-out transitions of a seed: other episodes than any model has seen. */
export function heldOut(config: StoryConfig, seed: number): BallTransitions {
  return ballTransitions(config.world, config.evals.pairs, fold(key(1000 + seed), 'story', 'held-out'));
}

/** The rows 0 to n - 1. */
export function allRows(n: number): Uint32Array {
  return Uint32Array.from({ length: n }, (_, i) => i);
}

interface Embedded {
  readonly z: Matrix;
  readonly next: Matrix;
  readonly predicted: Matrix;
}

async function embedded(
  model: JointFunctions,
  transitions: BallTransitions,
  noise: BallNoise,
  noiseKey: Key,
): Promise<Embedded> {
  const rows = allRows(Math.min(transitions.count, 2048));
  const batch = ballBatch(transitions, rows, { frames: model.frames, noise }, noiseKey);
  const z = await model.embed(batch.now);
  const next = await model.embed(batch.next);
  const predicted = model.action ? await model.predict(z, batch.action) : await model.predict(z);
  return { z: matrix(z, model.dim), next: matrix(next, model.dim), predicted: matrix(predicted, model.dim) };
}

/** Positions all over the picture, evenly spaced, `perStep` of them in the length of one step. */
function gridTransitions(config: StoryConfig, perStep: number): BallTransitions {
  const { world } = config;
  const { size, radius, speed } = world;
  const count = Math.floor(((size - 2 * radius) * perStep) / speed);
  const now = Float64Array.from({ length: count }, (_, i) => radius + ((i + 0.5) * speed) / perStep);
  return {
    world,
    count,
    now,
    // Two-frame models are shown a ball that comes from the left, or from the wall.
    before: now.map((x) => (x - speed >= radius ? x - speed : x + speed)),
    next: now,
    action: new Float32Array(count).fill(1),
  };
}

/**
 * Correlations over static pictures at distances of 1, 2 and 3 steps, and the share of variance explained by the position
 * modulo two steps: constant speed lets a model predict that residue without knowing where the ball goes.
 */
async function aliasing(
  config: StoryConfig,
  model: JointFunctions,
): Promise<{ readonly autocorrelation: readonly number[]; readonly alias: number }> {
  const perStep = 12;
  const grid = gridTransitions(config, perStep);
  const { now } = ballBatch(grid, allRows(grid.count), { frames: model.frames, noise: 'none' }, key(0));
  const z = await model.embed(now);
  const D = model.dim;
  const n = grid.count;
  const mean = new Float64Array(D);
  for (let i = 0; i < n * D; i++) mean[i % D]! += z[i]! / n;
  const product = (i: number, j: number): number => {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += (z[i * D + d]! - mean[d]!) * (z[j * D + d]! - mean[d]!);
    return sum;
  };
  let total = 0;
  for (let i = 0; i < n; i++) total += product(i, i) / n;
  const autocorrelation = [1, 2, 3].map((steps) => {
    let sum = 0;
    const pairs = n - steps * perStep;
    for (let i = 0; i < pairs; i++) sum += product(i, i + steps * perStep) / pairs;
    return sum / total;
  });
  // Classes of the residue: all grid positions that lie a whole number of double steps apart.
  let between = 0;
  for (let residue = 0; residue < 2 * perStep; residue++) {
    const members = Array.from({ length: n }, (_, i) => i).filter((i) => i % (2 * perStep) === residue);
    for (const i of members) for (const j of members) between += product(i, j) / members.length / n;
  }
  return { autocorrelation, alias: between / total };
}

/** E_x var(z | x) over that plus var_x E(z | x): distractors drawn anew at positions all over the picture. */
async function noiseShare(config: StoryConfig, model: JointFunctions, noise: BallNoise): Promise<number> {
  if (noise === 'none') return 0;
  const grid = gridTransitions(config, 6);
  const { draws } = config.evals;
  const D = model.dim;
  const mean = new Float64Array(D);
  const square = new Float64Array(D);
  let within = 0;
  for (let i = 0; i < grid.count; i++) {
    const rows = new Uint32Array(draws).fill(i);
    const view = { frames: model.frames, noise: 'online' } as const;
    const { now } = ballBatch(grid, rows, view, fold(key(7), 'noise-share', i));
    const z = await model.embed(now);
    for (let d = 0; d < D; d++) {
      let [sum, squares] = [0, 0];
      for (let r = 0; r < draws; r++) {
        sum += z[r * D + d]!;
        squares += z[r * D + d]! ** 2;
      }
      // Unbiased, so that few draws do not understate the share; their mean keeps 1 / draws of it, taken off below.
      const variance = (squares - (sum * sum) / draws) / (draws - 1);
      within += variance / grid.count;
      mean[d]! += sum / draws / grid.count;
      square[d]! += ((sum / draws) ** 2 - variance / draws) / grid.count;
    }
  }
  let between = 0;
  for (let d = 0; d < D; d++) between += square[d]! - mean[d]! ** 2;
  return within / (within + between);
}

/**
 * Measures a model. `noise` is how it was trained; held-out pictures always have distractors of their own.
 *
 * @param training the transitions it was trained on, and the key of its fixed distractors
 */
export async function measureJoint(
  config: StoryConfig,
  model: JointFunctions,
  noise: BallNoise,
  seed: number,
  training: { readonly transitions: BallTransitions; readonly fixedNoise: Key },
): Promise<JointMeasures> {
  const transitions = heldOut(config, seed);
  const fresh = noise === 'none' ? 'none' : 'online';
  const { z, next, predicted } = await embedded(model, transitions, fresh, fold(key(1000 + seed), 'noise'));
  const seen = await embedded(model, training.transitions, noise, training.fixedNoise);
  const eigenvalues = covarianceEigenvalues(z);
  const position = matrix(transitions.now.slice(0, z.rows), 1);
  const half = Math.floor(z.rows / 2);
  const part = (m: Matrix, from: number, to: number): Matrix =>
    matrix(m.data.slice(from * m.cols, to * m.cols) as Float64Array, m.cols);
  const probe = ridgeProbe(part(z, 0, half), part(position, 0, half));
  const sim = meanSquaredDifference(predicted, next);
  const unexplained = fractionUnexplained(predicted, next);
  return {
    sim,
    trainSim: meanSquaredDifference(seen.predicted, seen.next),
    unexplained,
    trainUnexplained: fractionUnexplained(seen.predicted, seen.next),
    copyLast: fractionUnexplained(z, next),
    deviation: dimensionDeviation(z).mean,
    rankMe: rankMe(z),
    effectiveRank: effectiveRank(eigenvalues),
    participation: participationRatio(eigenvalues),
    sigreg: sigregStatistic(part(z, 0, Math.min(512, z.rows)), { key: key(0) }),
    noiseShare: await noiseShare(config, model, noise),
    position: scoreProbe(probe, part(z, half, z.rows), part(position, half, z.rows)).meanR2,
    ...(await aliasing(config, model)),
  };
}
