// Softmax, log-softmax and layer normalisation.

import { emitInts, emitScalar } from '../emit.ts';
import { apply, apply1, type Operation, problem, requireDType, type Tensor } from '../graph.ts';
import { axisOf, sizeOf } from '../shape.ts';
import { add, exp, isConstant, mul, sub } from './elementwise.ts';
import { broadcastTo, reduceSum, sumTo } from './layout.ts';
import { reduceMean } from './reduce.ts';
import { addAll } from './shaping.ts';
import { full } from './sources.ts';

interface AxisAttributes {
  readonly axis: number;
}

function alongAxis(
  name: string,
  opType: string,
  gradient: (y: Tensor, dy: Tensor, axis: number) => Tensor,
): (x: Tensor, axis?: number) => Tensor {
  const op: Operation<AxisAttributes> = {
    name,
    infer(inputs, { axis }) {
      requireDType(inputs, 'f32');
      if (axisOf(axis, inputs[0]!.shape.length) === undefined) throw problem(`axis ${axis} must lie within the rank`);
      return [{ dtype: 'f32', shape: inputs[0]!.shape }];
    },
    gradient: ({ outputs, grads, attributes }) => [grads[0] && gradient(outputs[0]!, grads[0], attributes.axis)],
    lower: (emitter, inputs, _node, { axis }) => emitter.node(opType, inputs, { int: { axis } }),
    flops: (node) => 8 * sizeOf(node.outputs[0]!.shape),
  };
  return (x, axis = -1) => apply1(op, [x], { axis: axisOf(axis, x.shape.length) ?? axis });
}

/** exp(x) / sum exp(x) along an axis (default the last). */
export const softmax: (x: Tensor, axis?: number) => Tensor = alongAxis('softmax', 'Softmax', (y, dy, axis) => {
  const weighted = mul(dy, y);
  return sub(weighted, mul(y, reduceSum(weighted, { axes: axis, keepDims: true })));
});

/** log softmax(x) along an axis (default the last). */
export const logSoftmax: (x: Tensor, axis?: number) => Tensor = alongAxis('logSoftmax', 'LogSoftmax', (y, dy, axis) =>
  sub(dy, mul(exp(y), reduceSum(dy, { axes: axis, keepDims: true }))),
);

interface LayerNormAttributes {
  readonly epsilon: number;
}

/** Outputs: y, mean and inverse deviation over the last axis (the latter two with size 1 there). */
const layerNormOp: Operation<LayerNormAttributes> = {
  name: 'layerNorm',
  infer(inputs) {
    requireDType(inputs, 'f32');
    const x = inputs[0]!;
    const d = x.shape.at(-1);
    for (const p of inputs.slice(1)) {
      if (p.shape.length !== 1 || p.shape[0] !== d)
        throw problem(`scale and shift must be [${d}], the last dimension of x`);
    }
    const stat = { dtype: 'f32' as const, shape: [...x.shape.slice(0, -1), 1] };
    return [{ dtype: 'f32', shape: x.shape }, stat, stat];
  },
  gradient({ inputs, outputs, grads, wants }) {
    const [dy, dMean, dInverse] = grads;
    const [x, scale] = inputs as [Tensor, Tensor];
    const [, mean, inverse] = outputs as [Tensor, Tensor, Tensor];
    // Only second derivatives reach the statistics: inverse = (variance + epsilon)^(-1/2).
    const n = x.shape.at(-1)!;
    const statistics: Tensor[] = [];
    if (dMean !== undefined) statistics.push(broadcastTo(mul(dMean, 1 / n), x.shape));
    if (dInverse !== undefined) {
      const slope = mul(mul(dInverse, mul(inverse, mul(inverse, inverse))), -1 / n);
      statistics.push(mul(sub(x, mean), slope));
    }
    if (dy === undefined) return [statistics.length === 0 ? undefined : addAll(statistics)];
    // Without scale and shift the output itself is the normalised input.
    const plain = isConstant(scale, 1) && isConstant(inputs[2]!, 0);
    const unit = plain ? outputs[0]! : mul(sub(x, mean), inverse);
    const g = mul(dy, scale);
    const along = mul(unit, reduceMean(mul(g, unit), { axes: -1, keepDims: true }));
    return [
      wants(0)
        ? addAll([mul(sub(sub(g, reduceMean(g, { axes: -1, keepDims: true })), along), inverse), ...statistics])
        : undefined,
      wants(1) ? sumTo(mul(dy, unit), scale.shape) : undefined,
      wants(2) ? sumTo(dy, scale.shape) : undefined,
    ];
  },
  lower(emitter, inputs, node, { epsilon }) {
    if (!emitter.portable) {
      return emitter.node('LayerNormalization', inputs, { int: { axis: -1 }, float: { epsilon } }, { outputs: 3 });
    }
    const last = emitInts(emitter, [node.inputs[0]!.shape.length - 1]);
    const mean = emitter.node('ReduceMean', [inputs[0]!, last])[0]!;
    const centred = emitter.node('Sub', [inputs[0]!, mean])[0]!;
    const squares = emitter.node('Mul', [centred, centred])[0]!;
    const variance = emitter.node('ReduceMean', [squares, last])[0]!;
    const deviation = emitter.node('Sqrt', emitter.node('Add', [variance, emitScalar(emitter, epsilon)]))[0]!;
    const inverse = emitter.node('Reciprocal', [deviation])[0]!;
    const unit = emitter.node('Mul', [centred, inverse])[0]!;
    const scaled = emitter.node('Mul', [unit, inputs[1]!])[0]!;
    return [emitter.node('Add', [scaled, inputs[2]!])[0]!, mean, inverse];
  },
  flops: (node) => 8 * sizeOf(node.outputs[0]!.shape),
};

/** (x - mean) / sqrt(var + epsilon) * scale + shift over the last axis, with the biased variance. */
export function layerNormalise(x: Tensor, scale: Tensor, shift: Tensor, epsilon = 1e-5): Tensor {
  return apply(layerNormOp, [x, scale, shift], { epsilon })[0]!;
}

/** A layer norm's scale and shift, with the norm without them; undefined for other tensors and when they do nothing. */
export function affineNormOf(
  x: Tensor,
): { readonly unit: Tensor; readonly scale: Tensor; readonly shift: Tensor } | undefined {
  if ((x.node.op as unknown) !== layerNormOp || x.index !== 0) return undefined;
  const [input, scale, shift] = x.node.inputs as [Tensor, Tensor, Tensor];
  if (isConstant(scale, 1) && isConstant(shift, 0)) return undefined;
  const { epsilon } = x.node.attributes as LayerNormAttributes;
  return { unit: layerNormalise(input, full(1, scale.shape), full(0, shift.shape), epsilon), scale, shift };
}

/** x * (1 + scale) + shift, the modulation of AdaLN (DiT, arXiv 2212.09748). */
export function modulate(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  return add(mul(x, add(scale, 1)), shift);
}
