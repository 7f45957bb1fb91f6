// The networks of the bouncing-ball story: a convolutional encoder, its mirror image as a decoder, and a small predictor,
// with or without the action. Legend: B batch, F frames as channels, S picture size, D embedding.
// Source: danieljohnmorris/tiny-bouncing-jepa @02e7ca6, shared/model.py; the lite sizes are a quarter of its work.

import { JepaError } from '../../src/core/index.ts';
import { filled, linear, type Module, module, param, uniformFanIn } from '../../src/nn/index.ts';
import { concat, conv2d, convTranspose2d, gelu, reshape, sigmoid, type Tensor } from '../../src/tensor/index.ts';

/** Sizes of the networks. */
export interface NetworkSizes {
  /** S, divisible by 8: three layers halve it. */
  readonly imageSize: number;
  /** F, 1 or 2. */
  readonly frames: number;
  /** Channels of the three layers of the encoder; the decoder has them in reverse. */
  readonly channels: readonly number[];
  /** D. */
  readonly dim: number;
  /** Width of the predictor's hidden layer. */
  readonly hidden: number;
}

/** A function of one tensor. */
export type Layer = (x: Tensor) => Tensor;

function checkSizes({ imageSize, frames, channels, dim, hidden }: NetworkSizes): void {
  const whole = [imageSize, frames, ...channels, dim, hidden].every((n) => Number.isInteger(n) && n >= 1);
  if (!whole || channels.length !== 3 || imageSize % 8 !== 0) {
    throw new JepaError(
      'usage',
      `story networks: sizes must be whole, with three channels and an image size divisible by 8, got image size ${imageSize}, channels [${channels}], dim ${dim}, hidden ${hidden}`,
      { imageSize, channels, dim, hidden },
    );
  }
}

/** Halves the picture: kernel 3, stride 2, padding 1; PyTorch's initial numbers. */
function down(from: number, to: number): Module<Layer> {
  const fan = uniformFanIn(9 * from);
  return module(
    { weight: param([to, from, 3, 3], fan), bias: param([to], fan) },
    (p) => (x: Tensor) => conv2d(x, p.weight, { bias: p.bias, stride: 2, padding: 1 }),
  );
}

/** Doubles the picture: transposed, kernel 4, stride 2, padding 1. PyTorch counts the fan of the output channels here. */
function up(from: number, to: number, bias?: number): Module<Layer> {
  const fan = uniformFanIn(16 * to);
  return module(
    { weight: param([from, to, 4, 4], fan), bias: param([to], bias === undefined ? fan : filled(bias)) },
    (p) => (x: Tensor) => convTranspose2d(x, p.weight, { bias: p.bias, stride: 2, padding: 1 }),
  );
}

/** Pictures [B, F, S, S] to embeddings [B, D]: three strided convolutions with GELU, then a linear layer. */
export function encoder(sizes: NetworkSizes): Module<Layer> {
  checkSizes(sizes);
  const { imageSize, frames, channels, dim } = sizes;
  const [a, b, c] = channels as [number, number, number];
  const flat = c * (imageSize / 8) ** 2;
  return module(
    { conv1: down(frames, a), conv2: down(a, b), conv3: down(b, c), head: linear(flat, dim) },
    ({ conv1, conv2, conv3, head }) =>
      (x: Tensor) =>
        head(reshape(gelu(conv3(gelu(conv2(gelu(conv1(x)))))), [-1, flat])),
  );
}

/**
 * Embeddings [B, D] to pictures [B, 1, S, S] in (0, 1).
 *
 * @param outputBias the initial bias of the last layer; -3, about logit(0.05), starts at the share of lit pixels. Without it
 * PyTorch's default, from which training may stay at an all-black picture for ever.
 */
export function decoder(sizes: NetworkSizes, outputBias?: number): Module<Layer> {
  checkSizes(sizes);
  const { imageSize, channels, dim } = sizes;
  const [a, b, c] = channels as [number, number, number];
  const small = imageSize / 8;
  return module(
    { head: linear(dim, c * small * small), up1: up(c, b), up2: up(b, a), up3: up(a, 1, outputBias) },
    ({ head, up1, up2, up3 }) =>
      (z: Tensor) =>
        sigmoid(up3(gelu(up2(gelu(up1(gelu(reshape(head(z), [-1, c, small, small])))))))),
  );
}

/** A predictor in embedding space: the next embedding from this one, and from the action when `actionDim` is not 0. */
export type Predictor = (z: Tensor, action?: Tensor) => Tensor;

/** Linear, GELU, Linear on [B, D], or on [B, D + actionDim]. */
function predictor({ dim, hidden }: NetworkSizes, actionDim: number): Module<Predictor> {
  return module({ fc1: linear(dim + actionDim, hidden), fc2: linear(hidden, dim) }, ({ fc1, fc2 }) => (z, action) => {
    if ((actionDim === 0) !== (action === undefined)) {
      throw new JepaError(
        'usage',
        `story predictor: takes ${actionDim} action numbers, got ${action === undefined ? 'none' : 'some'}`,
      );
    }
    return fc2(gelu(fc1(action === undefined ? z : concat([z, action], 1))));
  });
}

/** What predicts the next picture: an encoder, and a decoder of what it gives. */
export interface PixelModel {
  readonly encode: Layer;
  readonly decode: Layer;
}

/** Predicts the next picture: decoder after encoder. */
export function pixelPredictor(sizes: NetworkSizes, outputBias?: number): Module<PixelModel> {
  return module({ encoder: encoder(sizes), decoder: decoder(sizes, outputBias) }, ({ encoder, decoder }) => ({
    encode: encoder,
    decode: decoder,
  }));
}

/** What a joint-embedding model is for: to embed and to predict. */
export interface JointModel {
  readonly encode: Layer;
  readonly predict: Predictor;
}

/** Encoder and predictor, trained together. */
export function jointModel(sizes: NetworkSizes, actionDim: number): Module<JointModel> {
  return module({ encoder: encoder(sizes), predictor: predictor(sizes, actionDim) }, ({ encoder, predictor }) => ({
    encode: encoder,
    predict: predictor,
  }));
}
