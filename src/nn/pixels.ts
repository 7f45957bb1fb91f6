// Images as they enter an encoder: u8 [B, H, W, C] pixels, or f32 [B, C, H, W] that are normalised already.

import { JepaError } from '../core/index.ts';
import { cast, constant, mul, sub, type Tensor, transpose } from '../tensor/index.ts';

/** Per-channel mean and deviation of pixels scaled to [0, 1]. */
export interface PixelNormalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** ImageNet statistics, the default of the references. */
export const IMAGENET: PixelNormalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Height, width and channels of f32 images [B, C, H, W] or u8 images [B, H, W, C]. */
export function imageSizes(images: Tensor): readonly [height: number, width: number, channels: number] {
  if (images.shape.length !== 4)
    throw new JepaError(
      'shape',
      `images must be f32 [B, C, H, W] or u8 [B, H, W, C], got [${images.shape.join(', ')}]`,
    );
  const [, a, b, c] = images.shape as [number, number, number, number];
  return images.dtype === 'u8' ? [a, b, c] : [b, c, a];
}

/** u8 pixels [B, H, W, C] as f32 planes [B, C, H, W], 0 to 255. */
export function pixelPlanes(pixels: Tensor): Tensor {
  return cast(transpose(pixels, [0, 3, 1, 2]), 'f32');
}

/** Planes [B, C, H, W] of 0 to 255 scaled to [0, 1], less the mean, over the deviation of each channel. */
export function normalisePlanes(planes: Tensor, { mean, std }: PixelNormalisation): Tensor {
  const perChannel = (values: readonly number[]): Tensor =>
    constant(Float32Array.from(values), [values.length, 1, 1], 'f32');
  const scaled = mul(planes, perChannel(std.map((s) => 1 / (255 * s))));
  return sub(scaled, perChannel(mean.map((m, i) => m / std[i]!)));
}
