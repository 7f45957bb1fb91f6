// Normalisation layers.

import { JepaError } from '../core/index.ts';
import {
  add,
  div,
  full,
  layerNorm as layerNormOp,
  mul,
  reduceMean,
  reshape,
  sqrt,
  square,
  sub,
  type Tensor,
} from '../tensor/index.ts';
import { one, zero } from './init.ts';
import { buffer, type Module, module, param } from './module.ts';

/** Layer normalisation over the last axis with learned scale and shift. */
export function layerNorm(dim: number, epsilon = 1e-5): Module<(x: Tensor) => Tensor> {
  return module(
    { weight: param([dim], one), bias: param([dim], zero) },
    (p) => (x: Tensor) => layerNormOp(x, p.weight, p.bias, epsilon),
  );
}

/** Layer normalisation over the last axis without scale and shift. */
export function plainLayerNorm(x: Tensor, epsilon: number): Tensor {
  const dim = x.shape.at(-1)!;
  return layerNormOp(x, full(1, [dim]), full(0, [dim]), epsilon);
}

/** Options of batch normalisation. */
export interface BatchNormOptions {
  readonly epsilon?: number;
  /** Share of the new statistic in the running one. */
  readonly momentum?: number;
  readonly affine?: boolean;
}

/** Batch normalisation over all axes but `axis` (negative counts from the end). */
function batchNorm(dim: number, axis: 1 | -1, options: BatchNormOptions): Module<(x: Tensor) => Tensor> {
  const { epsilon = 1e-5, momentum = 0.1, affine = true } = options;
  const statistics = { running_mean: buffer([dim], zero), running_var: buffer([dim], one) };
  const children = affine ? { weight: param([dim], one), bias: param([dim], zero), ...statistics } : statistics;
  return module(children, (p, trace) => (x: Tensor) => {
    const channel = axis === 1 ? 1 : x.shape.length - 1;
    const axes = x.shape.flatMap((_, i) => (i === channel ? [] : [i]));
    const rows = axes.reduce((n, a) => n * x.shape[a]!, 1);
    const across = (t: Tensor): Tensor =>
      reshape(
        t,
        x.shape.map((_, i) => (i === channel ? dim : 1)),
      );
    const learned = p as { readonly weight?: Tensor; readonly bias?: Tensor };
    const shift = learned.bias === undefined ? 0 : across(learned.bias);
    const scaled = (inverse: Tensor): Tensor => (learned.weight === undefined ? inverse : mul(inverse, learned.weight));
    if (trace.mode === 'eval') {
      const inverse = div(full(1, [dim]), sqrt(add(p.running_var.read(), epsilon)));
      return add(mul(sub(x, across(p.running_mean.read())), across(scaled(inverse))), shift);
    }
    if (rows < 2)
      throw new JepaError(
        'shape',
        `batchNorm: needs at least 2 values per channel in training, got ${rows}; use a larger batch or eval mode`,
      );
    const mean = reduceMean(x, { axes });
    const centred = sub(x, across(mean));
    const variance = reduceMean(square(centred), { axes });
    // Normalise with the biased variance, remember the unbiased one (as PyTorch).
    p.running_mean.write(add(mul(p.running_mean.read(), 1 - momentum), mul(mean, momentum)));
    p.running_var.write(add(mul(p.running_var.read(), 1 - momentum), mul(variance, (momentum * rows) / (rows - 1))));
    const inverse = div(full(1, [dim]), sqrt(add(variance, epsilon)));
    return add(mul(centred, across(scaled(inverse))), shift);
  });
}

/** Batch normalisation of [N, dim] (or [..., dim]) over all rows, with running statistics. */
export function batchNorm1d(dim: number, options: BatchNormOptions = {}): Module<(x: Tensor) => Tensor> {
  return batchNorm(dim, -1, options);
}

/** Batch normalisation of [N, dim, H, W] per channel, with running statistics. */
export function batchNorm2d(dim: number, options: BatchNormOptions = {}): Module<(x: Tensor) => Tensor> {
  return batchNorm(dim, 1, options);
}
