// Multi-head attention on tokens.
// Legend: B batch, N queries, M keys, H heads, d dimensions per head.

import { JepaError } from '../core/index.ts';
import { add, constant, matmul, reshape, softmax, type Tensor, transpose } from '../tensor/index.ts';

/** Options of attention. */
export interface AttentionOptions {
  readonly heads: number;
  /** Each query sees keys up to its own position. */
  readonly causal?: boolean;
  /** Added to the scores; broadcasts to [B, H, N, M] (use large negative numbers to forbid). */
  readonly mask?: Tensor;
  /** Applied to the attention weights [B, H, N, M] after the softmax: their dropout. */
  readonly dropWeights?: (weights: Tensor) => Tensor;
}

const FORBIDDEN = -1e9;
const causalMasks = new Map<number, Tensor>();

/** [n, n]: 0 on and below the diagonal, a large negative number above. */
export function causalMask(n: number): Tensor {
  let mask = causalMasks.get(n);
  if (mask === undefined) {
    const data = new Float32Array(n * n);
    for (let i = 0; i < n; i++) data.fill(FORBIDDEN, i * n + i + 1, (i + 1) * n);
    mask = constant(data, [n, n], 'f32');
    causalMasks.set(n, mask);
  }
  return mask;
}

/** softmax(Q K^T / sqrt(d) + mask) V per head: q [B, N, H d], k and v [B, M, H d] -> [B, N, H d]. */
export function attend(q: Tensor, k: Tensor, v: Tensor, options: AttentionOptions): Tensor {
  const { heads, causal = false, mask, dropWeights = (w) => w } = options;
  const [B, N, width] = q.shape as [number, number, number];
  const M = k.shape[1]!;
  if (width % heads !== 0)
    throw new JepaError('shape', `attention: width ${width} must be a multiple of heads ${heads}`);
  const d = width / heads;
  const perHead = (x: Tensor, n: number): Tensor => transpose(reshape(x, [B, n, heads, d]), [0, 2, 1, 3]);
  let scores = matmul(perHead(q, N), perHead(k, M), { transB: true, alpha: 1 / Math.sqrt(d) });
  if (causal && N > 1) scores = add(scores, causalMask(N));
  if (mask !== undefined) scores = add(scores, mask);
  const mixed = matmul(dropWeights(softmax(scores)), perHead(v, M));
  return reshape(transpose(mixed, [0, 2, 1, 3]), [B, N, width]);
}
