// Element-wise operations with NumPy broadcasting, their gradients, comparisons and `where`.
// Numbers may stand for f32 scalars wherever a tensor is expected.

import type { DType } from '../dtype.ts';
import { emitScalar } from '../emit.ts';
import { apply1, type Operation, problem, requireDType, type Tensor, type TensorType } from '../graph.ts';
import { broadcastShape, sameShape } from '../shape.ts';
import { pixelMajorOf, sumTo } from './layout.ts';
import { fromPixelMajor, toPixelMajor } from './pixel-major.ts';
import { constantOf, scalar } from './sources.ts';

/** A tensor, or a number standing for an f32 scalar. */
export type Operand = Tensor | number;

/** The tensor of an operand. */
export function asTensor(x: Operand): Tensor {
  return typeof x === 'number' ? scalar(x) : x;
}

function broadcastTypes(inputs: readonly TensorType[], dtype: DType): TensorType[] {
  let shape = inputs[0]!.shape;
  for (const other of inputs.slice(1)) {
    const joined = broadcastShape(shape, other.shape);
    if (joined === undefined) throw problem('shapes must broadcast (equal dimensions, or 1, counted from the right)');
    shape = joined;
  }
  return [{ dtype, shape }];
}

type UnaryGradient = (x: Tensor, y: Tensor, dy: Tensor) => Tensor;
type None = Record<string, never>;
const none: None = {};

/** An f32 operation on each element, lowered to one ONNX operator. `cost` is in floating-point operations. */
function unary(name: string, opType: string, gradient: UnaryGradient | undefined, cost = 1): (x: Tensor) => Tensor {
  const op: Operation<None> = {
    name,
    infer(inputs) {
      requireDType(inputs, 'f32');
      return [{ dtype: 'f32', shape: inputs[0]!.shape }];
    },
    lower: (emitter, inputs) => emitter.node(opType, inputs),
    flops: (node) => cost * node.outputs[0]!.shape.reduce((a, b) => a * b, 1),
  };
  if (gradient !== undefined) {
    Object.assign(op, {
      gradient: ({ inputs, outputs, grads }: Parameters<NonNullable<Operation<None>['gradient']>>[0]) => [
        grads[0] && gradient(inputs[0]!, outputs[0]!, grads[0]),
      ],
    });
  }
  return function mapped(x): Tensor {
    const images = pixelMajorOf(x);
    return images === undefined ? apply1(op, [x], none) : fromPixelMajor(mapped(images));
  };
}

/** Both operands in pixel-major order, when one of them is and the other can be: of its shape, or one number. */
function pixelMajorPair(a: Tensor, b: Tensor): readonly [Tensor, Tensor] | undefined {
  const [left, right] = [pixelMajorOf(a), pixelMajorOf(b)];
  if (left === undefined && right === undefined) return undefined;
  if (sameShape(a.shape, b.shape)) return [left ?? toPixelMajor(a), right ?? toPixelMajor(b)];
  if (left !== undefined && b.shape.length === 0) return [left, b];
  return right !== undefined && a.shape.length === 0 ? [a, right] : undefined;
}

type BinaryGradient = (
  a: Tensor,
  b: Tensor,
  y: Tensor,
  dy: Tensor,
  wants: (i: number) => boolean,
) => readonly (Tensor | undefined)[];

/** A broadcasting operation on two f32 (or two i32) tensors, lowered to one ONNX operator. */
function binary(name: string, opType: string, gradient?: BinaryGradient): (a: Operand, b: Operand) => Tensor {
  const op: Operation<None> = {
    name,
    infer(inputs) {
      const dtype = inputs[0]!.dtype;
      if (inputs[1]!.dtype !== dtype || !(dtype === 'f32' || dtype === 'i32'))
        throw problem('needs two f32 or two i32 tensors');
      return broadcastTypes(inputs, dtype);
    },
    lower: (emitter, inputs) => emitter.node(opType, inputs),
  };
  if (gradient !== undefined) {
    Object.assign(op, {
      gradient({ inputs, outputs, grads, wants }: Parameters<NonNullable<Operation<None>['gradient']>>[0]) {
        const dy = grads[0];
        if (dy === undefined) return [undefined, undefined];
        return gradient(inputs[0]!, inputs[1]!, outputs[0]!, dy, wants).map((g, i) => g && sumTo(g, inputs[i]!.shape));
      },
    });
  }
  return (a, b) => {
    const operands = [asTensor(a), asTensor(b)] as const;
    const images = pixelMajorPair(...operands);
    return images === undefined ? apply1(op, operands, none) : fromPixelMajor(apply1(op, images, none));
  };
}

