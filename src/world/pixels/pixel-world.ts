// A generative world model, the control of LeWorldModel: the same encoder and predictor, but what is asked of an embedding is
// that the picture can be drawn from it, the next one too. Nothing keeps embeddings apart besides, and nothing needs to.
// Legend: B clips, T frames, D width, N embeddings, P patches, n numbers of a patch.

import { IMAGENET, type Module, module, type PixelNormalisation } from '../../nn/index.ts';
import { reshape, type Tensor } from '../../tensor/index.ts';
import { type LeWm, type LeWmNetwork, leWm } from '../le-wm/le-wm.ts';
import { type PictureDecoderConfig, pictureDecoder } from './decoder.ts';

/** Size of a pixel world model, how it is trained and how plans are scored. */
export interface PixelWorldConfig extends LeWmNetwork {
  readonly decoder: PictureDecoderConfig;
  /** Weight of drawing present frames from their own embeddings, beside that of next ones, which is 1. */
  readonly reconstruction: number;
  /**
   * What next frames are drawn from: `one-step`, predictions made from true frames, as LeWorldModel's; `unrolled`, predictions
   * made from predictions from the first frame on, as plans are imagined. Default `one-step`.
   */
  readonly prediction?: 'one-step' | 'unrolled';
  /** What is compared with the goal: drawn pictures, or embeddings. Default `pixels`. */
  readonly cost?: 'pixels' | 'latent';
  /** Of u8 pixels, as they are read and as they are drawn; default ImageNet's. */
  readonly normalisation?: PixelNormalisation;
}

/** What a bound pixel world model offers. */
export interface PixelWorld extends LeWm {
  /** Pictures from embeddings, [..., D] -> normalised pixels [..., P n], patch by patch. */
  decode(z: Tensor): Tensor;
}

/** Defines a pixel world model. Parameters are called as LeWorldModel's, those of the decoder `decoder.*`. */
export function pixelWorld(config: PixelWorldConfig): Module<PixelWorld> {
  const { embedDim, encoder, normalisation = IMAGENET } = config;
  const children = {
    '': leWm(config, normalisation),
    decoder: pictureDecoder(embedDim, encoder.imageSize, config.decoder),
  };
  return module(children, (m) => ({
    ...m[''],
    decode: (z) => reshape(m.decoder(reshape(z, [-1, embedDim])), [...z.shape.slice(0, -1), -1]),
  }));
}
