// Operations that cut, join and pad tensors.

import { emitInts, emitScalar } from '../emit.ts';
import { apply, apply1, type Operation, problem, type Tensor } from '../graph.ts';
import { axisOf } from '../shape.ts';
import { add } from './elementwise.ts';
import { broadcastTo, expandDims, reshape } from './layout.ts';
import { scalar } from './sources.ts';

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