/** Whether a tensor is known, from a short constant, to be `value` in every element. */
export function isConstant(t: Tensor, value: number): boolean {
  const data = constantOf(t)?.data;
  return data !== undefined && data.length <= 4096 && (data as Float32Array).every((v) => v === value);
}

/** Operands that leave the other unchanged: x + 0, x - 0, x * 1, x / 1. */
function withNeutral(
  op: (a: Operand, b: Operand) => Tensor,
  neutral: number,
  sides: 'both' | 'right',
): (a: Operand, b: Operand) => Tensor {
  return (a, b) => {
    const [left, right] = [asTensor(a), asTensor(b)];
    const y = op(left, right);
    if (isConstant(right, neutral) && sameShape(left.shape, y.shape)) return left;
    return sides === 'both' && isConstant(left, neutral) && sameShape(right.shape, y.shape) ? right : y;
  };
}

/** -x */
export const neg: (x: Tensor) => Tensor = unary('neg', 'Neg', (_x, _y, dy) => neg(dy));
/** e^x */
export const exp: (x: Tensor) => Tensor = unary('exp', 'Exp', (_x, y, dy) => mul(dy, y), 4);
/** Natural logarithm. */
export const log: (x: Tensor) => Tensor = unary('log', 'Log', (x, _y, dy) => div(dy, x), 4);
/** Square root. */
export const sqrt: (x: Tensor) => Tensor = unary('sqrt', 'Sqrt', (_x, y, dy) => div(mul(dy, 0.5), y));
/** 1 / x */
export const reciprocal: (x: Tensor) => Tensor = unary('reciprocal', 'Reciprocal', (_x, y, dy) =>
  neg(mul(dy, mul(y, y))),
);
/** Sine, x in radians. */
export const sin: (x: Tensor) => Tensor = unary('sin', 'Sin', (x, _y, dy) => mul(dy, cos(x)), 4);
/** Cosine, x in radians. */
export const cos: (x: Tensor) => Tensor = unary('cos', 'Cos', (x, _y, dy) => neg(mul(dy, sin(x))), 4);
/** Hyperbolic tangent. */
export const tanh: (x: Tensor) => Tensor = unary('tanh', 'Tanh', (_x, y, dy) => mul(dy, sub(1, mul(y, y))), 4);
/** The error function. */
export const erf: (x: Tensor) => Tensor = unary(
  'erf',
  'Erf',
  (x, _y, dy) => mul(dy, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI))),
  8,
);
/** 1 / (1 + e^-x) */
export const sigmoid: (x: Tensor) => Tensor = unary('sigmoid', 'Sigmoid', (_x, y, dy) => mul(dy, mul(y, sub(1, y))), 4);
/** log(1 + e^x) */
export const softplus: (x: Tensor) => Tensor = unary('softplus', 'Softplus', (x, _y, dy) => mul(dy, sigmoid(x)), 8);
/** |x|; the gradient at 0 is 0. */
export const abs: (x: Tensor) => Tensor = unary('abs', 'Abs', (x, _y, dy) => mul(dy, sign(x)));
/** -1, 0 or 1; gradient 0. */
export const sign: (x: Tensor) => Tensor = unary('sign', 'Sign', undefined);
/** Largest whole number not above x; gradient 0. */
export const floor: (x: Tensor) => Tensor = unary('floor', 'Floor', undefined);
/** Smallest whole number not below x; gradient 0. */
export const ceil: (x: Tensor) => Tensor = unary('ceil', 'Ceil', undefined);
/** Nearest whole number, halves to even; gradient 0. */
export const round: (x: Tensor) => Tensor = unary('round', 'Round', undefined);
/** 1 where x > 0, else 0. On the CPU a hard sigmoid too steep to see, which takes a third of the time of the sign. */
const positiveOp: Operation<None> = {
  name: 'positive',
  infer: ([x]) => [{ dtype: 'f32', shape: x!.shape }],
  lower: (emitter, inputs) =>
    emitter.portable
      ? emitter.node('Relu', emitter.node('Sign', inputs))
      : emitter.node('HardSigmoid', inputs, { float: { alpha: 3.4e38, beta: 0 } }),
};

function positive(x: Tensor): Tensor {
  return apply1(positiveOp, [x], none);
}
/** max(x, 0); the gradient at 0 is 0. */
export const relu: (x: Tensor) => Tensor = unary('relu', 'Relu', (_x, y, dy) => mul(dy, positive(y)));

