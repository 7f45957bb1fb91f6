// A decoder from one embedding to a picture: every patch starts from its learned place plus the embedding, blocks of a
// transformer mix them, and a linear map gives each patch's pixels.
// Legend: N embeddings, D width of an embedding, d of the decoder, P patches, n = p p 3 numbers of a patch.

import { JepaError } from '../../core/index.ts';
import {
  layerNorm,
  linear,
  type Module,
  module,
  param,
  transformerBlock,
  truncatedNormalInit,
} from '../../nn/index.ts';
import { add, expandDims, reshape, type Tensor } from '../../tensor/index.ts';

/** Size of a picture decoder. */
export interface PictureDecoderConfig {
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  /** d */
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlpDim: number;
}

/**
 * Embeddings [N, D] -> the picture's patches in raster order, each in the order row, column, channel: [N, P n].
 *
 * @throws JepaError `usage` when the picture does not divide into patches, or no block is asked for
 */
export function pictureDecoder(
  embedDim: number,
  imageSize: number,
  { patchSize, dim, depth, heads, mlpDim }: PictureDecoderConfig,
): Module<(z: Tensor) => Tensor> {
  if (imageSize % patchSize !== 0)
    throw new JepaError(
      'usage',
      `pixels: imageSize ${imageSize} must be a multiple of the decoder's patchSize ${patchSize}`,
    );
  if (depth < 1) throw new JepaError('usage', `pixels: the decoder needs at least 1 block, got ${depth}`);
  const patches = (imageSize / patchSize) ** 2;
  const children = {
    embed: linear(embedDim, dim),
    pos_embed: param([1, patches, dim], truncatedNormalInit(0.02)),
    blocks: Array.from({ length: depth }, () => transformerBlock({ dim, heads, mlpDim })),
    norm: layerNorm(dim),
    pixels: linear(dim, 3 * patchSize ** 2),
  };
  return module(children, (m) => (z: Tensor) => {
    const start = add(expandDims(m.embed(z), 1), m.pos_embed);
    const tokens = m.blocks.reduce((x, block) => block(x), start);
    return reshape(m.pixels(m.norm(tokens)), [z.shape[0]!, -1]);
  });
}
