// Operations that move elements without arithmetic: reshape, transpose, broadcast, slice, concat, pad.

import { emitInts, emitScalar } from '../emit.ts';
import { apply, apply1, type Operation, problem, type Tensor } from '../node.ts';
import { axisOf, broadcastShape, type Shape, sameShape, showShape, sizeOf } from '../shape.ts';
import { add } from './elementwise.ts';
import { sumTo } from './reduce.ts';
import { scalar } from './sources.ts';

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

interface SliceAttributes {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

const sliceOp: Operation<SliceAttributes> = {
  name: 'slice',
  infer([x], { axis, start, end, step }) {
    const d = x!.shape[axis];
    if (d === undefined) throw problem(`axis ${axis} must lie within the rank`);
    if (!(start >= 0 && start <= end && end <= d && step >= 1))
      throw problem(`[${start}, ${end}) by ${step} must lie within axis ${axis} of size ${d}`);
    return [{ dtype: x!.dtype, shape: x!.shape.map((s, i) => (i === axis ? Math.ceil((end - start) / step) : s)) }];
  },
  gradient({ inputs, grads, attributes: { axis, start, end, step } }) {
    const dy = grads[0];
    if (dy === undefined) return [];
    const size = inputs[0]!.shape[axis]!;
    const spread = step === 1 ? dy : dilate(dy, axis, step, end - start);
    const widths = inputs[0]!.shape.map((_, i): readonly [number, number] =>
      i === axis ? [start, size - end] : [0, 0],
    );
    return [pad(spread, widths)];
  },
  lower: (emitter, inputs, _node, { axis, start, end, step }) =>
    emitter.node('Slice', [
      inputs[0]!,
      emitInts(emitter, [start]),
      emitInts(emitter, [end]),
      emitInts(emitter, [axis]),
      emitInts(emitter, [step]),
    ]),
  flops: () => 0,
};

/** Puts `step - 1` zeros after every element along `axis` and cuts the result to `size`. */
function dilate(x: Tensor, axis: number, step: number, size: number): Tensor {
  const wide = expandDims(x, axis + 1);
  const widths = wide.shape.map((_, i): readonly [number, number] => (i === axis + 1 ? [0, step - 1] : [0, 0]));
  const shape = x.shape.map((d, i) => (i === axis ? d * step : d));
  const spread = reshape(pad(wide, widths), shape);
  const padded =
    size > shape[axis]!
      ? pad(
          spread,
          shape.map((d, i): readonly [number, number] => [0, i === axis ? size - d : 0]),
        )
      : spread;
  return slice(padded, axis, 0, size);
}

/** Elements [start, end) of one axis, every `step`-th; negative bounds count from the end, `end` defaults to the size. */
export function slice(x: Tensor, axis: number, start: number, end?: number, step = 1): Tensor {
  const a = axisOf(axis, x.shape.length) ?? axis;
  const size = x.shape[a] ?? 0;
  const from = start < 0 ? start + size : start;
  const to = end === undefined ? size : end < 0 ? end + size : end;
  if (from === 0 && to === size && step === 1) return x;
  return apply1(sliceOp, [x], { axis: a, start: from, end: to, step });
}

/** One element of an axis, which is removed; negative counts from the end. */
export function at(x: Tensor, axis: number, i: number): Tensor {
  const a = axisOf(axis, x.shape.length) ?? axis;
  const from = i < 0 ? i + (x.shape[a] ?? 0) : i;
  return reshape(
    slice(x, a, from, from + 1),
    x.shape.filter((_, j) => j !== a),
  );
}

const concatOp: Operation<{ readonly axis: number }> = {
  name: 'concat',
  infer(inputs, { axis }) {
    const first = inputs[0]!;
    for (const x of inputs) {
      const fits =
        x.dtype === first.dtype &&
        x.shape.length === first.shape.length &&
        x.shape.every((d, i) => i === axis || d === first.shape[i]);
      if (!fits) throw problem(`inputs must agree in dtype and in every dimension but axis ${axis}`);
    }
    if (first.shape[axis] === undefined) throw problem(`axis ${axis} must lie within the rank`);
    const total = inputs.reduce((n, x) => n + x.shape[axis]!, 0);
    return [{ dtype: first.dtype, shape: first.shape.map((d, i) => (i === axis ? total : d)) }];
  },
  gradient({ inputs, grads, attributes: { axis } }) {
    const dy = grads[0];
    if (dy === undefined) return [];
    let from = 0;
    return inputs.map((x) => {
      const part = slice(dy, axis, from, from + x.shape[axis]!);
      from += x.shape[axis]!;
      return part;
    });
  },
  lower: (emitter, inputs, _node, { axis }) => emitter.node('Concat', inputs, { int: { axis } }),
  flops: () => 0,
};

/** Joins tensors along an axis. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  if (tensors.length === 1) return tensors[0]!;
  return apply1(concatOp, tensors, { axis: axisOf(axis, tensors[0]?.shape.length ?? 0) ?? axis });
}

/** Joins tensors of one shape along a new axis. */
export function stack(tensors: readonly Tensor[], axis: number): Tensor {
  return concat(
    tensors.map((t) => expandDims(t, axis)),
    axis < 0 ? axis + (tensors[0]?.shape.length ?? 0) + 1 : axis,
  );
}

/** All pieces of an axis in one operation, so that their gradients are joined in one pass. */
const splitOp: Operation<{ readonly sizes: readonly number[]; readonly axis: number }> = {
  name: 'split',
  infer([x], { sizes, axis }) {
    const size = x!.shape[axis];
    if (size === undefined) throw problem(`axis ${axis} must lie within the rank`);
    if (sizes.reduce((a, b) => a + b, 0) !== size || !sizes.every((n) => Number.isInteger(n) && n >= 0))
      throw problem(`the sizes [${sizes.join(', ')}] must add up to ${size}, the size of axis ${axis}`);
    return sizes.map((n) => ({ dtype: x!.dtype, shape: x!.shape.map((d, i) => (i === axis ? n : d)) }));
  },
  gradient({ outputs, grads, attributes: { axis } }) {
    if (grads.every((g) => g === undefined)) return [];
    return [
      concat(
        outputs.map((y, i) => grads[i] ?? broadcastTo(scalar(0), y.shape)),
        axis,
      ),
    ];
  },
  lower: (emitter, inputs, _node, { sizes, axis }) =>
    emitter.node('Split', [inputs[0]!, emitInts(emitter, sizes)], { int: { axis } }, { outputs: sizes.length }),
  flops: () => 0,
};

/** Cuts an axis into consecutive pieces of the given sizes, which add up to it. */
export function split(x: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  if (sizes.length === 1 && sizes[0] === x.shape.at(axis)) return [x];
  return [...apply(splitOp, [x], { sizes, axis: axisOf(axis, x.shape.length) ?? axis })];
}

/** Elements to add before and after each axis. */
export type PadWidths = readonly (readonly [number, number])[];

const padOp: Operation<{ readonly widths: PadWidths; readonly value: number }> = {
  name: 'pad',
  infer([x], { widths }) {
    if (widths.length !== x!.shape.length) throw problem('widths must name every axis');
    if (!widths.every(([a, b]) => a >= 0 && b >= 0)) throw problem('widths must be >= 0');
    if (x!.dtype !== 'f32') throw problem('needs f32');
    return [{ dtype: 'f32', shape: x!.shape.map((d, i) => d + widths[i]![0] + widths[i]![1]) }];
  },
  gradient({ inputs, grads, attributes: { widths } }) {
    if (grads[0] === undefined) return [];
    return [inputs[0]!.shape.reduce((g, d, i) => slice(g, i, widths[i]![0], widths[i]![0] + d), grads[0])];
  },
  lower: (emitter, inputs, _node, { widths, value }) =>
    emitter.node('Pad', [
      inputs[0]!,
      emitInts(emitter, [...widths.map((w) => w[0]), ...widths.map((w) => w[1])]),
      emitScalar(emitter, value),
    ]),
  flops: () => 0,
};

/** Adds `value` around each axis. */
export function pad(x: Tensor, widths: PadWidths, value = 0): Tensor {
  if (widths.every(([a, b]) => a === 0 && b === 0)) return x;
  return apply1(padOp, [x], { widths, value });
}

/** x + 0 * y in shape only: repeats x along a new leading axis of size n. */
export function tile(x: Tensor, n: number): Tensor {
  return broadcastTo(expandDims(x, 0), [n, ...x.shape]);
}

/** Sum of several tensors of one shape. */
export function addAll(tensors: readonly Tensor[]): Tensor {
  return tensors.reduce((a, b) => add(a, b));
}
