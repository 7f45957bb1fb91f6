// Tokens by id.
// Legend: B samples, N tokens, K chosen ones, D width.

import { add, constant, gather, reshape, shapeError, type Tensor } from '../../tensor/index.ts';

/**
 * The tokens of each sample at its ids, [B, K, D].
 *
 * @param tokens [B, N, D]
 * @param ids i32 [B, K], each in [0, N)
 */
export function takeTokens(tokens: Tensor, ids: Tensor): Tensor {
  const [B, N, D] = tokens.shape as [number, number, number];
  if (tokens.shape.length !== 3 || ids.dtype !== 'i32' || ids.shape.length !== 2 || ids.shape[0] !== B)
    throw shapeError('takeTokens', [tokens, ids], 'needs tokens [B, N, D] and ids i32 [B, K]');
  const firsts = constant(
    Int32Array.from({ length: B }, (_, b) => b * N),
    [B, 1],
    'i32',
  );
  return gather(reshape(tokens, [B * N, D]), add(ids, firsts));
}
