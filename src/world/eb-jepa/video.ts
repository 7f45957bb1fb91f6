// The video model of EB-JEPA (arXiv 2602.03604; facebookresearch/eb_jepa, examples/video_jepa): a residual encoder that keeps
// the size of the image, and a residual U-Net that predicts the map of a frame from those of the two frames before.
// Regulariser and prediction error read the maps through one projector. Parameter names are the reference's.
// Legend: B clips, T frames, N = B T, C channels of an image, h w size of image and map, D channels of the map, R rows.

import {
  batchNorm2d,
  convolution,
  doubling,
  expander,
  type ImageMap,
  type Module,
  module,
  pixelPlanes,
} from '../../nn/index.ts';
import {
  add,
  concat,
  interpolateBilinear,
  mul,
  relu,
  reshape,
  slice,
  type Tensor,
  transpose,
} from '../../tensor/index.ts';

/** Size of a video model. */
export interface VideoConfig {
  /** Channels of an image. */
  readonly channels: number;
  /** Channels of the encoder's first stage; its second has twice as many. */
  readonly encoderWidth: number;
  /** Channels D of the map. */
  readonly dim: number;
  /** Channels of the predictor's first level; each of the three below has twice as many. */
  readonly predictorWidth: number;
  /** Hidden and output width of the projector. */
  readonly projector: readonly number[];
}

/** The reference's model for Moving MNIST: maps of 16 channels over 64 pixels. */
export const EB_JEPA_VIDEO: VideoConfig = {
  channels: 1,
  encoderWidth: 32,
  dim: 16,
  predictorWidth: 32,
  projector: [64, 64],
};

/** What a bound video model offers. */
export interface EbJepaVideo {
  /** Maps of frames u8 [B, T, h, w, C], or f32 [B, T, C, h, w] in [0, 1]: [B, T, h, w, D]. */
  encode(frames: Tensor): Tensor;
  /** The map after each two successive ones: [B, T, h, w, D] -> [B, T - 1, h, w, D], the first being that of frame 2. */
  predict(maps: Tensor): Tensor;
  /**
   * Maps [B, T, h, w, D] predicted from predictions: `steps` times, all frames at once, with the first two put back. After k
   * steps the map of frame t has been imagined from maps k + 1 frames ago, or from the first two.
   */
  unroll(maps: Tensor, steps: number): readonly Tensor[];
  /** Rows [R, D] as regulariser and prediction error read them. */
  project(rows: Tensor): Tensor;
}

/** relu(x + bn2(conv2(relu(bn1(conv1 x))))), with a 1x1 convolution and batch norm on x where its shape changes. */
function residual(inChannels: number, channels: number, stride = 1): Module<ImageMap> {
  const main = {
    conv1: convolution(inChannels, channels, 3, { stride, bias: false }),
    bn1: batchNorm2d(channels),
    conv2: convolution(channels, channels, 3, { bias: false }),
    bn2: batchNorm2d(channels),
  };
  if (stride === 1 && inChannels === channels)
    return module(main, (m) => (x: Tensor) => relu(add(m.bn2(m.conv2(relu(m.bn1(m.conv1(x))))), x)));
  const shortcut = {
    'shortcut.0': convolution(inChannels, channels, 1, { stride, bias: false }),
    'shortcut.1': batchNorm2d(channels),
  };
  return module({ ...main, ...shortcut }, (m) => (x: Tensor) => {
    const branch = m.bn2(m.conv2(relu(m.bn1(m.conv1(x)))));
    return relu(add(branch, m['shortcut.1'](m['shortcut.0'](x))));
  });
}

/** Three residual blocks of stride 1 after a convolution, [N, C, h, w] -> [N, D, h, w] (`ResNet5`). */
function encoder({ channels, encoderWidth: width, dim }: VideoConfig): Module<ImageMap> {
  const children = {
    conv1: convolution(channels, width, 3, { bias: false }),
    bn1: batchNorm2d(width),
    layer1: residual(width, width),
    layer2: residual(width, 2 * width),
    layer3: residual(2 * width, dim),
  };
  return module(children, (m) => (x: Tensor) => m.layer3(m.layer2(m.layer1(relu(m.bn1(m.conv1(x)))))));
}

