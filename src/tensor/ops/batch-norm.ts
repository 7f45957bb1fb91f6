// Batch normalisation over one axis, with the statistics of the batch or with given ones (arXiv 1502.03167).
// Written for few passes over memory: the mean, the centred values, their squares, and one scaled copy.
//
// Legend: C channels, P whatever comes before the channel axis, Q whatever comes after it; n = P Q values per channel.

import { type Emitter, emitInts, emitScalar, type ValueName } from '../emit.ts';
import {
  apply,
  apply1,
  type Node,
  type Operation,
  problem,
  requireDType,
  shapeError,
  type Tensor,
  type TensorType,
} from '../graph.ts';
import { axisOf, sizeOf } from '../shape.ts';
import { add, div, mul, reciprocal, sqrt, sub } from './elementwise.ts';
import { broadcastTo, pixelMajorOf, reduceSum, reshape } from './layout.ts';
import { matmul } from './matmul.ts';
import { fromPixelMajor } from './pixel-major.ts';
import { full } from './sources.ts';

/** Requires x [P, C, Q] or [P, C] and vectors [C]. */
function requireChannels(inputs: readonly TensorType[]): void {
  requireDType(inputs, 'f32');
  const c = inputs[0]!.shape[1];
  for (const v of inputs.slice(1))
    if (v.shape.length !== 1 || v.shape[0] !== c)
      throw problem(`scale, shift and statistics must be [${c}], one per channel`);
}

/** Sum over all but the channels; of rows as a product with ones, which is several times faster than a reduction. */
function channelSum(x: Tensor): Tensor {
  if (x.shape.length > 2) return reduceSum(reduceSum(x, { axes: 2 }), { axes: 0 });
  const [p, c] = x.shape as [number, number];
  const k = rowsTogether(p, c);
  const sums = matmul(full(1, [1, p / k]), reshape(x, [p / k, k * c]));
  return reduceSum(reshape(sums, [k, c]), { axes: 0 });
}

/** How many of p rows of c numbers are laid side by side, because the runtime spends as long on starting a row as on 64 numbers. */
function rowsTogether(p: number, c: number): number {
  let k = 1;
  while (p % (2 * k) === 0 && 2 * k * c <= 4096) k *= 2;
  return k;
}

/** f of x and vectors [C], on the rows laid side by side. */
function onWideRows(f: (x: Tensor, ...vectors: Tensor[]) => Tensor, x: Tensor, ...vectors: Tensor[]): Tensor {
  const [p, c] = x.shape as [number, number];
  const k = rowsTogether(p, c);
  const wide = vectors.map((v) => reshape(broadcastTo(v, [k, c]), [k * c]));
  return reshape(f(reshape(x, [p / k, k * c]), ...wide), x.shape);
}

/** x times one factor per channel. */
function timesChannels(x: Tensor, v: Tensor): Tensor {
  return x.shape.length === 2 ? onWideRows(mul, x, v) : mul(x, reshape(v, [v.shape[0]!, 1]));
}

const channelAffineOp: Operation<Record<string, never>> = {
  name: 'channelAffine',
  infer(inputs) {
    requireChannels(inputs);
    return [{ dtype: 'f32', shape: inputs[0]!.shape }];
  },
  gradient({ inputs, grads, wants }) {
    const dy = grads[0];
    if (dy === undefined) return [];
    const [x, scale] = inputs as [Tensor, Tensor];
    return [
      wants(0) ? timesChannels(dy, scale) : undefined,
      wants(1) ? channelSum(mul(dy, x)) : undefined,
      wants(2) ? channelSum(dy) : undefined,
    ];
  },
  lower(emitter, inputs, node) {
    const [x, scale, shift] = inputs as [ValueName, ValueName, ValueName];
    const shape = node.inputs[0]!.shape;
    const vector = (value: number) => emitter.constant('f32', [shape[1]!], new Float32Array(shape[1]!).fill(value));
    return emitter.node('BatchNormalization', [x, scale, shift, vector(0), vector(1)], { float: { epsilon: 0 } });
  },
  flops: (node) => 2 * sizeOf(node.outputs[0]!.shape),
};

