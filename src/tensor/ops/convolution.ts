// Convolutions of images [B, C, H, W] with weights in PyTorch's layouts, strides, padding on each side, and groups.
//
// Legend: B batch, C channels in, O channels out, g groups, kh kw kernel, Ho Wo output height and width.
// Choices by measurement (ONNX Runtime CPU, 2 threads): the input gradient at stride 1 is a convolution with flipped
// weights (half the time of ConvTranspose); kernels that do not overlap are a reshape and one matrix product.

import { emitInts, type ValueName } from '../emit.ts';
import { apply1, type Operation, problem, requireDType, shapeError, type Tensor, type TensorType } from '../graph.ts';
import { sizeOf } from '../shape.ts';
import { flip } from './arrange.ts';
import { add } from './elementwise.ts';
import { expandDims, reduceSum, reshape, transpose } from './layout.ts';
import { affine, matmul } from './matmul.ts';
import { fromPixelMajor } from './pixel-major.ts';
import { pad, slice } from './shaping.ts';
import { convolveTiles } from './tiled-convolution.ts';
import { convWeightGradient } from './unfold.ts';
import type { ConvAttributes, Pair } from './window.ts';

/** One number for all sides, [vertical, horizontal], or [[top, bottom], [left, right]]. */
export type Padding = number | Pair | readonly [Pair, Pair];

/** Options of `conv2d`. */
export interface ConvOptions {
  /** f32 [O]. */
  readonly bias?: Tensor | undefined;
  readonly stride?: number | Pair;
  readonly padding?: Padding;
  /** Channels are cut into this many groups that do not mix; C and O must be divisible by it. */
  readonly groups?: number;
}

/** A number for both directions, or the pair itself. */
export function pairOf(x: number | Pair): Pair {
  return typeof x === 'number' ? [x, x] : x;
}

/** Padding of all four sides. */
export function sidesOf(padding: Padding): readonly [Pair, Pair] {
  if (typeof padding === 'number') return [pairOf(padding), pairOf(padding)];
  return [pairOf(padding[0]), pairOf(padding[1])];
}

/** Throws a shape problem unless stride, padding and groups are whole numbers in range. */
function requireWindow({ strides, padding, groups }: ConvAttributes): void {
  if (!strides.every((s) => Number.isInteger(s) && s >= 1)) throw problem(`strides must be >= 1 (got ${strides})`);
  if (!padding.flat().every((p) => Number.isInteger(p) && p >= 0))
    throw problem(`padding must be >= 0 (got ${padding})`);
  if (!(Number.isInteger(groups) && groups >= 1)) throw problem(`groups must be >= 1 (got ${groups})`);
}

function requireBias(bias: TensorType | undefined, channels: number): void {
  if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== channels))
    throw problem(`the bias must be [${channels}], one per output channel`);
}

function onnxWindow({ strides, padding: [v, h], groups }: ConvAttributes, kernel: Pair) {
  return { int: { group: groups }, ints: { strides, pads: [v[0], h[0], v[1], h[1]], kernel_shape: kernel } };
}

const convOp: Operation<ConvAttributes> = {
  name: 'conv2d',
  infer(inputs, attributes) {
    requireDType(inputs, 'f32');
    requireWindow(attributes);
    const [x, w, bias] = inputs as [TensorType, TensorType, TensorType | undefined];
    const { strides, padding, groups } = attributes;
    if (x.shape.length !== 4 || w.shape.length !== 4)
      throw problem('needs x [B, C, H, W] and weight [O, C / groups, kh, kw]');
    const [b, c, ...plane] = x.shape as [number, number, number, number];
    const [o, cg, ...kernel] = w.shape as [number, number, number, number];
    if (cg * groups !== c || o % groups !== 0)
      throw problem(`with ${groups} groups the weight must be [multiple of ${groups}, ${c / groups}, kh, kw]`);
    requireBias(bias, o);
    const out = plane.map((d, i) => Math.floor((d + padding[i]![0] + padding[i]![1] - kernel[i]!) / strides[i]!) + 1);
    if (out.some((d) => d < 1)) throw problem(`the kernel ${kernel.join(' x ')} must fit the padded image`);
    return [{ dtype: 'f32', shape: [b, o, ...out] }];
  },
  gradient({ inputs, grads, attributes, wants }) {
    const dy = grads[0];
    if (dy === undefined) return [];
    const [x, w] = inputs as [Tensor, Tensor];
    return [
      wants(0) ? spread(dy, w, x.shape, attributes) : undefined,
      wants(1) ? convWeightGradient(x, dy, [w.shape[2]!, w.shape[3]!], attributes) : undefined,
      inputs.length > 2 && wants(2) ? channelTotals(dy) : undefined,
    ];
  },
  lower: (emitter, inputs, node, attributes) =>
    emitter.node('Conv', inputs, onnxWindow(attributes, node.inputs[1]!.shape.slice(2) as unknown as Pair)),
  flops: (node) => (2 * sizeOf(node.inputs[1]!.shape) * sizeOf(node.outputs[0]!.shape)) / node.inputs[1]!.shape[0]!,
};

