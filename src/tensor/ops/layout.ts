// Where elements stand: reshape, transpose, broadcast, and the sum, which is the adjoint of broadcasting as broadcasting is that of
// the sum. Their rules need each other and nothing else, so every other family of operations stands above this file.

import { emitInts } from '../emit.ts';
import { apply1, type Operation, problem, type Tensor } from '../graph.ts';
import { axisOf, broadcastShape, type Shape, sameShape, showShape, sizeOf } from '../shape.ts';

const reshapeOp: Operation<{ readonly shape: Shape }> = {
  name: 'reshape',
  infer([x], { shape }) {
    if (sizeOf(shape) !== sizeOf(x!.shape) || !shape.every((d) => Number.isInteger(d) && d >= 0))
      throw problem(`the new shape ${showShape(shape)} must hold as many elements, in whole dimensions`);
    return [{ dtype: x!.dtype, shape }];
  },
  gradient: ({ inputs, grads }) => [grads[0] && reshape(grads[0], inputs[0]!.shape)],
  simplify: ([x], { shape }, [y]) => {
    const direct = reshape(x!, shape);
    return direct.node.inputs[0] === x && direct.node.op === y!.node.op ? undefined : [direct];
  },
  lower: (emitter, inputs, _node, { shape }) => emitter.node('Reshape', [inputs[0]!, emitInts(emitter, shape)]),
  flops: () => 0,
};

/** The same elements in row-major order under another shape; one dimension may be -1 and is worked out. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const unknown = shape.indexOf(-1);
  const known = shape.reduce((n, d, i) => (i === unknown ? n : n * d), 1);
  const full = unknown < 0 ? shape : shape.map((d, i) => (i === unknown ? sizeOf(x.shape) / known : d));
  if (sameShape(full, x.shape)) return x;
  // A reshape of a reshape is one reshape.
  const base = (x.node.op as unknown) === reshapeOp ? x.node.inputs[0]! : x;
  return sameShape(full, base.shape) ? base : apply1(reshapeOp, [base], { shape: full });
}

const transposeOp: Operation<{ readonly permutation: readonly number[] }> = {
  name: 'transpose',
  infer([x], { permutation }) {
    const valid =
      [...permutation].sort((a, b) => a - b).every((p, i) => p === i) && permutation.length === x!.shape.length;
    if (!valid) throw problem(`the permutation [${permutation.join(', ')}] must name every axis once`);
    return [{ dtype: x!.dtype, shape: permutation.map((p) => x!.shape[p]!) }];
  },
  gradient({ grads, attributes: { permutation } }) {
    const inverse = permutation.map((_, i) => permutation.indexOf(i));
    return [grads[0] && transpose(grads[0], inverse)];
  },
  lower(emitter, inputs, node, { permutation }) {
    // Axes that stay neighbours are moved as one: the runtime does not see it, and is several times slower.
    const runs: number[][] = [];
    for (const p of permutation) {
      const run = runs.at(-1);
      if (run !== undefined && run.at(-1) === p - 1) run.push(p);
      else runs.push([p]);
    }
    if (runs.length === permutation.length) return emitter.node('Transpose', inputs, { ints: { perm: permutation } });
    const shape = node.inputs[0]!.shape;
    const starts = runs.map((r) => r[0]!).sort((a, b) => a - b);
    const merged = starts.map((s) => sizeOf(runs.find((r) => r[0] === s)!.map((p) => shape[p]!)));
    const flat = emitter.node('Reshape', [inputs[0]!, emitInts(emitter, merged)]);
    const moved = emitter.node('Transpose', flat, { ints: { perm: runs.map((r) => starts.indexOf(r[0]!)) } });
    return emitter.node('Reshape', [moved[0]!, emitInts(emitter, node.outputs[0]!.shape)]);
  },
  flops: () => 0,
};

/** Permutes the axes; by default swaps the last two. */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  const rank = x.shape.length;
  const p =
    permutation ?? Array.from({ length: rank }, (_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  if (p.length === rank && p.every((a, i) => a === i)) return x;
  const back = transposeOf(x);
  if (back !== undefined && p.every((a, i) => back.permutation[a] === i)) return back.input;
  return apply1(transposeOp, [x], { permutation: p });
}

/** The permutation of a transpose node and its input, or undefined when `x` is not a transpose. */
export function transposeOf(
  x: Tensor,
): { readonly input: Tensor; readonly permutation: readonly number[] } | undefined {
  if ((x.node.op as unknown) !== transposeOp) return undefined;
  return {
    input: x.node.inputs[0]!,
    permutation: (x.node.attributes as { permutation: readonly number[] }).permutation,
  };
}

const broadcastOp: Operation<{ readonly shape: Shape }> = {
  name: 'broadcastTo',
  infer([x], { shape }) {
    const joined = broadcastShape(x!.shape, shape);
    if (joined === undefined || !sameShape(joined, shape))
      throw problem(`the input must broadcast to ${showShape(shape)}`);
    return [{ dtype: x!.dtype, shape }];
  },
  gradient: ({ inputs, grads }) => [grads[0] && sumTo(grads[0], inputs[0]!.shape)],
  lower: (emitter, inputs, _node, { shape }) => emitter.node('Expand', [inputs[0]!, emitInts(emitter, shape)]),
  flops: () => 0,
};

/** Repeats dimensions of size 1, and adds leading ones, until the shape is reached. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply1(broadcastOp, [x], { shape });
}

/** Inserts a dimension of size 1 before `axis` (negative counts from the end of the result). */
export function expandDims(x: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + x.shape.length + 1 : axis;
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** [B, C, H, W] to [H, W, B, C], and back. */
export const SWAP = [2, 3, 0, 1] as const;

/** What lies behind a transposed [H, W, B, C]; undefined for other tensors. */
export function pixelMajorOf(x: Tensor): Tensor | undefined {
  const t = transposeOf(x);
  return t?.permutation.length === 4 && t.permutation.every((p, i) => p === SWAP[i]) ? t.input : undefined;
}

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

/** An operation that reduces axes, from its name, its ONNX operator and its gradient. */
export function reduction(
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

/** Sum over axes. */
export const reduceSum: (x: Tensor, options?: ReduceOptions) => Tensor = reduction(
  'reduceSum',
  'ReduceSum',
  (x, _y, dy) => broadcastTo(dy, x.shape),
);

/** Sums broadcast dimensions away so that the result has `shape`: the adjoint of broadcasting. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((d, i) => (i < lead || (shape[i - lead] === 1 && d !== 1) ? [i] : []));
  return reshape(reduceSum(x, { axes }), shape);
}
