// Pooling over windows of images [B, C, H, W].

import { type Emitter, emitInts, type ValueName } from '../emit.ts';
import {
  apply1,
  type Node,
  type Operation,
  problem,
  requireDType,
  shapeError,
  type Tensor,
  type TensorType,
} from '../graph.ts';
import { sizeOf } from '../shape.ts';
import { conv2d, type Padding, pairOf, sidesOf } from './convolution.ts';
import { div } from './elementwise.ts';
import { scatterAlong } from './indexing.ts';
import { reshape } from './layout.ts';
import { reduceMean } from './reduce.ts';
import { full } from './sources.ts';
import type { Pair } from './window.ts';

/** Options of pooling; the stride defaults to the kernel. */
export interface PoolOptions {
  readonly stride?: number | Pair;
  readonly padding?: Padding;
}

interface PoolAttributes {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly padding: readonly [Pair, Pair];
}

function pooledType([x]: readonly TensorType[], { kernel, strides, padding }: PoolAttributes): TensorType {
  requireDType([x!], 'f32');
  if (x!.shape.length !== 4) throw problem('needs x [B, C, H, W]');
  if (![...kernel, ...strides].every((d) => Number.isInteger(d) && d >= 1))
    throw problem('kernel and stride must be >= 1');
  padding.forEach((sides, i) => {
    if (!sides.every((p) => Number.isInteger(p) && p >= 0 && p < kernel[i]!))
      throw problem(`padding ${sides} must be >= 0 and smaller than the kernel ${kernel[i]}`);
  });
  const out = [0, 1].map(
    (i) => Math.floor((x!.shape[2 + i]! + padding[i]![0] + padding[i]![1] - kernel[i]!) / strides[i]!) + 1,
  );
  if (out.some((d) => d < 1)) throw problem(`the kernel ${kernel.join(' x ')} must fit the padded image`);
  return { dtype: 'f32', shape: [x!.shape[0]!, x!.shape[1]!, ...out] };
}

function onnxWindow({ kernel, strides, padding: [v, h] }: PoolAttributes) {
  return { ints: { kernel_shape: kernel, strides, pads: [v[0], h[0], v[1], h[1]] } };
}

const maxPoolOp: Operation<PoolAttributes> = {
  name: 'maxPool2d',
  infer: (inputs, attributes) => [pooledType(inputs, attributes)],
  gradient({ inputs, grads, attributes }) {
    const x = inputs[0]!;
    if (grads[0] === undefined) return [];
    const places = reshape(apply1(maxPlacesOp, [x], attributes), [-1]);
    return [reshape(scatterAlong(reshape(grads[0], [-1]), places, [sizeOf(x.shape)], 0), x.shape)];
  },
  lower: (emitter, inputs, _node, attributes) => emitter.node('MaxPool', inputs, onnxWindow(attributes)),
  flops: (node, { kernel }) => kernel[0] * kernel[1] * sizeOf(node.outputs[0]!.shape),
};

/**
 * Where each window's maximum (the first of equals) lies in the flattened input, i32. Apart from the pool itself because
 * the runtime's fast kernel does not report places: programs without a gradient do not pay for them.
 */
const maxPlacesOp: Operation<PoolAttributes> = {
  name: 'maxPlaces2d',
  infer: (inputs, attributes) => [{ dtype: 'i32', shape: pooledType(inputs, attributes).shape }],
  lower(emitter, inputs, node, attributes) {
    if (emitter.portable) return [placesByComparison(emitter, inputs[0]!, node, attributes)];
    const [, places] = emitter.node('MaxPool', inputs, onnxWindow(attributes), { outputs: 2 });
    return emitter.node('Cast', [places!], { int: { to: 6 } });
  },
  flops: (node, { kernel }) => kernel[0] * kernel[1] * sizeOf(node.outputs[0]!.shape),
};

