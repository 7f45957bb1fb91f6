// Three energies of the same question, computed by trained models: given this picture, how well does that picture follow?
// The second picture is the ball at every column in turn, so an energy is a curve over columns.

import { type BallWorld, bounce } from '../../src/envs/index.ts';
import type { JointFunctions, RowFunction } from './models.ts';
import { TEMPERATURE } from './objectives.ts';
import { picturesAt } from './planning.ts';

/** Energies over the columns of candidate pictures. */
export type EnergyCurves = {
  /** Column of the ball in the given picture. */
  readonly x: number;
  readonly columns: readonly number[];
  /** The columns where the ball can be next. */
  readonly next: readonly number[];
  /** Mean squared difference of the predicted picture and the candidate. */
  readonly pixel: readonly number[];
  /** Minus the cosine of predicted and candidate embedding over the temperature, plus the log of its normaliser. */
  readonly contrastive: readonly number[];
  /** Mean squared difference of predicted and candidate embedding. */
  readonly joint: readonly number[];
};

/** The models whose energies are drawn. */
export interface EnergyModels {
  readonly pixel: RowFunction;
  readonly contrastive: JointFunctions;
  readonly joint: JointFunctions;
}

/** The energies of candidates at `columns` after a picture of the ball at `x`. */
export async function energyCurves(
  world: BallWorld,
  { pixel, contrastive, joint }: EnergyModels,
  x: number,
  columns: readonly number[],
): Promise<EnergyCurves> {
  const [given, candidates] = [picturesAt(world, [x]), picturesAt(world, columns)];
  const guess = await pixel(given);
  const predicted = await joint.predict(await joint.embed(given));
  const chosen = await contrastive.predict(await contrastive.embed(given));
  const scores = rowsOf(await contrastive.embed(candidates), contrastive.dim).map(
    (z) => cosine(chosen, z) / TEMPERATURE,
  );
  const largest = Math.max(...scores);
  const normaliser = largest + Math.log(scores.reduce((sum, s) => sum + Math.exp(s - largest), 0));
  return {
    x,
    columns,
    next: [...new Set([-1, 1].map((direction) => bounce(world, x, direction).x))],
    pixel: rowsOf(candidates, guess.length).map((picture) => difference(guess, picture)),
    contrastive: scores.map((s) => normaliser - s),
    joint: rowsOf(await joint.embed(candidates), joint.dim).map((z) => difference(predicted, z)),
  };
}

function rowsOf(data: Float32Array, width: number): Float32Array[] {
  return Array.from({ length: data.length / width }, (_, i) => data.subarray(i * width, (i + 1) * width));
}

function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, v, i) => sum + (v - b[i]!) ** 2, 0) / a.length;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((v, i) => {
    ab += v * b[i]!;
    aa += v * v;
    bb += b[i]! * b[i]!;
  });
  return ab / Math.sqrt(aa * bb);
}
