// Matrix products: `matmul` of any rank with transposes and a factor, and `affine`, the product with a weight matrix.

import { emitInts } from '../emit.ts';
import { apply1, type Operation, problem, requireDType, type Tensor, type TensorType } from '../graph.ts';
import { broadcastShape, sizeOf } from '../shape.ts';
import { add, geluInputOf, mul } from './elementwise.ts';
import { erfGate } from './erf-gate.ts';
import { reduceSum, reshape, sumTo, transposeOf } from './layout.ts';
import { affineNormOf } from './normalise.ts';
import { full } from './sources.ts';

/** Whether the last two axes of each factor are swapped first, and a factor for the product. */
export interface MatmulOptions {
  readonly transA?: boolean;
  readonly transB?: boolean;
  readonly alpha?: number;
}

type MatmulAttributes = Required<MatmulOptions>;

/** [rows, columns] of a factor after its optional transpose. */
function facing(type: TensorType, transposed: boolean): readonly [number, number] {
  const [r, c] = type.shape.slice(-2) as [number, number];
  return transposed ? [c, r] : [r, c];
}

const matmulOp: Operation<MatmulAttributes> = {
  name: 'matmul',
  infer(inputs, { transA, transB }) {
    requireDType(inputs, 'f32');
    const [a, b] = inputs as [TensorType, TensorType];
    if (a.shape.length < 2 || b.shape.length < 2) throw problem('needs two tensors of rank 2 or more');
    const [m, k] = facing(a, transA);
    const [k2, n] = facing(b, transB);
    const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    if (k !== k2)
      throw problem(
        `inner dimensions must be equal (${k} against ${k2}${transA ? ', A transposed' : ''}${transB ? ', B transposed' : ''})`,
      );
    if (batch === undefined) throw problem('leading dimensions must broadcast');
    return [{ dtype: 'f32', shape: [...batch, m, n] }];
  },
  gradient({ inputs, grads, attributes: { transA, transB, alpha }, wants }) {
    const dy = grads[0];
    const [a, b] = inputs as [Tensor, Tensor];
    if (dy === undefined) return [];
    const da = () =>
      transA ? matmul(b, dy, { transA: transB, transB: true, alpha }) : matmul(dy, b, { transB: !transB, alpha });
    const db = () =>
      transB ? matmul(dy, a, { transA: true, transB: transA, alpha }) : matmul(a, dy, { transA: !transA, alpha });
    return [wants(0) ? sumTo(da(), a.shape) : undefined, wants(1) ? sumTo(db(), b.shape) : undefined];
  },
  simplify([a, b], { transA, transB, alpha }) {
    // A transpose of the last two axes is free inside the product.
    const left = lastTwoSwapped(a!);
    const right = lastTwoSwapped(b!);
    if (left === undefined && right === undefined) return undefined;
    return [
      matmul(left ?? a!, right ?? b!, {
        transA: transA !== (left !== undefined),
        transB: transB !== (right !== undefined),
        alpha,
      }),
    ];
  },
  lower(emitter, inputs, node, { transA, transB, alpha }) {
    const [a, b] = node.inputs as readonly [Tensor, Tensor];
    const plain = !transA && !transB && alpha === 1;
    if (a.shape.length === 2 && b.shape.length === 2 && !plain) {
      return emitter.node('Gemm', inputs, {
        int: { transA: transA ? 1 : 0, transB: transB ? 1 : 0 },
        float: { alpha },
      });
    }
    if (plain) return emitter.node('MatMul', inputs);
    if (!emitter.portable) {
      const attributes = { int: { transA: transA ? 1 : 0, transB: transB ? 1 : 0 }, float: { alpha } };
      return emitter.node('FusedMatMul', inputs, attributes, { domain: 'com.microsoft' });
    }
    const swapped = (name: string, rank: number, swap: boolean) =>
      swap ? emitter.node('Transpose', [name], { ints: { perm: swapLast(rank) } })[0]! : name;
    const product = emitter.node('MatMul', [
      swapped(inputs[0]!, a.shape.length, transA),
      swapped(inputs[1]!, b.shape.length, transB),
    ]);
    return alpha === 1
      ? product
      : emitter.node('Mul', [product[0]!, emitter.constant('f32', [], Float32Array.of(alpha))]);
  },
  flops(node, { transA }) {
    const k = facing(node.inputs[0]!, transA)[1];
    return 2 * k * sizeOf(node.outputs[0]!.shape);
  },
};

/** The input of a transpose that swaps exactly the last two axes, else undefined. */
function lastTwoSwapped(x: Tensor): Tensor | undefined {
  const t = transposeOf(x);
  return t?.permutation.every((p, i) => p === swapLast(t.permutation.length)[i]) === true ? t.input : undefined;
}

