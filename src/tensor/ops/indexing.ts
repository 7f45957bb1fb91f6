// Operations that select by index: gather, scatter-add, one-hot, top-k, sort and argmax.

import { emitInts, emitScalar } from '../emit.ts';
import { apply, apply1, type Operation, problem, shapeError, type Tensor } from '../graph.ts';
import { axisOf, sizeOf } from '../shape.ts';
import { add } from './elementwise.ts';
import { reshape } from './layout.ts';
import { constant } from './sources.ts';

interface AxisAttributes {
  readonly axis: number;
}

const gatherOp: Operation<AxisAttributes> = {
  name: 'gather',
  infer([x, ids], { axis }) {
    if (ids!.dtype !== 'i32' && ids!.dtype !== 'i64') throw problem('needs i32 or i64 indices');
    if (axisOf(axis, x!.shape.length) === undefined) throw problem(`axis ${axis} must lie within the rank`);
    return [{ dtype: x!.dtype, shape: [...x!.shape.slice(0, axis), ...ids!.shape, ...x!.shape.slice(axis + 1)] }];
  },
  gradient({ inputs, grads, attributes: { axis } }) {
    const [x, ids] = inputs as [Tensor, Tensor];
    return [grads[0] && scatterAddRows(grads[0], ids, x.shape, axis), undefined];
  },
  lower: (emitter, inputs, _node, { axis }) => emitter.node('Gather', inputs, { int: { axis } }),
  flops: () => 0,
};

/** Slices of `x` along `axis` picked by `ids` of any shape, whose dimensions replace the axis. */
export function gather(x: Tensor, ids: Tensor, axis = 0): Tensor {
  return apply1(gatherOp, [x, ids], { axis: axisOf(axis, x.shape.length) ?? axis });
}

interface ScatterAttributes {
  readonly shape: readonly number[];
  readonly axis: number;
}

const scatterAddOp: Operation<ScatterAttributes> = {
  name: 'scatterAddRows',
  infer([updates], { shape }) {
    if (updates!.dtype !== 'f32') throw problem('needs f32 updates');
    return [{ dtype: 'f32', shape }];
  },
  gradient: ({ inputs, grads, attributes: { axis } }) => [grads[0] && gather(grads[0], inputs[1]!, axis), undefined],
  lower(emitter, inputs, node, { shape, axis }) {
    // ScatterElements wants an index for every element: spread the ids over the other dimensions.
    const ids = node.inputs[1]!;
    const count = sizeOf(ids.shape);
    const flat = [...shape.slice(0, axis), count, ...shape.slice(axis + 1)];
    const spread = flat.map((_, i) => (i === axis ? count : 1));
    const rows = emitter.node('Reshape', [inputs[0]!, emitInts(emitter, flat)])[0]!;
    const column = emitter.node('Reshape', [inputs[1]!, emitInts(emitter, spread)])[0]!;
    const every = emitter.node('Expand', [column, emitInts(emitter, flat)])[0]!;
    const zero = emitter.node('Expand', [emitScalar(emitter, 0), emitInts(emitter, shape)])[0]!;
    return emitter.node('ScatterElements', [zero, every, rows], { int: { axis }, string: { reduction: 'add' } });
  },
};

/** Zeros of `shape` to which the slices of `updates` are added at `ids` along `axis`: the adjoint of `gather`. */
export function scatterAddRows(updates: Tensor, ids: Tensor, shape: readonly number[], axis = 0): Tensor {
  return apply1(scatterAddOp, [updates, ids], { shape, axis });
}

/** Tokens picked from each sample by its own row of ids, i32: x [B, N, D], ids [B, K] -> [B, K, D]. */
export function takeTokens(x: Tensor, ids: Tensor): Tensor {
  const [B, N] = x.shape as [number, number];
  if (x.shape.length < 2 || ids.dtype !== 'i32' || ids.shape.length !== 2 || ids.shape[0] !== B)
    throw shapeError('takeTokens', [x, ids], 'needs tokens [B, N, ...] and i32 ids [B, K], one row for each sample');
  const firsts = constant(
    Int32Array.from({ length: B }, (_, b) => b * N),
    [B, 1],
    'i32',
  );
  return gather(reshape(x, [B * N, ...x.shape.slice(2)]), add(ids, firsts));
}

const gatherElementsOp: Operation<AxisAttributes> = {
  name: 'takeAlong',
  infer([x, ids], { axis }) {
    if (ids!.dtype !== 'i32' && ids!.dtype !== 'i64') throw problem('needs i32 or i64 indices');
    const fits = ids!.shape.length === x!.shape.length && ids!.shape.every((d, i) => i === axis || d <= x!.shape[i]!);
    if (!fits) throw problem(`indices must have the rank of x and fit it in every dimension but axis ${axis}`);
    return [{ dtype: x!.dtype, shape: ids!.shape }];
  },
  gradient({ inputs, grads, attributes: { axis } }) {
    return [grads[0] && scatterAlong(grads[0], inputs[1]!, inputs[0]!.shape, axis), undefined];
  },
  lower: (emitter, inputs, _node, { axis }) => emitter.node('GatherElements', inputs, { int: { axis } }),
  flops: () => 0,
};

/** Element i of the result is x at `ids[i]` along `axis` (NumPy `take_along_axis`). */
export function takeAlong(x: Tensor, ids: Tensor, axis = -1): Tensor {
  return apply1(gatherElementsOp, [x, ids], { axis: axisOf(axis, x.shape.length) ?? axis });
}