/** Sum of [B, C, H, W] for each channel. */
function channelTotals(x: Tensor): Tensor {
  return reduceSum(reduceSum(x, { axes: [2, 3] }), { axes: 0 });
}

interface SpreadAttributes extends ConvAttributes {
  /** [H, W] of the result, which the stride leaves open. */
  readonly size: Pair;
}

/** The adjoint of the convolution in x: each input pixel adds its kernel to the output at stride distance. */
const spreadOp: Operation<SpreadAttributes> = {
  name: 'convTranspose2d',
  infer(inputs, attributes) {
    requireDType(inputs, 'f32');
    requireWindow(attributes);
    const [x, w] = inputs as [TensorType, TensorType];
    if (x.shape.length !== 4 || w.shape.length !== 4)
      throw problem('needs x [B, in, H, W] and weight [in, out / groups, kh, kw]');
    const { groups, size } = attributes;
    if (w.shape[0] !== x.shape[1] || x.shape[1]! % groups !== 0)
      throw problem(`the weight must be [in, out / groups, kh, kw] with in = ${x.shape[1]}, divisible by ${groups}`);
    if (!size.every((d) => Number.isInteger(d) && d >= 1))
      throw problem(`the result ${size.join(' x ')} must not be empty`);
    return [{ dtype: 'f32', shape: [x.shape[0]!, w.shape[1]! * groups, ...size] }];
  },
  gradient({ inputs, grads, attributes, wants }) {
    const dy = grads[0];
    if (dy === undefined) return [];
    const [x, w] = inputs as [Tensor, Tensor];
    const { strides, padding, groups } = attributes;
    const window = { strides, padding, groups };
    return [
      wants(0) ? convolve(dy, w, window) : undefined,
      wants(1) ? convWeightGradient(dy, x, [w.shape[2]!, w.shape[3]!], window) : undefined,
    ];
  },
  lower(emitter, inputs, node, attributes) {
    const [x, w] = node.inputs as readonly [Tensor, Tensor];
    const kernel: Pair = [w.shape[2]!, w.shape[3]!];
    const { groups, size } = attributes;
    const window = onnxWindow(attributes, kernel);
    const extra = size.map((d, i) => d - fullSize(x, kernel, attributes, i));
    const ints = { ...window.ints, output_padding: extra };
    if (!emitter.portable || groups === 1 || groups === x.shape[1])
      return emitter.node('ConvTranspose', inputs, { ...window, ints });
    // WebGPU's ConvTranspose is wrong for some groups: take them apart.
    const step = x.shape[1]! / groups;
    const cut = (v: ValueName, axis: number, g: number): ValueName => {
      const bounds = [g * step, (g + 1) * step, axis].map((n) => emitInts(emitter, [n]));
      return emitter.node('Slice', [v, ...bounds])[0]!;
    };
    const parts = Array.from({ length: groups }, (_, g) => {
      const own = [cut(inputs[0]!, 1, g), cut(inputs[1]!, 0, g)];
      return emitter.node('ConvTranspose', own, { int: { group: 1 }, ints })[0]!;
    });
    return emitter.node('Concat', parts, { int: { axis: 1 } });
  },
  flops: (node) => (2 * sizeOf(node.inputs[1]!.shape) * sizeOf(node.inputs[0]!.shape)) / node.inputs[1]!.shape[0]!,
};

