// Normalisation layers.

import { add, batchNorm as batchNormOp, full, layerNormalise, mul, sizeOf, type Tensor } from '../tensor/index.ts';
import { one, zero } from './init.ts';
import { buffer, type Module, module, param } from './module.ts';

/** Layer normalisation over the last axis with learned scale and shift. */
export function layerNorm(dim: number, epsilon = 1e-5): Module<(x: Tensor) => Tensor> {
  return module(
    { weight: param([dim], one), bias: param([dim], zero) },
    (p) => (x: Tensor) => layerNormalise(x, p.weight, p.bias, epsilon),
  );
}

/** Layer normalisation over the last axis without scale and shift. */
export function plainLayerNorm(x: Tensor, epsilon: number): Tensor {
  const dim = x.shape.at(-1)!;
  return layerNormalise(x, full(1, [dim]), full(0, [dim]), epsilon);
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
    const learned = p as { readonly weight?: Tensor; readonly bias?: Tensor };
    const common = { axis, epsilon, scale: learned.weight, shift: learned.bias };
    const [mean, variance] = [p.running_mean, p.running_var];
    if (trace.mode === 'eval')
      return batchNormOp(x, { ...common, statistics: { mean: mean.read(), variance: variance.read() } }).y;
    const batch = batchNormOp(x, common);
    // Normalise with the biased variance, remember the unbiased one (as PyTorch).
    const rows = sizeOf(x.shape) / dim;
    mean.write(add(mul(mean.read(), 1 - momentum), mul(batch.mean, momentum)));
    variance.write(add(mul(variance.read(), 1 - momentum), mul(batch.variance, (momentum * rows) / (rows - 1))));
    return batch.y;
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
