// What a method asks of an encoder of images, whatever its architecture.
// Legend: B images, N patches, K kept patches, F width of the representation.

import {
  type Module,
  module,
  RESNET18,
  type ResNet,
  type ResNetConfig,
  resNet,
  type Vit,
  type VitConfig,
  vit,
} from '../../nn/index.ts';
import { reduceMean, type Tensor } from '../../tensor/index.ts';
import type { Features } from '../contract/types.ts';

/** Features of images, u8 [B, H, W, 3]; with `keep`, i32 [B, K], of those patches alone. */
export type Embed = (images: Tensor, keep?: Tensor) => Features;

/** An encoder of images. */
export interface ImageEncoder {
  readonly module: Module<Embed>;
  /** Width F of the representation. */
  readonly width: number;
  /** Patch size in pixels and patches per side, where the encoder works on patches. */
  readonly patches?: { readonly size: number; readonly grid: number };
}

/** A vision transformer as an encoder: its representation is the mean of the patch tokens after the final norm. */
export function vitEncoder(config: VitConfig): ImageEncoder {
  const children = { vit: vit({ ...config, cls: false }) };
  const embed =
    ({ vit: v }: { readonly vit: Vit }): Embed =>
    (images, keep) => {
      const tokens = v.patches(images, { keep });
      return { pooled: reduceMean(tokens, { axes: 1 }), tokens };
    };
  return {
    module: module(children, embed),
    width: config.dim,
    patches: { size: config.patchSize, grid: config.imageSize / config.patchSize },
  };
}

/** A residual network as an encoder: its representation is the mean over the places of the last feature map. */
export function resNetEncoder(config: ResNetConfig = RESNET18): ImageEncoder {
  const { blocks = RESNET18.blocks, width = RESNET18.width } = config;
  const embed =
    (net: ResNet): Embed =>
    (images) => {
      const tokens = net.tokens(images);
      return { pooled: reduceMean(tokens, { axes: 1 }), tokens };
    };
  return {
    module: module({ resnet: resNet(config) }, (m) => embed(m.resnet)),
    width: width * 2 ** (blocks.length - 1),
  };
}
