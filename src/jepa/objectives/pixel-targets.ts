// Pixels as targets, for the generative baselines: a masked autoencoder (He et al. 2021, arXiv 2111.06377; code
// facebookresearch/mae, models_mae.py) predicts each patch's pixels, normalised within the patch.
// Legend: B images, N patches, P numbers per patch (p p C in the order row, column, channel).

import { IMAGENET, type PixelNormalisation, patches } from '../../nn/index.ts';
import {
  add,
  cast,
  constant,
  div,
  mul,
  reduceMean,
  sqrt,
  sub,
  type Tensor,
  transpose,
  variance,
} from '../../tensor/index.ts';

/** Options of `pixelTargets`. */
export interface PixelTargetOptions {
  /** Whether each patch is brought to mean 0 and deviation 1 (MAE's `norm_pix_loss`); default true. */
  readonly normalise?: boolean;
  /** Normalisation of u8 pixels, before patches are formed; default ImageNet's, as the encoder's. */
  readonly pixels?: PixelNormalisation;
}

/**
 * The patches of images as rows of numbers, [B, N, P]. With `normalise`: (x - mean) / sqrt(variance + 1e-6) within each patch,
 * variance unbiased, so a patch of one colour becomes 0.
 *
 * @param images u8 [B, H, W, C], or f32 [B, C, H, W] already normalised
 * @throws JepaError 'shape' when the image does not divide into patches
 */
export function pixelTargets(images: Tensor, patchSize: number, options: PixelTargetOptions = {}): Tensor {
  const { normalise = true, pixels = IMAGENET } = options;
  const rows = patches(images.dtype === 'u8' ? scaled(images, pixels) : images, patchSize);
  if (!normalise) return rows;
  const mean = reduceMean(rows, { axes: -1, keepDims: true });
  const spread = sqrt(add(variance(rows, { axes: -1, keepDims: true }), 1e-6));
  return div(sub(rows, mean), spread);
}

/** u8 [B, H, W, C] as normalised f32 [B, C, H, W]. */
function scaled(images: Tensor, { mean, std }: PixelNormalisation): Tensor {
  const perChannel = (numbers: readonly number[]): Tensor =>
    constant(Float32Array.from(numbers), [numbers.length], 'f32');
  const unit = mul(cast(images, 'f32'), 1 / 255);
  return transpose(div(sub(unit, perChannel(mean)), perChannel(std)), [0, 3, 1, 2]);
}
