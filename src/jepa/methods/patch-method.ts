// What methods on patches ask of an encoder and a predictor.

import { JepaError } from '../../core/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import type { Features } from '../contract/types.ts';
import type { ImageEncoder } from '../encoders/image-encoder.ts';
import type { NarrowVitConfig } from '../predictors/narrow-vit.ts';

/** Size of a predictor over patches; widths in and out and the grid follow from the encoder. */
export type PredictorConfig = Pick<NarrowVitConfig, 'dim' | 'depth' | 'heads'>;

/** The patches of an encoder. Errors: `usage` when it has none, such as a convolutional network. */
export function patchesOf(method: string, { patches }: ImageEncoder): NonNullable<ImageEncoder['patches']> {
  if (patches === undefined)
    throw new JepaError('usage', `${method} masks patches: it needs an encoder of patches, such as a ViT`);
  return patches;
}

/** The tokens of features that have them. */
export function tokensOf({ tokens }: Features): Tensor {
  if (tokens === undefined) throw new JepaError('usage', 'this encoder gives no tokens');
  return tokens;
}
