// The encoder of EB-JEPA's world model, an Impala network (Espeholt et al. 2018, arXiv 1802.01561): stacks that each convolve,
// halve the map by a maximum and go through residual blocks; then one linear map and a layer norm. No batch norm, so an
// image's embedding does not depend on its batch. Source: facebookresearch/eb_jepa, architectures.py (`ImpalaEncoder`).
// Legend: N images, C channels, h w size of the feature map, F = C h w of the last stack, D width of the embedding.

import { JepaError } from '../core/index.ts';
import { add, maxPool2d, relu, reshape, slice, type Tensor } from '../tensor/index.ts';
import { convolution, type ImageMap } from './convolution.ts';
import { linear } from './linear.ts';
import { type Module, module } from './module.ts';
import { layerNorm } from './norm.ts';
import { IMAGENET, normalisePlanes, type PixelNormalisation, pixelPlanes } from './pixels.ts';

/** Size of the encoder. */
export interface ImpalaConfig {
  /** Height and width of an image in pixels. */
  readonly imageSize: number;
  /** Channels that are looked at; of u8 pixels, the first ones. */
  readonly channels: number;
  /** Channels of each stack; every stack halves the map, rounded up. */
  readonly stacks: readonly number[];
  /** Residual blocks of a stack. */
  readonly blocks: number;
  /** Width D of the embedding. */
  readonly dim: number;
}

/** What a bound encoder offers. Images are u8 [N, H, W, 3] pixels, or normalised f32 [N, C, H, W]. */
export interface Impala {
  /** The feature map after each stack, [N, C, h, w]. */
  stacks(images: Tensor): readonly Tensor[];
  /** The last map after a ReLU, flattened, [N, F]. */
  features(images: Tensor): Tensor;
  /** Embeddings, [N, D]. */
  embed(images: Tensor): Tensor;
  /** The layer norm of the embeddings, which the predictor ends with too: [..., D]. */
  norm(x: Tensor): Tensor;
}

/** relu(x + conv2(relu(conv1 x))). */
function residual(channels: number): Module<ImageMap> {
  const children = { conv1: convolution(channels, channels, 3), conv2: convolution(channels, channels, 3) };
  return module(children, (m) => (x: Tensor) => relu(add(m.conv2(relu(m.conv1(x))), x)));
}

/** A convolution, a 3x3 maximum of stride 2, and residual blocks. */
function stack(inChannels: number, channels: number, blocks: number): Module<ImageMap> {
  const children = {
    initial_conv: convolution(inChannels, channels, 3),
    blocks: Array.from({ length: blocks }, () => residual(channels)),
  };
  return module(children, (m) => (x: Tensor) => {
    const halved = maxPool2d(m.initial_conv(x), 3, { stride: 2, padding: 1 });
    return m.blocks.reduce((y, block) => block(y), halved);
  });
}

/** Side of the map after the given number of halvings. */
function halved(side: number, times: number): number {
  return times === 0 ? side : halved(Math.ceil(side / 2), times - 1);
}

/** Defines the encoder under the reference's names: `stack_blocks.*`, `mlp`, `final_ln`. */
export function impala(config: ImpalaConfig, normalisation: PixelNormalisation = IMAGENET): Module<Impala> {
  const { imageSize, channels, stacks, blocks, dim } = config;
  if (stacks.length === 0) throw new JepaError('usage', 'impala: stacks must list the channels of at least one stack');
  const side = halved(imageSize, stacks.length);
  const children = {
    stack_blocks: stacks.map((width, i) => stack(stacks[i - 1] ?? channels, width, blocks)),
    mlp: linear(stacks.at(-1)! * side * side, dim),
    final_ln: layerNorm(dim),
  };
  return module(children, (m) => {
    const planesOf = (images: Tensor): Tensor => {
      const planes =
        images.dtype === 'u8' ? normalisePlanes(slice(pixelPlanes(images), 1, 0, channels), normalisation) : images;
      const [, C, H, W] = planes.shape;
      if (planes.shape.length === 4 && C === channels && H === imageSize && W === imageSize) return planes;
      throw new JepaError(
        'shape',
        `impala: images must be f32 [N, ${channels}, ${imageSize}, ${imageSize}] or u8 [N, ${imageSize}, ${imageSize}, 3], got ${images.dtype} [${images.shape.join(', ')}]`,
      );
    };
    const maps = (images: Tensor): readonly Tensor[] => {
      const out: Tensor[] = [];
      for (const run of m.stack_blocks) out.push(run(out.at(-1) ?? planesOf(images)));
      return out;
    };
    const features = (images: Tensor): Tensor => reshape(relu(maps(images).at(-1)!), [images.shape[0]!, -1]);
    return { stacks: maps, features, embed: (images) => m.final_ln(m.mlp(features(images))), norm: m.final_ln };
  });
}