/** x scale + shift with one scale and shift per channel, in one pass. */
function channelAffine(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  if (x.shape.length === 2) return onWideRows((t, a, b) => add(mul(t, a), b), x, scale, shift);
  return apply1(channelAffineOp, [x, scale, shift], {});
}

/** Outputs: y, mean [C], biased variance [C], and x - mean, which the gradient reads again. */
const batchNormOp: Operation<{ readonly epsilon: number }> = {
  name: 'batchNorm',
  infer(inputs) {
    requireChannels(inputs);
    const x = inputs[0]!;
    if (sizeOf(x.shape) / x.shape[1]! < 2)
      throw problem('needs at least two values per channel in training, because one value has no variance');
    const vector = { dtype: 'f32' as const, shape: [x.shape[1]!] };
    return [{ dtype: 'f32', shape: x.shape }, vector, vector, { dtype: 'f32', shape: x.shape }];
  },
  gradient({ inputs, outputs, grads, attributes: { epsilon }, wants }) {
    const [x, scale] = inputs as [Tensor, Tensor];
    const [, , variance, centred] = outputs as [Tensor, Tensor, Tensor, Tensor];
    const [dy, dMean, dVariance, dCentred] = grads;
    const n = sizeOf(x.shape) / x.shape[1]!;
    const inverse = reciprocal(sqrt(add(variance, epsilon)));
    const slope = mul(scale, inverse);
    const sum = dy && channelSum(dy);
    const along = dy && channelSum(mul(dy, centred));
    // y = centred slope + shift, variance = mean(centred^2), centred = x - mean; from the last back to the first.
    const viaSlope = along && mul(mul(along, mul(slope, mul(inverse, inverse))), -0.5);
    const toVariance = viaSlope && dVariance ? add(viaSlope, dVariance) : (viaSlope ?? dVariance);
    let shift = dMean ?? full(0, [x.shape[1]!]);
    if (sum !== undefined) shift = sub(shift, mul(slope, sum));
    if (dCentred !== undefined) shift = sub(shift, channelSum(dCentred));
    const terms = [
      channelAffine(dy ?? centred, dy === undefined ? full(0, [x.shape[1]!]) : slope, div(shift, n)),
      toVariance && timesChannels(centred, mul(toVariance, 2 / n)),
      dCentred,
    ].filter((t) => t !== undefined);
    return [
      wants(0) ? terms.reduce((a, b) => add(a, b)) : undefined,
      wants(1) && along ? mul(along, inverse) : undefined,
      wants(2) ? sum : undefined,
    ];
  },
  lower(emitter, inputs, node, { epsilon }) {
    const shape = node.inputs[0]!.shape;
    if (shape.length === 2) return normaliseRows(emitter, inputs, node, epsilon);
    const [x, scale, shift] = inputs as [ValueName, ValueName, ValueName];
    const c = shape[1]!;
    const reduce = (opType: string, v: ValueName, axis: number) =>
      emitter.node(opType, [v, emitInts(emitter, [axis])], { int: { keepdims: 0 } })[0]!;
    const mean = reduce('ReduceMean', reduce('ReduceMean', x, 2), 0);
    const column = emitter.node('Reshape', [mean, emitInts(emitter, [c, 1])])[0]!;
    const centred = emitter.node('Sub', [x, column])[0]!;
    const squares = reduce('ReduceSum', reduce('ReduceSumSquare', centred, 2), 0);
    const variance = emitter.node('Mul', [squares, emitScalar(emitter, c / sizeOf(shape))])[0]!;
    const zero = emitter.constant('f32', [c], new Float32Array(c));
    const y = emitter.node('BatchNormalization', [centred, scale, shift, zero, variance], { float: { epsilon } })[0]!;
    return [y, mean, variance, centred];
  },
  flops: (node) => 7 * sizeOf(node.outputs[0]!.shape),
};

