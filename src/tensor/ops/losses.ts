// Element-wise and categorical losses, made of other operations.

import { shapeError, type Tensor } from '../graph.ts';
import { sameShape } from '../shape.ts';
import { abs, less, mul, neg, type Operand, square, sub, where } from './elementwise.ts';
import { takeAlong } from './indexing.ts';
import { expandDims, reshape } from './layout.ts';
import { logSoftmax } from './normalise.ts';
import { reduceMean } from './reduce.ts';

/**
 * -log softmax(logits)[id], with the classes on the last axis: logits f32 [..., K], ids i32 or i64 [...]. The mean over
 * all rows (default), or one value per row. With K equal logits it is ln K. Ids must lie in [0, K).
 */
export function crossEntropy(
  logits: Tensor,
  ids: Tensor,
  options: { readonly reduction?: 'mean' | 'none' } = {},
): Tensor {
  if (!sameShape(ids.shape, logits.shape.slice(0, -1)))
    throw shapeError('crossEntropy', [logits, ids], 'ids must have the shape of the logits without their last axis');
  const chosen = reshape(takeAlong(logSoftmax(logits), expandDims(ids, -1)), ids.shape);
  return neg(options.reduction === 'none' ? chosen : reduceMean(chosen));
}

/**
 * Element-wise smooth L1 of d = a - b: d^2 / (2 beta) where |d| < beta, else |d| - beta / 2 (PyTorch
 * `smooth_l1_loss`, reduction 'none'); beta 0 is |d|.
 */
export function smoothL1(a: Operand, b: Operand, beta = 1): Tensor {
  const d = sub(a, b);
  const size = abs(d);
  if (beta === 0) return size;
  return where(less(size, beta), mul(square(d), 0.5 / beta), sub(size, beta / 2));
}
