// Whether embeddings that belong together are closer than embeddings that do not: two views of an image, a prediction and its
// target, a text and its code. A loss that only pulls pairs together is lowest when every pair, right or wrong, is alike.

import { JepaError } from '../../core/index.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';
import { unitRows } from '../probes/knn.ts';

/** Cosines of true and wrong pairs of two sets of rows. */
export interface PairSimilarity {
  /** Mean cosine of x_i and y_i. */
  readonly matched: number;
  /** Mean cosine of x_i and y_j with j != i. */
  readonly mismatched: number;
  /** (matched - mismatched) / (1 - mismatched): 1 when true pairs agree and others do not, 0 when it makes no difference. */
  readonly margin: number;
  /** Share of x_i whose most similar y is y_i; chance is 1 / pairs. A tie with a wrong y counts as a miss. */
  readonly retrieval: number;
  readonly pairs: number;
}

/** Compares rows of X with rows of Y, both [n, d], n >= 2. The cost is n^2 d: a few hundred pairs are enough. */
export function pairSimilarity(x: Matrix, y: Matrix): PairSimilarity {
  requireFinite(x, 'pairSimilarity: first', 2);
  requireFinite(y, 'pairSimilarity: second', 2);
  if (x.rows !== y.rows || x.cols !== y.cols) {
    throw new JepaError(
      'shape',
      `pairSimilarity: both must be [n, d], got [${x.rows}, ${x.cols}] and [${y.rows}, ${y.cols}]`,
    );
  }
  const [n, d] = [x.rows, x.cols];
  const a = unitRows(x).data;
  const b = unitRows(y).data;
  let matched = 0;
  let all = 0;
  let found = 0;
  for (let i = 0; i < n; i++) {
    let own = 0;
    let best = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < n; j++) {
      let cosine = 0;
      for (let c = 0; c < d; c++) cosine += a[i * d + c]! * b[j * d + c]!;
      all += cosine;
      if (j === i) own = cosine;
      else if (cosine > best) best = cosine;
    }
    matched += own;
    if (own > best) found++;
  }
  const mismatched = (all - matched) / (n * (n - 1));
  matched /= n;
  const room = 1 - mismatched;
  return {
    matched,
    mismatched,
    margin: room < 1e-12 ? 0 : (matched - mismatched) / room,
    retrieval: found / n,
    pairs: n,
  };
}
