// Residual networks of basic blocks (He et al. 2015, arXiv 1512.03385) under torchvision's parameter names, with its
// initialisation: ResNet-18 is four stages of two blocks. The classifier `fc` is not part of the encoder.
// Legend: B images, C channels, h w size of the feature map.

import { add, conv2d, globalAvgPool2d, maxPool2d, relu, reshape, type Tensor, transpose } from '../tensor/index.ts';
import { type Initialiser, normalInit } from './init.ts';
import { type Module, module, param } from './module.ts';
import { batchNorm2d } from './norm.ts';
import { IMAGENET, normalisePlanes, type PixelNormalisation, pixelPlanes } from './pixels.ts';

/** Size of a residual network. */
export interface ResNetConfig {
  /** Basic blocks in each stage; every stage after the first halves the map and doubles the channels. */
  readonly blocks?: readonly number[];
  /** Channels of the first stage. */
  readonly width?: number;
  /**
   * `imagenet`: 7x7 of stride 2, then a 3x3 maximum of stride 2. `cifar`: 3x3 of stride 1 without maximum, for images of
   * about 32 pixels (SimCLR and its followers).
   */
  readonly stem?: 'imagenet' | 'cifar';
  /** Padding of the stem's convolution: 3 and 1 by default; eb_jepa pads its CIFAR stem by 2. */
  readonly stemPadding?: number;
}

/** What a bound residual network offers. Images are u8 [B, H, W, 3] pixels, or normalised f32 [B, 3, H, W]. */
export interface ResNet {
  /** The last feature map, [B, C, h, w]. */
  features(images: Tensor): Tensor;
  /** Its places as tokens, row by row, [B, h w, C]. */
  tokens(images: Tensor): Tensor;
  /** Its mean over places, [B, C]. */
  pooled(images: Tensor): Tensor;
}

/** ResNet-18 for small images. */
export const RESNET18: Readonly<Required<Omit<ResNetConfig, 'stemPadding'>>> = {
  blocks: [2, 2, 2, 2],
  width: 64,
  stem: 'cifar',
};

/** N(0, 2 / (O kh kw)) for a weight [O, C, kh, kw]: PyTorch's `kaiming_normal_` with `fan_out` and ReLU. */
const kaimingFanOut: Initialiser = (key, shape, out) => {
  const [O, , kh, kw] = shape as [number, number, number, number];
  normalInit(Math.sqrt(2 / (O * kh * kw)))(key, shape, out);
};

/** A convolution without bias, weight [outChannels, inChannels, k, k]. */
function conv(
  inChannels: number,
  outChannels: number,
  k: number,
  { stride = 1, padding = (k - 1) / 2 }: { readonly stride?: number; readonly padding?: number } = {},
): Module<(x: Tensor) => Tensor> {
  const weight = param([outChannels, inChannels, k, k], kaimingFanOut);
  return module({ weight }, (p) => (x: Tensor) => conv2d(x, p.weight, { stride, padding }));
}

/** relu(x + bn2(conv2(relu(bn1(conv1 x))))), with a 1x1 convolution and batch norm on x where its shape changes. */
function basicBlock(inChannels: number, channels: number, stride: number): Module<(x: Tensor) => Tensor> {
  const main = {
    conv1: conv(inChannels, channels, 3, { stride }),
    bn1: batchNorm2d(channels),
    conv2: conv(channels, channels, 3),
    bn2: batchNorm2d(channels),
  };
  if (stride === 1 && inChannels === channels)
    return module(main, (m) => (x: Tensor) => relu(add(m.bn2(m.conv2(relu(m.bn1(m.conv1(x))))), x)));
  const shortcut = {
    'downsample.0': conv(inChannels, channels, 1, { stride }),
    'downsample.1': batchNorm2d(channels),
  };
  return module({ ...main, ...shortcut }, (m) => (x: Tensor) => {
    const branch = m.bn2(m.conv2(relu(m.bn1(m.conv1(x)))));
    return relu(add(branch, m['downsample.1'](m['downsample.0'](x))));
  });
}

/** A residual network of basic blocks; the result has width 2^(stages - 1) channels, 512 for ResNet-18. */
export function resNet(config: ResNetConfig = RESNET18, normalisation: PixelNormalisation = IMAGENET): Module<ResNet> {
  const { blocks = RESNET18.blocks, width = RESNET18.width, stem = RESNET18.stem } = config;
  const stages = blocks.map((count, s) =>
    Array.from({ length: count }, (_, i) => {
      const channels = width * 2 ** s;
      const enters = i === 0 && s > 0;
      return basicBlock(enters ? channels / 2 : channels, channels, enters ? 2 : 1);
    }),
  );
  const first =
    stem === 'cifar'
      ? conv(3, width, 3, { padding: config.stemPadding ?? 1 })
      : conv(3, width, 7, { stride: 2, padding: config.stemPadding ?? 3 });
  const bottom = { conv1: first, bn1: batchNorm2d(width) };
  const body: Record<string, readonly Module<(x: Tensor) => Tensor>[]> = Object.fromEntries(
    stages.map((stage, s) => [`layer${s + 1}`, stage]),
  );
  return module({ ...bottom, ...body }, (p) => {
    const features = (images: Tensor): Tensor => {
      const planes = images.dtype === 'u8' ? normalisePlanes(pixelPlanes(images), normalisation) : images;
      let x = relu(p.bn1(p.conv1(planes)));
      if (stem === 'imagenet') x = maxPool2d(x, 3, { stride: 2, padding: 1 });
      for (const name of Object.keys(body))
        for (const block of (p as Record<string, unknown>)[name] as readonly ((y: Tensor) => Tensor)[]) x = block(x);
      return x;
    };
    return {
      features,
      tokens(images) {
        const map = features(images);
        const [B, C, h, w] = map.shape as [number, number, number, number];
        return transpose(reshape(map, [B, C, h * w]), [0, 2, 1]);
      },
      pooled: (images) => globalAvgPool2d(features(images)),
    };
  });
}
