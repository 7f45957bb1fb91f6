// The order [H, W, B, C] of images, behind tensors that everyone sees as [B, C, H, W]. With the pixels first and the channels
// last, a convolution is matrix products alone (tiled-convolution.ts). A tensor in this order is shown to the outside as its
// transpose; element-wise operations, batch norms and sums over the pixels look behind the transpose and stay in the order,
// so that a network of convolutions transposes its input once and its result never.

import type { Tensor } from '../graph.ts';
import { pixelMajorOf, SWAP, transpose } from './layout.ts';

/** [B, C, H, W] -> [H, W, B, C]. */
export function toPixelMajor(x: Tensor): Tensor {
  return pixelMajorOf(x) ?? transpose(x, SWAP);
}

/** [H, W, B, C] -> [B, C, H, W]. */
export function fromPixelMajor(x: Tensor): Tensor {
  return transpose(x, SWAP);
}
