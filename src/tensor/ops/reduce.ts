// Reductions over axes, and `sumTo`, the adjoint of broadcasting.

import { emitInts } from '../emit.ts';
import { apply1, type Operation, problem, type Tensor } from '../node.ts';
import { axisOf, type Shape, sameShape, sizeOf } from '../shape.ts';
import { cast, div, equal, mul, sub } from './elementwise.ts';
import { pixelMajorOf } from './pixel-major.ts';
import { broadcastTo, reshape } from './shaping.ts';

/** Axes to reduce (all when absent) and whether they stay with size 1. */
export interface ReduceOptions {
  readonly axes?: readonly number[] | number;
  readonly keepDims?: boolean;
}

interface ReduceAttributes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  return keepDims ? shape.map((d, i) => (axes.includes(i) ? 1 : d)) : shape.filter((_, i) => !axes.includes(i));
}

/** The gradient of a reduction's output with its reduced axes put back as size 1. */
function withAxes(t: Tensor, input: Tensor, axes: readonly number[]): Tensor {
  return reshape(t, reducedShape(input.shape, axes, true));
}

type ReduceGradient = (x: Tensor, y: Tensor, dy: Tensor, count: number) => Tensor;

function reduction(
  name: string,
  opType: string,
  gradient: ReduceGradient,
): (x: Tensor, options?: ReduceOptions) => Tensor {
  const op: Operation<ReduceAttributes> = {
    name,
    infer([x], { axes, keepDims }) {
      if (x!.dtype !== 'f32' && x!.dtype !== 'i32') throw problem('needs f32 or i32');
      for (const a of axes)
        if (axisOf(a, x!.shape.length) === undefined) throw problem(`axis ${a} must lie within the rank`);
      return [{ dtype: x!.dtype, shape: reducedShape(x!.shape, axes, keepDims) }];
    },
    gradient({ inputs, outputs, grads, attributes }) {
      const x = inputs[0]!;
      if (grads[0] === undefined) return [];
      const count = attributes.axes.reduce((n, a) => n * x.shape[a]!, 1);
      const y = withAxes(outputs[0]!, x, attributes.axes);
      return [gradient(x, y, withAxes(grads[0], x, attributes.axes), count)];
    },
    lower: (emitter, inputs, _node, { axes, keepDims }) =>
      emitter.node(opType, [inputs[0]!, emitInts(emitter, axes)], { int: { keepdims: keepDims ? 1 : 0 } }),
    flops: (node) => sizeOf(node.inputs[0]!.shape),
  };
  return (x, options = {}) => {
    const rank = x.shape.length;
    const given = options.axes ?? Array.from({ length: rank }, (_, i) => i);
    const axes = (typeof given === 'number' ? [given] : given).map((a) => axisOf(a, rank) ?? a);
    if (axes.length === 0) return x;
    const images = pixelMajorOf(x);
    if (images !== undefined && axes.length === 2 && axes.every((a) => a >= 2)) {
      const y = apply1(op, [images], { axes: [0, 1], keepDims: false });
      return options.keepDims === true ? reshape(y, [...y.shape, 1, 1]) : y;
    }
    return apply1(op, [x], { axes: [...axes].sort((a, b) => a - b), keepDims: options.keepDims ?? false });
  };
}

/** Where x equals the extremum, shared evenly among ties. */
function extremumGradient(x: Tensor, y: Tensor, dy: Tensor): Tensor {
  const hit = cast(equal(x, y), 'f32');
  const axes = x.shape.flatMap((d, i) => (d !== y.shape[i] ? [i] : []));
  return mul(hit, div(dy, reduceSum(hit, { axes, keepDims: true })));
}

/** Sum over axes. */
export const reduceSum: (x: Tensor, options?: ReduceOptions) => Tensor = reduction(
  'reduceSum',
  'ReduceSum',
  (x, _y, dy) => broadcastTo(dy, x.shape),
);
/** Mean over axes. */
export const reduceMean: (x: Tensor, options?: ReduceOptions) => Tensor = reduction(
  'reduceMean',
  'ReduceMean',
  (x, _y, dy, n) => broadcastTo(mul(dy, 1 / n), x.shape),
);
/** Maximum over axes; ties share the gradient evenly. */
export const reduceMax: (x: Tensor, options?: ReduceOptions) => Tensor = reduction(
  'reduceMax',
  'ReduceMax',
  extremumGradient,
);
/** Minimum over axes; ties share the gradient evenly. */
export const reduceMin: (x: Tensor, options?: ReduceOptions) => Tensor = reduction(
  'reduceMin',
  'ReduceMin',
  extremumGradient,
);

/** Variance over axes; `correction` 1 divides by n - 1 (unbiased), 0 by n. */
export function variance(x: Tensor, options: ReduceOptions & { readonly correction?: number } = {}): Tensor {
  const { correction = 1, ...rest } = options;
  const centred = sub(x, reduceMean(x, { ...rest, keepDims: true }));
  const squares = reduceMean(mul(centred, centred), rest);
  const n = sizeOf(x.shape) / sizeOf(squares.shape);
  return correction === 0 ? squares : mul(squares, n / (n - correction));
}

/** Sums broadcast dimensions away so that the result has `shape`: the adjoint of broadcasting. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((d, i) => (i < lead || (shape[i - lead] === 1 && d !== 1) ? [i] : []));
  return reshape(reduceSum(x, { axes }), shape);
}