const scatterAlongOp: Operation<ScatterAttributes> = {
  name: 'scatterAlong',
  infer([updates, ids], { shape }) {
    if (updates!.dtype !== 'f32' || sizeOf(updates!.shape) !== sizeOf(ids!.shape))
      throw problem('needs f32 updates, one for each index');
    return [{ dtype: 'f32', shape }];
  },
  gradient: ({ inputs, grads, attributes: { axis } }) => [grads[0] && takeAlong(grads[0], inputs[1]!, axis), undefined],
  lower(emitter, inputs, _node, { shape, axis }) {
    const zero = emitter.node('Expand', [emitScalar(emitter, 0), emitInts(emitter, shape)])[0]!;
    return emitter.node('ScatterElements', [zero, inputs[1]!, inputs[0]!], {
      int: { axis },
      string: { reduction: 'add' },
    });
  },
};

/** Zeros of `shape` to which each update is added at its index along `axis`: the adjoint of `takeAlong`. */
export function scatterAlong(updates: Tensor, ids: Tensor, shape: readonly number[], axis = -1): Tensor {
  return apply1(scatterAlongOp, [updates, ids], { shape, axis: axisOf(axis, shape.length) ?? axis });
}

const oneHotOp: Operation<{ readonly depth: number }> = {
  name: 'oneHot',
  infer([ids], { depth }) {
    if (ids!.dtype !== 'i32' && ids!.dtype !== 'i64') throw problem('needs i32 or i64 indices');
    return [{ dtype: 'f32', shape: [...ids!.shape, depth] }];
  },
  lower(emitter, inputs, node, { depth }) {
    // Not ONNX's OneHot: it lacks i32 kernels, and counts negative indices from the end.
    const { shape } = node.inputs[0]!;
    const column = emitter.node('Reshape', [inputs[0]!, emitInts(emitter, [...shape, 1])])[0]!;
    const wide = emitter.node('Cast', [column], { int: { to: 7 } })[0]!;
    const classes = emitInts(
      emitter,
      Array.from({ length: depth }, (_, i) => i),
    );
    return emitter.node('Cast', emitter.node('Equal', [wide, classes]), { int: { to: 1 } });
  },
};

/** 1 at the index and 0 elsewhere along a new last axis of size `depth`; indices outside give all zeros. */
export function oneHot(ids: Tensor, depth: number): Tensor {
  return apply1(oneHotOp, [ids], { depth });
}

interface TopKAttributes {
  readonly k: number;
  readonly axis: number;
  readonly largest: boolean;
}

const topKOp: Operation<TopKAttributes> = {
  name: 'topK',
  infer([x], { k, axis }) {
    const d = x!.shape[axis];
    if (d === undefined) throw problem(`axis ${axis} must lie within the rank`);
    if (!(k >= 1 && k <= d)) throw problem(`k = ${k} must lie in [1, ${d}], the size of axis ${axis}`);
    if (x!.dtype !== 'f32') throw problem('needs f32');
    const shape = x!.shape.map((s, i) => (i === axis ? k : s));
    return [
      { dtype: 'f32', shape },
      { dtype: 'i32', shape },
    ];
  },
  gradient: ({ inputs, outputs, grads, attributes: { axis } }) => [
    grads[0] && scatterAlong(grads[0], outputs[1]!, inputs[0]!.shape, axis),
  ],
  lower(emitter, inputs, _node, { k, axis, largest }) {
    const [values, ids] = emitter.node(
      'TopK',
      [inputs[0]!, emitInts(emitter, [k])],
      { int: { axis, largest: largest ? 1 : 0, sorted: 1 } },
      { outputs: 2 },
    );
    return [values!, emitter.node('Cast', [ids!], { int: { to: 6 } })[0]!];
  },
};

/** The k largest (or smallest) elements along an axis in order, and their i32 indices. */
export function topK(
  x: Tensor,
  k: number,
  options: { readonly axis?: number; readonly largest?: boolean } = {},
): { values: Tensor; indices: Tensor } {
  const axis = axisOf(options.axis ?? -1, x.shape.length) ?? options.axis ?? -1;
  const [values, ids] = apply(topKOp, [x], { k, axis, largest: options.largest ?? true });
  return { values: values!, indices: ids! };
}

/** All elements along an axis in increasing (or decreasing) order, and their i32 indices. */
export function sort(
  x: Tensor,
  options: { readonly axis?: number; readonly descending?: boolean } = {},
): { values: Tensor; indices: Tensor } {
  const axis = axisOf(options.axis ?? -1, x.shape.length) ?? -1;
  return topK(x, x.shape[axis] ?? 1, { axis, largest: options.descending ?? false });
}

function argExtremum(name: string, opType: string): (x: Tensor, axis?: number) => Tensor {
  const op: Operation<AxisAttributes> = {
    name,
    infer([x], { axis }) {
      if (axisOf(axis, x!.shape.length) === undefined) throw problem(`axis ${axis} must lie within the rank`);
      return [{ dtype: 'i32', shape: x!.shape.filter((_, i) => i !== axis) }];
    },
    lower: (emitter, inputs, _node, { axis }) =>
      emitter.node('Cast', emitter.node(opType, inputs, { int: { axis, keepdims: 0 } }), { int: { to: 6 } }),
  };
  return (x, axis = -1) => apply1(op, [x], { axis: axisOf(axis, x.shape.length) ?? axis });
}

/** i32 index of the largest element along an axis. */
export const argmax: (x: Tensor, axis?: number) => Tensor = argExtremum('argmax', 'ArgMax');
/** i32 index of the smallest element along an axis. */
export const argmin: (x: Tensor, axis?: number) => Tensor = argExtremum('argmin', 'ArgMin');

/** Removes all dimensions of size 1. */
export function squeeze(x: Tensor): Tensor {
  return reshape(
    x,
    x.shape.filter((d) => d !== 1),
  );
}