/** a + b */
export const add: (a: Operand, b: Operand) => Tensor = withNeutral(
  binary('add', 'Add', (_a, _b, _y, dy) => [dy, dy]),
  0,
  'both',
);
/** a - b */
export const sub: (a: Operand, b: Operand) => Tensor = withNeutral(
  binary('sub', 'Sub', (_a, _b, _y, dy, wants) => [dy, wants(1) ? neg(dy) : undefined]),
  0,
  'right',
);
/** a * b */
export const mul: (a: Operand, b: Operand) => Tensor = withNeutral(
  binary('mul', 'Mul', (a, b, _y, dy, wants) => [wants(0) ? mul(dy, b) : undefined, wants(1) ? mul(dy, a) : undefined]),
  1,
  'both',
);
/** a / b */
export const div: (a: Operand, b: Operand) => Tensor = withNeutral(
  binary('div', 'Div', (_a, b, y, dy, wants) => {
    const scaled = div(dy, b);
    return [scaled, wants(1) ? neg(mul(scaled, y)) : undefined];
  }),
  1,
  'right',
);
/** a^b; the gradient with respect to b needs a > 0. */
export const pow: (a: Operand, b: Operand) => Tensor = binary('pow', 'Pow', (a, b, y, dy, wants) => [
  wants(0) ? mul(dy, mul(b, pow(a, sub(b, 1)))) : undefined,
  wants(1) ? mul(dy, mul(y, log(a))) : undefined,
]);

/** Gradient of max and min: each operand where it is the chosen one, half each where both are equal (as PyTorch). */
function selected(a: Tensor, b: Tensor, y: Tensor, dy: Tensor): readonly Tensor[] {
  const isA = cast(equal(a, y), 'f32');
  const isB = cast(equal(b, y), 'f32');
  const share = div(dy, add(isA, isB));
  return [mul(share, isA), mul(share, isB)];
}

/** Element-wise maximum. */
export const maximum: (a: Operand, b: Operand) => Tensor = binary('maximum', 'Max', selected);
/** Element-wise minimum. */
export const minimum: (a: Operand, b: Operand) => Tensor = binary('minimum', 'Min', selected);

/** A comparison: two tensors of equal dtype give bool. */
function comparison(name: string, opType: string): (a: Operand, b: Operand) => Tensor {
  const op: Operation<None> = {
    name,
    infer(inputs) {
      if (inputs[0]!.dtype !== inputs[1]!.dtype) throw problem('needs two tensors of the same dtype');
      return broadcastTypes(inputs, 'bool');
    },
    lower: (emitter, inputs) => emitter.node(opType, inputs),
  };
  return (a, b) => apply1(op, [asTensor(a), asTensor(b)], none);
}

/** a == b */
export const equal: (a: Operand, b: Operand) => Tensor = comparison('equal', 'Equal');
/** a < b */
export const less: (a: Operand, b: Operand) => Tensor = comparison('less', 'Less');
/** a <= b */
export const lessEqual: (a: Operand, b: Operand) => Tensor = comparison('lessEqual', 'LessOrEqual');
/** a > b */
export const greater: (a: Operand, b: Operand) => Tensor = comparison('greater', 'Greater');
/** a >= b */
export const greaterEqual: (a: Operand, b: Operand) => Tensor = comparison('greaterEqual', 'GreaterOrEqual');

function logical(name: string, opType: string): (...x: Tensor[]) => Tensor {
  const op: Operation<None> = {
    name,
    infer(inputs) {
      requireDType(inputs, 'bool');
      return broadcastTypes(inputs, 'bool');
    },
    lower: (emitter, inputs) => emitter.node(opType, inputs),
  };
  return (...x) => apply1(op, x, none);
}

/** Logical and of two bool tensors. */
export const and: (a: Tensor, b: Tensor) => Tensor = logical('and', 'And');
/** Logical or of two bool tensors. */
export const or: (a: Tensor, b: Tensor) => Tensor = logical('or', 'Or');
/** Logical not of a bool tensor. */
export const not: (x: Tensor) => Tensor = logical('not', 'Not');

const whereOp: Operation<None> = {
  name: 'where',
  infer(inputs) {
    if (inputs[0]!.dtype !== 'bool') throw problem('needs a bool condition first');
    if (inputs[1]!.dtype !== inputs[2]!.dtype) throw problem('needs both choices of one dtype');
    return broadcastTypes(inputs, inputs[1]!.dtype);
  },
  gradient({ inputs, grads, wants }) {
    const dy = grads[0];
    if (dy === undefined) return [];
    const [condition, a, b] = inputs as [Tensor, Tensor, Tensor];
    return [
      undefined,
      wants(1) ? sumTo(where(condition, dy, 0), a.shape) : undefined,
      wants(2) ? sumTo(where(condition, 0, dy), b.shape) : undefined,
    ];
  },
  lower: (emitter, inputs) => emitter.node('Where', inputs),
};

