// Weighted k-nearest-neighbour classification from neighbours that were found once, for any k up to theirs.
// Source: facebookresearch/dino `eval_knn.py`: temperature 0.07; k = 20 is best there, 10, 20, 100 and 200 are reported.

import { JepaError } from '../../core/index.ts';
import type { Matrix } from '../matrix/matrix.ts';
import type { Neighbours } from './nearest.ts';

/**
 * Class scores [queries, classes]: the sum over the k nearest of exp(cosine / temperature) at their labels. The same
 * numbers as `knnByCosine`, which compares with every row, in float32.
 *
 * @param labels of the rows of the index, whole numbers from 0 to `classes` - 1
 * @param options.k at most the k of the neighbours
 */
export function knnVotes(
  neighbours: Neighbours,
  labels: ArrayLike<number>,
  classes: number,
  { k = neighbours.k, temperature = 0.07 }: { readonly k?: number; readonly temperature?: number } = {},
): Matrix<Float64Array> {
  if (!Number.isInteger(k) || k < 1 || k > neighbours.k) {
    throw new JepaError(
      'usage',
      `knnVotes: k must be a whole number from 1 to ${neighbours.k} (the neighbours found), got ${k}`,
    );
  }
  if (!(temperature > 0)) throw new JepaError('usage', `knnVotes: temperature must be above 0, got ${temperature}`);
  const data = new Float64Array(neighbours.queries * classes);
  for (let q = 0; q < neighbours.queries; q++) {
    for (let i = 0; i < k; i++) {
      const at = q * neighbours.k + i;
      data[q * classes + labels[neighbours.rows[at]!]!]! += Math.exp(neighbours.similarity[at]! / temperature);
    }
  }
  return { rows: neighbours.queries, cols: classes, data };
}