/** For WebGPU, whose MaxPool reports no places: compares each shifted copy of the image with the maxima, last place first. */
function placesByComparison(emitter: Emitter, x: ValueName, node: Node, attributes: PoolAttributes): ValueName {
  const { kernel, strides, padding } = attributes;
  const [b, c, h, w] = node.inputs[0]!.shape as [number, number, number, number];
  const [, , ho, wo] = node.outputs[0]!.shape as [number, number, number, number];
  const peak = emitter.node('MaxPool', [x], onnxWindow(attributes))[0]!;
  const widths = [0, 0, padding[0][0], padding[1][0], 0, 0, padding[0][1], padding[1][1]];
  const low = emitter.constant('f32', [], Float32Array.of(Number.NEGATIVE_INFINITY));
  const padded = widths.every((d) => d === 0) ? x : emitter.node('Pad', [x, emitInts(emitter, widths), low])[0]!;
  let places: ValueName | undefined;
  for (let k = kernel[0] * kernel[1] - 1; k >= 0; k--) {
    const [i, j] = [Math.floor(k / kernel[1]), k % kernel[1]];
    const ends = [i + (ho - 1) * strides[0] + 1, j + (wo - 1) * strides[1] + 1];
    const bounds = [[i, j], ends, [2, 3], strides].map((v) => emitInts(emitter, v));
    const inPlane = Int32Array.from({ length: ho * wo }, (_, n) => {
      const row = Math.floor(n / wo) * strides[0] + i - padding[0][0];
      const column = (n % wo) * strides[1] + j - padding[1][0];
      return Math.min(h - 1, Math.max(0, row)) * w + Math.min(w - 1, Math.max(0, column));
    });
    const here = emitter.constant('i32', [ho, wo], inPlane);
    const hit = emitter.node('Equal', [emitter.node('Slice', [padded, ...bounds])[0]!, peak])[0]!;
    places = emitter.node('Where', [hit, here, places ?? here])[0]!;
  }
  const planes = Int32Array.from({ length: b * c }, (_, n) => n * h * w);
  return emitter.node('Add', [places!, emitter.constant('i32', [b, c, 1, 1], planes)])[0]!;
}

function attributesOf(kernel: number | Pair, { stride = kernel, padding = 0 }: PoolOptions): PoolAttributes {
  return { kernel: pairOf(kernel), strides: pairOf(stride), padding: sidesOf(padding) };
}

/** Maximum of each window; the gradient goes to the first of equals in row-major order (as PyTorch). */
export function maxPool2d(x: Tensor, kernel: number | Pair, options: PoolOptions = {}): Tensor {
  return apply1(maxPoolOp, [x], attributesOf(kernel, options));
}

/** Mean of each window. Padding counts as zeros (PyTorch's default), or not at all with `countPadding: false`. */
export function avgPool2d(
  x: Tensor,
  kernel: number | Pair,
  options: PoolOptions & { readonly countPadding?: boolean } = {},
): Tensor {
  const { countPadding = true } = options;
  const attributes = attributesOf(kernel, options);
  const { kernel: k, strides, padding } = attributes;
  try {
    pooledType([x], attributes);
  } catch (error) {
    throw shapeError('avgPool2d', [x], error instanceof Error ? error.message : String(error));
  }
  // A convolution of each channel with equal weights. For windows that tile the image, a reshape and a mean is no faster,
  // and its gradient, a broadcast of single numbers, takes seven times as long.
  const window = { stride: strides, padding };
  const mean = (t: Tensor, channels: number): Tensor =>
    conv2d(t, full(1 / (k[0] * k[1]), [channels, 1, ...k]), { ...window, groups: channels });
  const y = mean(x, x.shape[1]!);
  return countPadding || padding.flat().every((p) => p === 0)
    ? y
    : div(y, mean(full(1, [1, 1, x.shape[2]!, x.shape[3]!]), 1));
}

/** Mean over height and width: [B, C, H, W] -> [B, C]. */
export function globalAvgPool2d(x: Tensor): Tensor {
  if (x.shape.length !== 4) throw shapeError('globalAvgPool2d', [x], 'needs x [B, C, H, W]');
  return reduceMean(x, { axes: [2, 3] });
}
