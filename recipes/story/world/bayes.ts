// What the best possible pixel predictor does, and what it cannot help: the conditional mean of the next picture given
// where the ball is, and its mean squared error. Computed, not measured.
//
// Positions stay on x + speed Z, so each residue class of positions is a small Markov chain of its own: all starts, both
// directions and all frames of an episode are counted, and the classes are averaged over the residue.

import { type BallWorld, checkBallWorld, drawBall } from '../../../src/envs/index.ts';
import { dotProbability, successors } from './chain.ts';

/** Errors per pixel that need no training, and how often the future is ambiguous. */
export interface BallFloors {
  /** Share of transitions from positions with two possible successors (the interior; walls have one). */
  readonly ambiguous: number;
  /** Error of the conditional mean: no predictor of one picture is better. */
  readonly clean: number;
  /** The same when the pictures to predict have fresh distractors. */
  readonly noisy: number;
  /** Error of predicting a black picture. */
  readonly allBlack: number;
  /** Error of predicting the present picture again. */
  readonly copyLast: number;
  /** Probability that a distractor covers a given pixel, 1 - (1 - 1 / pixels)^dots. */
  readonly dotProbability: number;
}

/**
 * The floors of a world, averaged over `classes` residues (the pictures change at finitely many positions, so a few
 * hundred give four digits).
 *
 * Reference values: full world clean 0.01759, noisy 0.0592, all black 0.0483, copy 0.0439; lite world 0.01692, 0.05866,
 * 0.04685, 0.04102; ambiguous 0.854.
 */
export function ballFloors(world: BallWorld, classes = 384): BallFloors {
  checkBallWorld(world);
  const pixels = world.size * world.size;
  const p = dotProbability(world);
  const [ahead, back, here] = [new Float32Array(pixels), new Float32Array(pixels), new Float32Array(pixels)];
  let [weight, ambiguous, clean, noisy, allBlack, copyLast] = [0, 0, 0, 0, 0, 0];
  for (let c = 0; c < classes; c++) {
    const residue = ((c + 0.5) / classes) * world.speed;
    for (const { x, right, left } of successors(world, residue)) {
      const total = right + left;
      if (total === 0) continue;
      const q = right / total;
      drawBall(world, x, here);
      drawBall(world, x + world.speed, ahead);
      drawBall(world, x - world.speed, back);
      weight += total;
      if (q > 0 && q < 1) ambiguous += total;
      for (let i = 0; i < pixels; i++) {
        const ball = q * ahead[i]! + (1 - q) * back[i]!;
        const lit = 1 - (1 - p) * (1 - ball);
        clean += (total * ball * (1 - ball)) / pixels;
        noisy += (total * lit * (1 - lit)) / pixels;
        allBlack += (total * ball) / pixels;
        copyLast += (total * (q * (ahead[i]! - here[i]!) ** 2 + (1 - q) * (back[i]! - here[i]!) ** 2)) / pixels;
      }
    }
  }
  return {
    ambiguous: ambiguous / weight,
    clean: clean / weight,
    noisy: noisy / weight,
    allBlack: allBlack / weight,
    copyLast: copyLast / weight,
    dotProbability: p,
  };
}

/**
 * The probability that the ball at `x` moves right, over all episodes that visit `x`: 0 or 1 at the walls, about one half
 * between them.
 */
export function moveRightProbability(world: BallWorld, x: number): number {
  const { radius, speed } = world;
  const steps = Math.floor((x - radius) / speed);
  const found = successors(world, x - radius - steps * speed)[steps];
  return found === undefined ? Number.NaN : found.right / (found.right + found.left);
}

/** The conditional mean of the next picture given the ball at `x`, [size, size]; `noisy` when it will have distractors. */
export function bayesPrediction(world: BallWorld, x: number, noisy = false): Float32Array {
  const pixels = world.size * world.size;
  const [ahead, back] = [new Float32Array(pixels), new Float32Array(pixels)];
  drawBall(world, x + world.speed, ahead);
  drawBall(world, x - world.speed, back);
  const q = moveRightProbability(world, x);
  const p = noisy ? dotProbability(world) : 0;
  return ahead.map((v, i) => 1 - (1 - p) * (1 - q * v - (1 - q) * back[i]!));
}
