// Convolutions under PyTorch's names and with its initialisation, as eb_jepa's networks have them.

import { conv2d, convTranspose2d, type Tensor } from '../tensor/index.ts';
import { uniformFanIn } from './init.ts';
import { type Module, module, param } from './module.ts';

/** A map of images [N, C, H, W]. */
export type ImageMap = (x: Tensor) => Tensor;

/** A k x k convolution that keeps the size at stride 1, weight [outChannels, inChannels, k, k]. */
export function convolution(
  inChannels: number,
  outChannels: number,
  k: number,
  { stride = 1, bias = true }: { readonly stride?: number; readonly bias?: boolean } = {},
): Module<ImageMap> {
  const init = uniformFanIn(k * k * inChannels);
  const weight = param([outChannels, inChannels, k, k], init);
  const options = { stride, padding: (k - 1) / 2 };
  if (!bias) return module({ weight }, (p) => (x: Tensor) => conv2d(x, p.weight, options));
  const children = { weight, bias: param([outChannels], init) };
  return module(children, (p) => (x: Tensor) => conv2d(x, p.weight, { ...options, bias: p.bias }));
}

/** A transposed 2x2 convolution of stride 2, which doubles the size; weight [inChannels, outChannels, 2, 2]. */
export function doubling(inChannels: number, outChannels: number): Module<ImageMap> {
  // PyTorch takes the second axis of any weight for its inputs.
  const init = uniformFanIn(4 * outChannels);
  const children = { weight: param([inChannels, outChannels, 2, 2], init), bias: param([outChannels], init) };
  return module(children, (p) => (x: Tensor) => convTranspose2d(x, p.weight, { stride: 2, bias: p.bias }));
}