/** Size of a transposed convolution's result along image axis i, without output padding. */
function fullSize(x: TensorType, kernel: Pair, { strides, padding }: ConvAttributes, i: number): number {
  return (x.shape[2 + i]! - 1) * strides[i]! + kernel[i]! - padding[i]![0] - padding[i]![1];
}

/** A convolution that lets padding be negative, which crops. */
function convolve(x: Tensor, w: Tensor, attributes: ConvAttributes, bias?: Tensor): Tensor {
  const { padding } = attributes;
  let cropped = x;
  padding.forEach(([before, after], i) => {
    const size = x.shape[2 + i]!;
    cropped = slice(cropped, 2 + i, Math.max(0, -before), size - Math.max(0, -after));
  });
  const positive = padding.map((p) => p.map((v) => Math.max(0, v))) as unknown as ConvAttributes['padding'];
  return apply1(convOp, bias === undefined ? [cropped, w] : [cropped, w, bias], { ...attributes, padding: positive });
}

/** Weights for the opposite direction: in and out channels swapped within each group, kernel rotated by half a turn. */
function opposite(w: Tensor, groups: number): Tensor {
  const [a, b, kh, kw] = w.shape as [number, number, number, number];
  const swapped = transpose(reshape(w, [groups, a / groups, b, kh, kw]), [0, 2, 1, 3, 4]);
  return flip(reshape(swapped, [groups * b, a / groups, kh, kw]), [2, 3]);
}

/** The adjoint of `convolve` in x, with a result of the given shape [B, C, H, W]. */
function spread(dy: Tensor, w: Tensor, shape: readonly number[], attributes: ConvAttributes): Tensor {
  const size: Pair = [shape[2]!, shape[3]!];
  const { strides, padding, groups } = attributes;
  if (strides[0] !== 1 || strides[1] !== 1) return apply1(spreadOp, [dy, w], { ...attributes, size });
  const kernel: Pair = [w.shape[2]!, w.shape[3]!];
  const turned = padding.map(([before], i): Pair => {
    const start = kernel[i]! - 1 - before;
    return [start, size[i]! - dy.shape[2 + i]! + kernel[i]! - 1 - start];
  }) as unknown as ConvAttributes['padding'];
  return convolve(dy, opposite(w, groups), { strides, padding: turned, groups });
}

/** x [B, C, H, W] as rows [B, Ho, Wo, C kh kw], one per patch of a grid without gaps; what does not fill one is cut off. */
function patches(x: Tensor, [kh, kw]: Pair): Tensor {
  const [b, c, h, w] = x.shape as [number, number, number, number];
  const [ho, wo] = [Math.floor(h / kh), Math.floor(w / kw)];
  const grid = reshape(slice(slice(x, 2, 0, ho * kh), 3, 0, wo * kw), [b, c, ho, kh, wo, kw]);
  return reshape(transpose(grid, [0, 2, 4, 1, 3, 5]), [b, ho, wo, c * kh * kw]);
}

/** Whether kernels tile the image: stride equal to the kernel, no padding, one group. */
function tiles(x: Tensor, w: Tensor, { strides, padding, groups }: ConvAttributes): boolean {
  if (x.shape.length !== 4 || w.shape.length !== 4 || groups !== 1 || padding.flat().some((p) => p !== 0)) return false;
  return strides[0] === w.shape[2] && strides[1] === w.shape[3] && strides[0] * strides[1] > 1;
}

/**
 * Cross-correlation, as PyTorch's `conv2d`: x f32 [B, C, H, W], weight f32 [O, C / groups, kh, kw] -> [B, O, Ho, Wo] with
 * Ho = floor((H + top + bottom - kh) / stride) + 1. Dilation is 1.
 */