function swapLast(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
}

/** alpha * op(A) op(B), [..., m, k] x [..., k, n] -> [..., m, n]; leading dimensions broadcast. */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  return apply1(matmulOp, [a, b], {
    transA: options.transA ?? false,
    transB: options.transB ?? false,
    alpha: options.alpha ?? 1,
  });
}

/** The attributes of a matmul node, or undefined. */
export function matmulOf(x: Tensor): MatmulAttributes | undefined {
  return (x.node.op as unknown) === matmulOp ? (x.node.attributes as MatmulAttributes) : undefined;
}

const linearOp: Operation<Record<string, never>> = {
  name: 'linear',
  infer(inputs) {
    requireDType(inputs, 'f32');
    const [x, w, b] = inputs as [TensorType, TensorType, TensorType | undefined];
    if (w.shape.length !== 2) throw problem('the weight must be [out, in]');
    if (x.shape.at(-1) !== w.shape[1]) throw problem(`the last dimension of x must be in = ${w.shape[1]}`);
    if (b !== undefined && (b.shape.length !== 1 || b.shape[0] !== w.shape[0]))
      throw problem(`the bias must be [out] = [${w.shape[0]}]`);
    return [{ dtype: 'f32', shape: [...x.shape.slice(0, -1), w.shape[0]!] }];
  },
  gradient({ inputs, grads, wants }) {
    const dy = grads[0];
    const [x, w, b] = inputs as [Tensor, Tensor, Tensor | undefined];
    if (dy === undefined) return [];
    const rows_dy = reshape(dy, [-1, w.shape[0]!]);
    const rows_x = reshape(x, [-1, w.shape[1]!]);
    return [
      wants(0) ? reshape(matmul(rows_dy, w), x.shape) : undefined,
      wants(1) ? matmul(rows_dy, rows_x, { transA: true }) : undefined,
      b !== undefined && wants(2) ? columnSum(rows_dy) : undefined,
    ];
  },
  lower(emitter, inputs, node) {
    const x = node.inputs[0]!;
    const w = node.inputs[1]!;
    const flat = x.shape.length === 2;
    const rows = flat ? inputs[0]! : emitter.node('Reshape', [inputs[0]!, emitInts(emitter, [-1, w.shape[1]!])])[0]!;
    const gemm = emitter.node('Gemm', [rows, ...inputs.slice(1)], { int: { transB: 1 } });
    return flat ? gemm : emitter.node('Reshape', [gemm[0]!, emitInts(emitter, node.outputs[0]!.shape)]);
  },
  flops: (node) => 2 * node.inputs[1]!.shape[1]! * sizeOf(node.outputs[0]!.shape),
};

/** Sum of the rows of [R, C] as a product with ones: measured three times as fast as a reduction over the first axis. */
function columnSum(rows: Tensor): Tensor {
  return reshape(matmul(full(1, [1, rows.shape[0]!]), rows), [rows.shape[1]!]);
}

/**
 * A layer norm's scale and shift act on each column of x alone, so they can act on the weight instead: what costs a pass
 * over all rows, and three in the gradient, becomes work on the small weight matrix.
 */
function absorbAffine(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor | undefined {
  const norm = affineNormOf(x);
  if (norm === undefined) return undefined;
  const moved = reshape(matmul(weight, reshape(norm.shift, [-1, 1])), [weight.shape[0]!]);
  return affine(norm.unit, mul(weight, norm.scale), bias === undefined ? moved : add(bias, moved));
}

/** The GELU between two affine maps, with its constant factors moved into their weights; undefined for other tensors. */
function absorbGelu(x: Tensor, weight: Tensor, bias: Tensor | undefined): Tensor | undefined {
  const before = geluInputOf(x);
  if (before === undefined || (before.node.op as unknown) !== linearOp) return undefined;
  const [inner, w, b] = before.node.inputs as [Tensor, Tensor, Tensor | undefined];
  const u = affine(inner, mul(w, Math.SQRT1_2), b && mul(b, Math.SQRT1_2));
  return affine(erfGate(u), mul(weight, Math.SQRT1_2), bias);
}

/** x W^T + b, with x [..., in], W [out, in], b [out] (as PyTorch's `Linear` stores them) -> [..., out]. */
export function affine(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const y = apply1(linearOp, bias === undefined ? [x, weight] : [x, weight, bias], {});
  return absorbAffine(x, weight, bias) ?? absorbGelu(x, weight, bias) ?? y;
}

/** Sum over the last axis of a * b. */
export function dot(a: Tensor, b: Tensor): Tensor {
  return reduceSum(mul(a, b), { axes: -1 });
}
