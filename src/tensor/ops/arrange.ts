// Operations that reorder one axis: flip and roll.

import { emitInts } from '../emit.ts';
import { apply1, type Operation, problem, type Tensor } from '../graph.ts';
import { axisOf } from '../shape.ts';
import { concat, slice } from './shaping.ts';

const flipOp: Operation<{ readonly axes: readonly number[] }> = {
  name: 'flip',
  infer([x], { axes }) {
    for (const a of axes)
      if (axisOf(a, x!.shape.length) === undefined) throw problem(`axis ${a} must lie within the rank`);
    return [{ dtype: x!.dtype, shape: x!.shape }];
  },
  gradient: ({ grads, attributes: { axes } }) => [grads[0] && flip(grads[0], axes)],
  lower(emitter, inputs, _node, { axes }) {
    // A slice from the last element down to before the first: ONNX wants an end below any index.
    const each = (value: number) =>
      emitInts(
        emitter,
        axes.map(() => value),
      );
    return emitter.node('Slice', [inputs[0]!, each(-1), each(-2147483647), emitInts(emitter, axes), each(-1)]);
  },
  flops: () => 0,
};

/** The elements in reverse order along the given axes. */
export function flip(x: Tensor, axes: number | readonly number[]): Tensor {
  const list = (typeof axes === 'number' ? [axes] : axes).map((a) => axisOf(a, x.shape.length) ?? a);
  const moved = list.filter((a) => x.shape[a] !== 1);
  return moved.length === 0 ? x : apply1(flipOp, [x], { axes: [...moved].sort((a, b) => a - b) });
}

/** Shifts elements along an axis by `shift` places; those that leave one end return at the other. */
export function roll(x: Tensor, shift: number, axis: number): Tensor {
  const a = axisOf(axis, x.shape.length) ?? axis;
  const size = x.shape[a] ?? 1;
  const places = ((shift % size) + size) % size;
  if (places === 0) return x;
  return concat([slice(x, a, size - places, size), slice(x, a, 0, size - places)], a);
}
