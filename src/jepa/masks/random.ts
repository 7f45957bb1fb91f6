// MAE's random masks (He et al. 2021, arXiv 2111.06377; code facebookresearch/mae, `random_masking`): each image keeps a
// random subset of its patches, of the same number for all images. Index lists on the host, no tensors.
// Legend: B images, N patches, K kept ones.

import { fold, JepaError, type Key, permutation } from '../../core/index.ts';

/** Masks of one batch: patch ids, ascending in each row. */
export interface RandomMasks {
  /** [B, K] */
  readonly kept: Int32Array;
  /** [B, N - K] */
  readonly masked: Int32Array;
}

/**
 * Random masks of a batch, `kept` of `patches` in each image; MAE keeps a quarter. The same key gives the same masks.
 *
 * @throws JepaError 'usage' when nothing is kept, or nothing masked
 */
export function randomMasks(key: Key, batch: number, patches: number, kept: number): RandomMasks {
  if (!(Number.isInteger(kept) && kept >= 1 && kept < patches))
    throw new JepaError(
      'usage',
      `randomMasks: must keep between 1 and ${patches - 1} of ${patches} patches, got ${kept}: there must be something to see and something to predict`,
    );
  const masked = patches - kept;
  const out = { kept: new Int32Array(batch * kept), masked: new Int32Array(batch * masked) };
  for (let b = 0; b < batch; b++) {
    const order = permutation(fold(key, b), patches);
    out.kept.set(order.subarray(0, kept).sort(), b * kept);
    out.masked.set(order.subarray(kept).sort(), b * masked);
  }
  return out;
}