export function conv2d(x: Tensor, weight: Tensor, options: ConvOptions = {}): Tensor {
  const { bias, stride = 1, padding = 0, groups = 1 } = options;
  const attributes = { strides: pairOf(stride), padding: sidesOf(padding), groups };
  const inputs = bias === undefined ? [x, weight] : [x, weight, bias];
  const direct = apply1(convOp, inputs, attributes);
  if (!tiles(x, weight, attributes)) {
    const tiled = convolveTiles(x, weight, attributes);
    return tiled === undefined ? direct : fromPixelMajor(bias === undefined ? tiled : add(tiled, bias));
  }
  const rows = affine(patches(x, attributes.strides), reshape(weight, [weight.shape[0]!, -1]), bias);
  return transpose(rows, [0, 3, 1, 2]);
}

/** As `conv2d` on one axis: x f32 [B, C, L], weight f32 [O, C / groups, k] -> [B, O, Lo]; padding may be [left, right]. */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  options: {
    readonly bias?: Tensor | undefined;
    readonly stride?: number;
    readonly padding?: number | Pair;
    readonly groups?: number;
  } = {},
): Tensor {
  if (x.shape.length !== 3 || weight.shape.length !== 3)
    throw shapeError('conv1d', [x, weight], 'needs x [B, C, L] and weight [O, C / groups, k]');
  const { bias, stride = 1, padding = 0, groups = 1 } = options;
  const sides: Padding = [[0, 0], pairOf(padding)];
  const y = conv2d(expandDims(x, 2), expandDims(weight, 2), { bias, stride: [1, stride], padding: sides, groups });
  return reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]);
}

/** Options of `convTranspose2d`. */
export interface ConvTransposeOptions extends ConvOptions {
  /** Rows and columns added below and to the right of the result; smaller than the stride. */
  readonly outputPadding?: number | Pair;
}

/**
 * Transposed convolution, as PyTorch's `conv_transpose2d`: x f32 [B, in, H, W], weight f32 [in, out / groups, kh, kw] ->
 * [B, out, (H - 1) stride + kh - top - bottom + outputPadding, ...]. It is the input gradient of `conv2d`.
 */
export function convTranspose2d(x: Tensor, weight: Tensor, options: ConvTransposeOptions = {}): Tensor {
  const { bias, stride = 1, padding = 0, groups = 1, outputPadding = 0 } = options;
  const attributes = { strides: pairOf(stride), padding: sidesOf(padding), groups };
  const kernel: Pair = [weight.shape[2] ?? 1, weight.shape[3] ?? 1];
  const extra = pairOf(outputPadding);
  if (!extra.every((e, i) => Number.isInteger(e) && e >= 0 && e < attributes.strides[i]!))
    throw shapeError(
      'convTranspose2d',
      [x, weight],
      `outputPadding ${extra} must be smaller than the stride ${attributes.strides}`,
    );
  const size = [0, 1].map((i) => fullSize(x, kernel, attributes, i) + extra[i]!) as unknown as Pair;
  const direct = apply1(spreadOp, [x, weight], { ...attributes, size });
  const [b, c, h, w] = x.shape as [number, number, number, number];
  const o = direct.shape[1]!;
  let y = direct;
  if (tiles(x, weight, attributes)) {
    const rows = matmul(reshape(transpose(x, [0, 2, 3, 1]), [-1, c]), reshape(weight, [c, -1]));
    const blocks = transpose(reshape(rows, [b, h, w, o, ...kernel]), [0, 3, 1, 4, 2, 5]);
    const whole = reshape(blocks, [b, o, h * kernel[0], w * kernel[1]]);
    y = pad(whole, [
      [0, 0],
      [0, 0],
      [0, extra[0]],
      [0, extra[1]],
    ]);
  } else if (attributes.strides[0] === 1 && attributes.strides[1] === 1) {
    y = spread(x, weight, direct.shape, attributes);
  }
  if (bias === undefined) return y;
  if (bias.shape.length !== 1 || bias.shape[0] !== o)
    throw shapeError('convTranspose2d', [x, weight, bias], `the bias must be [${o}], one per output channel`);
  return add(y, reshape(bias, [o, 1, 1]));
}
