// How a pixel predictor errs: how much of its error nobody could avoid, and how sharp the ball is that it draws, between the
// walls and at them. Every measure is taken of the truth and of the Bayes prediction too.

import { fold, key } from '../../src/core/index.ts';
import type { BallWorld } from '../../src/envs/index.ts';
import type { StoryConfig } from './config.ts';
import { allRows, heldOut } from './measure.ts';
import type { RowFunction } from './models.ts';
import { bayesPrediction, moveRightProbability } from './world/bayes.ts';
import { ballBatch } from './world/transitions.ts';

/** Sums over some held-out transitions, as means. */
export type SmearMeasures = {
  readonly transitions: number;
  /** Mean squared error per pixel. */
  readonly error: number;
  /** Error of the Bayes prediction on the same pictures: irreducible. */
  readonly irreducible: number;
  /** Mean squared difference from the Bayes prediction: what more training could take away. */
  readonly reducible: number;
  /** Energy of the horizontal and vertical differences of neighbouring pixels over that of the true next picture. */
  readonly sharpness: number;
  /** The same of the Bayes prediction. */
  readonly bayesSharpness: number;
  /** Deviation in pixels of the lit mass along the row, about its mean. */
  readonly spread: number;
  readonly trueSpread: number;
};

/** Where the future is ambiguous, where it is not, and everywhere. */
export type Smear = { readonly interior: SmearMeasures; readonly walls: SmearMeasures; readonly all: SmearMeasures };

/** Sum of squared differences of neighbouring pixels, `clip` taken off first so that faint background does not count. */
function edges(picture: ArrayLike<number>, size: number): number {
  let sum = 0;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const v = picture[y * size + x]!;
      if (x + 1 < size) sum += (picture[y * size + x + 1]! - v) ** 2;
      if (y + 1 < size) sum += (picture[(y + 1) * size + x]! - v) ** 2;
    }
  return sum;
}

/** Deviation of the lit mass over the columns. */
function spread(picture: ArrayLike<number>, size: number): number {
  let [mass, first, second] = [0, 0, 0];
  for (let i = 0; i < size * size; i++) {
    const v = picture[i]!;
    const x = i % size;
    mass += v;
    first += v * x;
    second += v * x * x;
  }
  return mass === 0 ? 0 : Math.sqrt(Math.max(0, second / mass - (first / mass) ** 2));
}

/**
 * Measures a pixel predictor on held-out transitions. In a noisy world sharpness and spread are those of the ball alone:
 * the expected share of distractors is taken off the pictures first.
 */
export async function measureSmear(
  config: StoryConfig,
  predict: RowFunction,
  noisy: boolean,
  seed: number,
): Promise<Smear> {
  const { world } = config;
  const transitions = heldOut(config, seed);
  const rows = allRows(transitions.count);
  const noise = noisy ? 'online' : 'none';
  const { now, next } = ballBatch(transitions, rows, { frames: 1, noise }, fold(key(1000 + seed), 'noise'));
  const clean = ballBatch(transitions, rows, { frames: 1, noise: 'none' }, key(0)).next;
  const predicted = await predict(now);
  const pixels = world.size * world.size;
  const dots = noisy ? 1 - (1 - 1 / pixels) ** world.dots : 0;
  const ball = (picture: Float32Array): Float32Array => picture.map((v) => Math.max(0, (v - dots) / (1 - dots)));
  const sums = { interior: emptySums(), walls: emptySums() };
  for (const i of rows) {
    const x = transitions.now[i]!;
    const at = i * pixels;
    const guess = predicted.subarray(at, at + pixels);
    const target = next.subarray(at, at + pixels);
    const bayes = bayesPrediction(world, x, noisy);
    const truth = clean.subarray(at, at + pixels);
    const s = isInterior(world, x) ? sums.interior : sums.walls;
    s.n++;
    for (let p = 0; p < pixels; p++) {
      s.error += (guess[p]! - target[p]!) ** 2 / pixels;
      s.irreducible += (bayes[p]! - target[p]!) ** 2 / pixels;
      s.reducible += (guess[p]! - bayes[p]!) ** 2 / pixels;
    }
    const drawn = ball(guess);
    s.edges += edges(drawn, world.size);
    s.bayesEdges += edges(ball(bayes), world.size);
    s.trueEdges += edges(truth, world.size);
    s.spread += spread(drawn, world.size);
    s.trueSpread += spread(truth, world.size);
  }
  return { interior: means(sums.interior), walls: means(sums.walls), all: means(added(sums.interior, sums.walls)) };
}

/** Whether both directions are possible at `x`. */
function isInterior(world: BallWorld, x: number): boolean {
  const right = moveRightProbability(world, x);
  return right > 0 && right < 1;
}

interface Sums {
  n: number;
  error: number;
  irreducible: number;
  reducible: number;
  edges: number;
  bayesEdges: number;
  trueEdges: number;
  spread: number;
  trueSpread: number;
}

function emptySums(): Sums {
  return {
    n: 0,
    error: 0,
    irreducible: 0,
    reducible: 0,
    edges: 0,
    bayesEdges: 0,
    trueEdges: 0,
    spread: 0,
    trueSpread: 0,
  };
}

function added(a: Sums, b: Sums): Sums {
  return Object.fromEntries(Object.entries(a).map(([name, v]) => [name, v + b[name as keyof Sums]])) as unknown as Sums;
}

function means(s: Sums): SmearMeasures {
  return {
    transitions: s.n,
    error: s.error / s.n,
    irreducible: s.irreducible / s.n,
    reducible: s.reducible / s.n,
    sharpness: s.edges / s.trueEdges,
    bayesSharpness: s.bayesEdges / s.trueEdges,
    spread: s.spread / s.n,
    trueSpread: s.trueSpread / s.n,
  };
}
