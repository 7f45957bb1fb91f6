// Linear layers, embeddings and the 1x1 convolution over time.

import { affine, gather, reshape, type Tensor } from '../tensor/index.ts';
import { type Initialiser, normalInit, uniformFanIn } from './init.ts';
import { type Module, module, param } from './module.ts';

/** Options of a linear layer. */
export interface LinearOptions {
  readonly bias?: boolean;
  /** Default: PyTorch's uniform fan-in. */
  readonly weightInit?: Initialiser;
  readonly biasInit?: Initialiser;
}

/** x W^T + b over the last axis, [..., inDim] -> [..., outDim]; weight [out, in], bias [out]. */
export function linear(inDim: number, outDim: number, options: LinearOptions = {}): Module<(x: Tensor) => Tensor> {
  const { bias = true, weightInit = uniformFanIn(inDim), biasInit = uniformFanIn(inDim) } = options;
  const weight = param([outDim, inDim], weightInit);
  if (!bias) return module({ weight }, (p) => (x: Tensor) => affine(x, p.weight));
  return module({ weight, bias: param([outDim], biasInit) }, (p) => (x: Tensor) => affine(x, p.weight, p.bias));
}

/** Rows of a table picked by integer ids, [...] -> [..., dim]. */
export function embedding(
  count: number,
  dim: number,
  init: Initialiser = normalInit(),
): Module<(ids: Tensor) => Tensor> {
  return module({ weight: param([count, dim], init) }, (p) => (ids: Tensor) => gather(p.weight, ids, 0));
}

/** A convolution of kernel 1 over time, [B, T, inDim] -> [B, T, outDim]; weight [out, in, 1] as PyTorch's Conv1d. */
export function pointwiseConv1d(inDim: number, outDim: number): Module<(x: Tensor) => Tensor> {
  const children = {
    weight: param([outDim, inDim, 1], uniformFanIn(inDim)),
    bias: param([outDim], uniformFanIn(inDim)),
  };
  return module(children, (p) => (x: Tensor) => affine(x, reshape(p.weight, [outDim, inDim]), p.bias));
}
