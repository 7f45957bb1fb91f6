// k-nearest-neighbour classification of embeddings, in the two conventions of the public codes. They differ in the
// weight of a vote, so their scores are not comparable.

import { JepaError } from '../../core/index.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';

/** Distances of `knnByDistance`; cosine is 1 minus the cosine similarity. */
export type KnnDistance = 'euclidean' | 'squared_euclidean' | 'cosine' | 'manhattan';

/** Labelled embeddings to vote: x [n, d] and labels 0..classes-1. */
export interface KnnIndex {
  readonly x: Matrix;
  readonly labels: ArrayLike<number>;
  readonly classes: number;
}

/**
 * Class scores [m, classes]: the sum over the k nearest of 1 / (distance + temperature), not normalised.
 *
 * Source: galilai-group/stable-pretraining, `callbacks/knn.py`.
 */
export function knnByDistance(
  index: KnnIndex,
  x: Matrix,
  options: { readonly k: number; readonly temperature: number; readonly distance: KnnDistance },
): Matrix {
  const { temperature, distance } = options;
  const compare = distance === 'cosine' ? unitRows : (m: Matrix): Matrix => m;
  return vote(index, x, options.k, compare, (a, b, i, j, d) => {
    const value = distances[distance](a, b, i, j, d);
    return { rank: value, weight: 1 / (value + temperature) };
  });
}

/**
 * Class scores [m, classes]: the sum over the k most similar of exp(cosine / temperature).
 *
 * Source: facebookresearch/dino, `eval_knn.py`; temperature 0.07 and k = 20 there. Rows are normalised here.
 */
export function knnByCosine(
  index: KnnIndex,
  x: Matrix,
  options: { readonly k: number; readonly temperature?: number },
): Matrix {
  const { temperature = 0.07 } = options;
  return vote(index, x, options.k, unitRows, (a, b, i, j, d) => {
    const similarity = dot(a, b, i, j, d);
    return { rank: -similarity, weight: Math.exp(similarity / temperature) };
  });
}

/** Share of rows whose largest score stands at their label; ties go to the lower class. */
export function accuracy(scores: Matrix, labels: ArrayLike<number>): number {
  if (scores.rows === 0 || labels.length !== scores.rows) {
    throw new JepaError(
      'shape',
      `accuracy: needs one label per row of scores, got ${labels.length} for ${scores.rows}`,
    );
  }
  let right = 0;
  for (let i = 0; i < scores.rows; i++) {
    let best = 0;
    for (let c = 1; c < scores.cols; c++) {
      if (scores.data[i * scores.cols + c]! > scores.data[i * scores.cols + best]!) best = c;
    }
    if (best === labels[i]) right++;
  }
  return right / scores.rows;
}

type PairFunction<T> = (a: Matrix['data'], b: Matrix['data'], i: number, j: number, d: number) => T;

const squared: PairFunction<number> = (a, b, i, j, d) => {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += (a[i * d + c]! - b[j * d + c]!) ** 2;
  return sum;
};

const dot: PairFunction<number> = (a, b, i, j, d) => {
  let sum = 0;
  for (let c = 0; c < d; c++) sum += a[i * d + c]! * b[j * d + c]!;
  return sum;
};

const distances: Readonly<Record<KnnDistance, PairFunction<number>>> = {
  euclidean: (a, b, i, j, d) => Math.sqrt(squared(a, b, i, j, d)),
  squared_euclidean: squared,
  cosine: (a, b, i, j, d) => 1 - dot(a, b, i, j, d),
  manhattan: (a, b, i, j, d) => {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += Math.abs(a[i * d + c]! - b[j * d + c]!);
    return sum;
  },
};

/** Rows divided by their length; a zero row stays zero. */
export function unitRows(x: Matrix): Matrix<Float64Array> {
  const data = Float64Array.from(x.data);
  for (let i = 0; i < x.rows; i++) {
    const row = data.subarray(i * x.cols, (i + 1) * x.cols);
    const length = Math.sqrt(row.reduce((s, v) => s + v * v, 0)) || 1;
    for (let j = 0; j < row.length; j++) row[j]! /= length;
  }
  return { rows: x.rows, cols: x.cols, data };
}

function vote(
  index: KnnIndex,
  x: Matrix,
  k: number,
  prepare: (m: Matrix) => Matrix,
  pair: PairFunction<{ readonly rank: number; readonly weight: number }>,
): Matrix {
  requireFinite(index.x, 'knn: labelled embeddings');
  requireFinite(x, 'knn: embeddings');
  const { classes, labels } = index;
  const n = index.x.rows;
  if (x.cols !== index.x.cols) {
    throw new JepaError('shape', `knn: embeddings have ${x.cols} columns, the labelled ones ${index.x.cols}`);
  }
  if (labels.length !== n) throw new JepaError('shape', `knn: needs one label per row, got ${labels.length} for ${n}`);
  if (!Number.isInteger(k) || k < 1 || k > n) {
    throw new JepaError('usage', `knn: k must be a whole number from 1 to ${n} (the labelled embeddings), got ${k}`);
  }
  const a = prepare(x).data;
  const b = prepare(index.x).data;
  const scores = new Float64Array(x.rows * classes);
  for (let i = 0; i < x.rows; i++) {
    const found = Array.from({ length: n }, (_, j) => ({ j, ...pair(a, b, i, j, x.cols) }));
    found.sort((p, q) => p.rank - q.rank);
    for (const { j, weight } of found.slice(0, k)) scores[i * classes + labels[j]!]! += weight;
  }
  return { rows: x.rows, cols: classes, data: scores };
}
