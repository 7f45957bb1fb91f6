// One picture in, one embedding out: for models that do not care how their pictures are read.
// Legend: N images, W width of the embedding.

import { JepaError } from '../core/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { type Impala, type ImpalaConfig, impala } from './impala.ts';
import type { Module } from './module.ts';
import { IMAGENET, type PixelNormalisation } from './pixels.ts';
import { type Vit, type VitConfig, vit } from './vit.ts';

/**
 * A vision transformer, or, when `stacks` are given, an Impala network. At 64 pixels and a thousand updates the second reads
 * more of the state than a small transformer does, in longer steps (docs/decisions/push-t-recipe.md).
 */
export type PictureEncoderConfig = VitConfig | ImpalaConfig;

/** What a bound encoder offers beyond `embedPictures` depends on its kind. */
export type PictureEncoder = Vit | Impala;

/** Whether a configuration is that of a vision transformer. */
export function isVit(config: PictureEncoderConfig): config is VitConfig {
  return !('stacks' in config);
}

/**
 * Defines an encoder of single pictures; `dim` of its configuration is the width of its embedding.
 *
 * @throws JepaError `usage` when the configuration is of neither kind or of both
 */
export function pictureEncoder(
  config: PictureEncoderConfig,
  normalisation: PixelNormalisation = IMAGENET,
): Module<PictureEncoder> {
  if ('stacks' in config === 'patchSize' in config) {
    throw new JepaError(
      'usage',
      `encoder: needs either patchSize (a vision transformer) or stacks (an Impala network), got ${Object.keys(config).join(', ')}`,
    );
  }
  return isVit(config) ? vit(config, normalisation) : impala(config, normalisation);
}

/** Embeddings of pictures, [N, W]: the class token of a transformer. Images are u8 [N, H, W, 3], or normalised f32. */
export function embedPictures(encoder: PictureEncoder, images: Tensor): Tensor {
  return 'cls' in encoder ? encoder.cls(images) : encoder.embed(images);
}
