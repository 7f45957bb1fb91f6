// Images as rows of patches, and their linear embedding.
// Legend: B images, N patches, K patches that are kept, D width, p patch size, C channels.

import { JepaError } from '../core/index.ts';
import {
  add,
  affine,
  cast,
  constant,
  gather,
  mul,
  reduceSum,
  reshape,
  sub,
  type Tensor,
  transpose,
} from '../tensor/index.ts';
import { truncatedNormalInit, zero } from './init.ts';
import { type Module, module, param } from './module.ts';
import { imageSizes, type PixelNormalisation } from './pixels.ts';

/**
 * Patches as rows, in the order (row, column, channel): [B, N, p p C]. Accepts f32 [B, C, H, W] or u8 [B, H, W, C]. With
 * `keep`, i32 [B, K], only the patches of those ids, numbered row by row: [B, K, p p C].
 */
export function patches(images: Tensor, p: number, keep?: Tensor): Tensor {
  const pixels = images.dtype === 'u8';
  const [B] = images.shape as [number];
  const [H, W, C] = imageSizes(images);
  if (H % p !== 0 || W % p !== 0)
    throw new JepaError(
      'shape',
      `patch embedding: image ${H}x${W} must divide into patches of ${p}; resize the images or change patchSize`,
    );
  const [h, w] = [H / p, W / p];
  const grid = pixels
    ? transpose(reshape(images, [B, h, p, w, p * C]), [0, 1, 3, 2, 4])
    : transpose(reshape(images, [B, C, h, p, w, p]), [0, 2, 4, 3, 5, 1]);
  if (keep === undefined) return cast(reshape(grid, [B, h * w, p * p * C]), 'f32');
  if (keep.dtype !== 'i32' || keep.shape.length !== 2 || keep.shape[0] !== B)
    throw new JepaError(
      'shape',
      `kept patches must be i32 [${B}, K], ids of one row for each image, got ${keep.dtype} [${keep.shape.join(', ')}]`,
    );
  const firsts = constant(
    Int32Array.from({ length: B }, (_, b) => b * h * w),
    [B, 1],
    'i32',
  );
  return cast(gather(reshape(grid, [B * h * w, p * p * C]), add(keep, firsts)), 'f32');
}

/**
 * A linear map of each patch, [B, N, D]; weight [D, C, p, p] as PyTorch's Conv2d. Images are f32 [B, C, H, W] already
 * normalised, or u8 [B, H, W, C] pixels: their normalisation is folded into the weights, which costs nothing. With `keep`,
 * i32 [B, K], only those patches are embedded: [B, K, D].
 */
export function patchEmbedding(
  channels: number,
  p: number,
  dim: number,
  normalisation: PixelNormalisation,
): Module<(images: Tensor, keep?: Tensor) => Tensor> {
  const children = { weight: param([dim, channels, p, p], truncatedNormalInit(0.02)), bias: param([dim], zero) };
  return module(children, ({ weight, bias }) => (images: Tensor, keep?: Tensor) => {
    const byPixel = transpose(weight, [0, 2, 3, 1]);
    if (images.dtype === 'f32') return affine(patches(images, p, keep), reshape(byPixel, [dim, -1]), bias);
    const perChannel = (f: (mean: number, std: number) => number): Tensor =>
      constant(
        Float32Array.from(normalisation.mean, (m, i) => f(m, normalisation.std[i]!)),
        [channels],
        'f32',
      );
    const scaled = mul(
      byPixel,
      perChannel((_m, s) => 1 / (255 * s)),
    );
    const offset = reduceSum(
      mul(
        byPixel,
        perChannel((m, s) => m / s),
      ),
      { axes: [1, 2, 3] },
    );
    return affine(patches(images, p, keep), reshape(scaled, [dim, -1]), sub(bias, offset));
  });
}
