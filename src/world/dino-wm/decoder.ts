// A decoder from patch features to pixels, for eyes only: it is trained on detached features, and planning does not use it.
// Each patch's pixels are read from its own feature. (The reference has a VQ-VAE's decoder, which is far larger.)
// Legend: N frames, P patches, Dv width of a patch feature, r x c patches of s x s pixels.

import { type Grid, linear, type Module, module, normalisePlanes, pixelPlanes } from '../../nn/index.ts';
import { gelu, reduceMean, reshape, square, stopGradient, sub, type Tensor, transpose } from '../../tensor/index.ts';

/** How patches lie in a frame. */
export interface PatchGrid {
  readonly grid: Grid;
  /** Side of a patch in pixels. */
  readonly patchSize: number;
}

/** Linear, GELU, Linear on every patch: [N, P, Dv] -> planes [N, 3, H, W], -1 for black and 1 for white. */
export function frameDecoder(
  dim: number,
  hidden: number,
  { grid, patchSize }: PatchGrid,
): Module<(x: Tensor) => Tensor> {
  const [rows, columns] = grid;
  const s = patchSize;
  const children = { hidden: linear(dim, hidden), pixels: linear(hidden, 3 * s * s) };
  return module(children, (m) => (features: Tensor) => {
    const patches = reshape(m.pixels(gelu(m.hidden(features))), [-1, rows, columns, 3, s, s]);
    return reshape(transpose(patches, [0, 3, 1, 4, 2, 5]), [-1, 3, rows * s, columns * s]);
  });
}

const HALF = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };

/**
 * Scalar: the mean squared error of decoded features [B, T, P, Dv] against the u8 frames [B, T, H, W, 3] that they are of. No
 * gradient reaches the features.
 */
export function decodingError(decode: (features: Tensor) => Tensor, features: Tensor, frames: Tensor): Tensor {
  const [B, T, P, Dv] = features.shape as [number, number, number, number];
  const [, , ...frame] = frames.shape;
  const decoded = decode(reshape(stopGradient(features), [B * T, P, Dv]));
  return reduceMean(square(sub(decoded, normalisePlanes(pixelPlanes(reshape(frames, [B * T, ...frame])), HALF))));
}
