// Contrastive objectives: a view should find its partner among the rest of the batch. SimCLR's NT-Xent (Chen et al. 2020,
// arXiv 2002.05709) uses every other embedding of both views as a negative; InfoNCE (van den Oord et al. 2018, arXiv
// 1807.03748) in one direction uses the keys of the batch.
// Legend: N samples, D dimensions.

import {
  concat,
  dot,
  l2Normalise,
  logSumExp,
  matmul,
  mul,
  reduceMean,
  sameShape,
  shapeError,
  sub,
  type Tensor,
} from '../../tensor/index.ts';
import { withDiagonal } from './matrix.ts';

/** Options of the contrastive objectives. */
export interface ContrastiveOptions {
  /** Divides the cosine similarities. SimCLR: 0.1 on ImageNet, 0.5 on CIFAR-10 (default 0.5). */
  readonly temperature?: number;
}

/** exp of this is 0 in f32: no partner. */
const NEVER = -1e9;

/**
 * NT-Xent: for each of the 2 N embeddings, -log of the softmax probability of its partner among the other 2 N - 1, by
 * cosine similarity over the temperature; the mean of all. log(2 N - 1) when all embeddings are equal.
 *
 * @param a [N, D], the projected embeddings of one view
 * @param b [N, D], of the other
 * @throws JepaError 'shape' when the views differ in shape or hold a single sample, which has no negatives
 */
export function ntXent(a: Tensor, b: Tensor, { temperature = 0.5 }: ContrastiveOptions = {}): Tensor {
  requirePairs('ntXent', a, b);
  const [ua, ub] = [l2Normalise(a), l2Normalise(b)];
  const all = concat([ua, ub], 0);
  const similarity = matmul(all, all, { transB: true, alpha: 1 / temperature });
  const among = reduceMean(logSumExp(withDiagonal(similarity, NEVER), { axes: -1 }));
  return sub(among, mul(reduceMean(dot(ua, ub)), 1 / temperature));
}

/**
 * InfoNCE from queries to keys: -log of the softmax probability of a query's own key among the N keys of the batch, by
 * cosine similarity over the temperature; the mean over queries. log N when all keys are equal.
 *
 * @param queries [N, D]
 * @param keys [N, D], the i-th belongs to the i-th query; give `stopGradient(keys)` when they come from a teacher
 * @throws JepaError 'shape' when the two differ in shape or hold a single sample, which has no negatives
 */
export function infoNce(queries: Tensor, keys: Tensor, { temperature = 0.5 }: ContrastiveOptions = {}): Tensor {
  requirePairs('infoNce', queries, keys);
  const [q, k] = [l2Normalise(queries), l2Normalise(keys)];
  const among = logSumExp(matmul(q, k, { transB: true, alpha: 1 / temperature }), { axes: -1 });
  return reduceMean(sub(among, mul(dot(q, k), 1 / temperature)));
}

function requirePairs(name: string, a: Tensor, b: Tensor): void {
  if (a.shape.length !== 2 || !sameShape(a.shape, b.shape) || a.shape[0]! < 2)
    throw shapeError(
      name,
      [a, b],
      'needs two views of one shape [N, D] with at least 2 samples: others are the negatives',
    );
}