/** `a` where the bool `condition` holds, else `b`; all three broadcast. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return apply1(whereOp, [condition, asTensor(a), asTensor(b)], none);
}

const ONNX_TYPE: Readonly<Record<DType, number>> = { f32: 1, u8: 2, i32: 6, i64: 7, bool: 9 };

const castOp: Operation<{ readonly to: DType }> = {
  name: 'cast',
  infer: (inputs, { to }) => [{ dtype: to, shape: inputs[0]!.shape }],
  gradient: ({ inputs, grads }) => [inputs[0]!.dtype === 'f32' ? grads[0] : undefined],
  simplify: ([x], { to }) => (x!.dtype === to ? [x!] : undefined),
  lower: (emitter, inputs, _node, { to }) => emitter.node('Cast', inputs, { int: { to: ONNX_TYPE[to] } }),
};

/** Converts to another dtype; f32 to integers truncates toward zero. */
export function cast(x: Tensor, to: DType): Tensor {
  return x.dtype === to ? x : apply1(castOp, [x], { to });
}

/** x^2 */
export function square(x: Tensor): Tensor {
  return mul(x, x);
}

/** Limits x to [low, high]; the gradient is 0 outside. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  return minimum(maximum(x, low), high);
}

const geluOp: Operation<{ readonly approximate: 'none' | 'tanh' }> = {
  name: 'gelu',
  infer(inputs) {
    requireDType(inputs, 'f32');
    return [{ dtype: 'f32', shape: inputs[0]!.shape }];
  },
  gradient({ inputs, attributes, grads }) {
    const dy = grads[0];
    const x = inputs[0]!;
    if (dy === undefined) return [];
    if (attributes.approximate === 'none') {
      // d/dx x Phi(x) = (1 + erf u + x 2 pdf(x)) / 2 with u = x / sqrt 2, so that u^2 is the density's exponent. The
      // density's constant stands inside the exponential: what counts is the number of passes over the tensor.
      const u = mul(x, Math.SQRT1_2);
      const density2 = exp(sub(Math.log(2 / Math.sqrt(2 * Math.PI)), square(u)));
      return [mul(mul(dy, 0.5), add(add(erf(u), mul(x, density2)), 1))];
    }
    const c = Math.sqrt(2 / Math.PI);
    const t = tanh(mul(x, add(c, mul(square(x), c * 0.044715))));
    const slope = mul(sub(1, square(t)), add(c, mul(square(x), 3 * c * 0.044715)));
    return [mul(dy, mul(add(add(t, 1), mul(x, slope)), 0.5))];
  },
  lower: (emitter, inputs, _node, { approximate }) => {
    if (!emitter.portable && approximate === 'none')
      return emitter.node('Gelu', inputs, {}, { domain: 'com.microsoft' });
    if (approximate === 'none') {
      const scaled = emitter.node('Mul', [inputs[0]!, emitScalar(emitter, Math.SQRT1_2)]);
      const phi2 = emitter.node('Add', [emitter.node('Erf', scaled)[0]!, emitScalar(emitter, 1)]);
      return emitter.node('Mul', [emitter.node('Mul', [inputs[0]!, phi2[0]!])[0]!, emitScalar(emitter, 0.5)]);
    }
    return emitter.node('Gelu', inputs, { string: { approximate } });
  },
  flops: (node) => 10 * node.outputs[0]!.shape.reduce((a, b) => a * b, 1),
};

/** x Phi(x) with the exact error function, or its tanh approximation (Hendrycks & Gimpel 2016, arXiv 1606.08415). */
export function gelu(x: Tensor, approximate: 'none' | 'tanh' = 'none'): Tensor {
  return apply1(geluOp, [x], { approximate });
}

/** The input of an exact GELU, undefined for other tensors. */
export function geluInputOf(y: Tensor): Tensor | undefined {
  if ((y.node.op as unknown) !== geluOp) return undefined;
  return (y.node.attributes as { approximate: string }).approximate === 'none' ? y.node.inputs[0] : undefined;
}

/** x sigmoid(x), also called swish. */
export function silu(x: Tensor): Tensor {
  return mul(x, sigmoid(x));
}

/** log(sigmoid(x)), stable for large |x|. */
export function logSigmoid(x: Tensor): Tensor {
  return neg(softplus(neg(x)));
}