/**
 * Three times down and up with skips, [N, 2 D, h, w] -> [N, D, h, w] (`ResUNet`). Halving rounds up, so that a doubled map may
 * be one longer than its skip connection: it is then resized to it (bilinear, half-pixel centres), as the reference.
 */
function unet({ dim, predictorWidth: width }: VideoConfig): Module<ImageMap> {
  const children = {
    conv1: convolution(2 * dim, width, 3, { bias: false }),
    bn1: batchNorm2d(width),
    enc1: residual(width, width),
    enc2: residual(width, 2 * width, 2),
    enc3: residual(2 * width, 4 * width, 2),
    bott: residual(4 * width, 8 * width, 2),
    up3: doubling(8 * width, 4 * width),
    dec3: residual(8 * width, 4 * width),
    up2: doubling(4 * width, 2 * width),
    dec2: residual(4 * width, 2 * width),
    up1: doubling(2 * width, width),
    dec1: residual(2 * width, width),
    head: convolution(width, dim, 1),
  };
  return module(children, (m) => (x: Tensor) => {
    const one = m.enc1(relu(m.bn1(m.conv1(x))));
    const two = m.enc2(one);
    const three = m.enc3(two);
    const up = (from: Tensor, skip: Tensor): Tensor => {
      const [h, w] = skip.shape.slice(2) as [number, number];
      const fits = from.shape[2] === h && from.shape[3] === w;
      return concat([fits ? from : interpolateBilinear(from, [h, w]), skip], 1);
    };
    const third = m.dec3(up(m.up3(m.bott(three)), three));
    const second = m.dec2(up(m.up2(third), two));
    return m.head(m.dec1(up(m.up1(second), one)));
  });
}

/** Frames that are given when all others are predicted. */
export const VIDEO_CONTEXT = 2;

/** Defines a video model. */
export function ebJepaVideo(config: VideoConfig): Module<EbJepaVideo> {
  const { dim } = config;
  const children = {
    encoder: encoder(config),
    'predictor.predictor': unet(config),
    'regularizer.proj.net': expander([dim, ...config.projector]),
  };
  return module(children, (m) => {
    const planesOf = (maps: Tensor): Tensor => {
      const [B, T, h, w] = maps.shape as [number, number, number, number, number];
      return transpose(reshape(maps, [B * T, h, w, dim]), [0, 3, 1, 2]);
    };
    const mapsOf = (planes: Tensor, B: number): Tensor => {
      const [N, , h, w] = planes.shape as [number, number, number, number];
      return reshape(transpose(planes, [0, 2, 3, 1]), [B, N / B, h, w, dim]);
    };
    const predict = (maps: Tensor): Tensor => {
      const T = maps.shape[1]!;
      const pairs = concat([planesOf(slice(maps, 1, 0, T - 1)), planesOf(slice(maps, 1, 1))], 1);
      return mapsOf(m['predictor.predictor'](pairs), maps.shape[0]!);
    };
    return {
      encode(frames) {
        const [B, T, ...image] = frames.shape as [number, number, ...number[]];
        const images = reshape(frames, [B * T, ...image]);
        return mapsOf(m.encoder(images.dtype === 'u8' ? mul(pixelPlanes(images), 1 / 255) : images), B);
      },
      predict,
      unroll(maps, steps) {
        const T = maps.shape[1]!;
        const given = slice(maps, 1, 0, VIDEO_CONTEXT);
        const out: Tensor[] = [];
        for (let k = 0; k < steps; k++)
          out.push(concat([given, slice(predict(out.at(-1) ?? maps), 1, 0, T - VIDEO_CONTEXT)], 1));
        return out;
      },
      project: m['regularizer.proj.net'],
    };
  });
}