/** The norm of rows [P, C], laid side by side; means are products with ones. */
function normaliseRows(emitter: Emitter, inputs: readonly ValueName[], node: Node, epsilon: number): ValueName[] {
  const [x, scale, shift] = inputs as [ValueName, ValueName, ValueName];
  const [p, c] = node.inputs[0]!.shape as [number, number];
  const k = rowsTogether(p, c);
  const one = (opType: string, ...args: ValueName[]) => emitter.node(opType, args)[0]!;
  const shaped = (v: ValueName, ...shape: number[]) => one('Reshape', v, emitInts(emitter, shape));
  const wide = (v: ValueName) => shaped(one('Expand', v, emitInts(emitter, [k, c])), k * c);
  const ones = emitter.constant('f32', [1, p / k], new Float32Array(p / k).fill(1));
  const channelMean = (v: ValueName) => {
    const sums = shaped(one('MatMul', ones, v), k, c);
    const sum = emitter.node('ReduceSum', [sums, emitInts(emitter, [0])], { int: { keepdims: 0 } })[0]!;
    return one('Mul', sum, emitScalar(emitter, 1 / p));
  };
  const rows = shaped(x, p / k, k * c);
  const mean = channelMean(rows);
  const centred = one('Sub', rows, wide(mean));
  const variance = channelMean(one('Mul', centred, centred));
  const slope = one('Div', scale, one('Sqrt', one('Add', variance, emitScalar(emitter, epsilon))));
  const y = one('Add', one('Mul', centred, wide(slope)), wide(shift));
  return [shaped(y, p, c), mean, variance, shaped(centred, p, c)];
}

/** Options of `batchNorm`. */
export interface BatchNormAttributes {
  /** Factor per channel, f32 [C]; default 1. */
  readonly scale?: Tensor | undefined;
  /** Summand per channel, f32 [C]; default 0. */
  readonly shift?: Tensor | undefined;
  /** The channel axis; default 1, as in [N, C] and [N, C, H, W]. */
  readonly axis?: number;
  /** Added to the variance; default 1e-5. */
  readonly epsilon?: number;
  /** Mean and variance to use instead of the batch's, both f32 [C] (evaluation). */
  readonly statistics?: { readonly mean: Tensor; readonly variance: Tensor } | undefined;
}

/** What `batchNorm` returns: the statistics are those it used, f32 [C]; the variance is the biased one (divided by n). */
export interface BatchNormResult {
  readonly y: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * scale + shift for each channel. Without `statistics` the mean and the biased
 * variance are the batch's own and the gradient flows through them; PyTorch's running variance wants them times
 * n / (n - 1).
 *
 * @throws JepaError 'shape' when a channel has only one value in training.
 */
export function batchNorm(x: Tensor, options: BatchNormAttributes = {}): BatchNormResult {
  const { axis = 1, epsilon = 1e-5, statistics } = options;
  const a = axisOf(axis, x.shape.length);
  if (a === undefined) throw shapeError('batchNorm', [x], `axis ${axis} must lie within the rank`);
  const images = a === 1 ? pixelMajorOf(x) : undefined;
  if (images !== undefined) {
    const result = batchNorm(images, { ...options, axis: 3 });
    return { ...result, y: fromPixelMajor(result.y) };
  }
  const c = x.shape[a]!;
  const { scale = full(1, [c]), shift = full(0, [c]) } = options;
  const before = sizeOf(x.shape.slice(0, a));
  const after = x.shape.slice(a + 1);
  const rows = reshape(x, after.length === 0 ? [before, c] : [before, c, sizeOf(after)]);
  if (statistics === undefined) {
    const [y, mean, variance] = apply(batchNormOp, [rows, scale, shift], { epsilon });
    return { y: reshape(y!, x.shape), mean: mean!, variance: variance! };
  }
  const { mean, variance } = statistics;
  const slope = div(scale, sqrt(add(variance, epsilon)));
  return { y: reshape(channelAffine(rows, slope, sub(shift, mul(mean, slope))), x.shape), mean, variance };
}
