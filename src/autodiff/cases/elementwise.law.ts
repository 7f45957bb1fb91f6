// Cases of element-wise operations, broadcasting and losses.

import {
  abs,
  add,
  addAll,
  and,
  asTensor,
  cast,
  ceil,
  clamp,
  clampMin,
  cos,
  crossEntropy,
  div,
  equal,
  erf,
  erfGate,
  exp,
  floor,
  gelu,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logSigmoid,
  maximum,
  minimum,
  mul,
  neg,
  not,
  or,
  pow,
  reciprocal,
  relu,
  round,
  sigmoid,
  sign,
  silu,
  sin,
  smoothL1,
  softplus,
  sqrt,
  square,
  sub,
  type Tensor,
  tanh,
} from '../../tensor/index.ts';
import { type Case, distinct, type Feed, f32, ints } from '../finite-difference.law.ts';

const wide = f32([2, 5], -2, 2);
const positive = f32([2, 5], 0.5, 2);

function unary(name: string, f: (x: Tensor) => Tensor, feed: Feed = wide, gradient: Case['gradient'] = 'second'): Case {
  return { name, inputs: [feed], trace: (x) => f(x!), gradient };
}

function binary(
  name: string,
  f: (a: Tensor, b: Tensor) => Tensor,
  inputs: readonly [Feed, Feed],
  gradient: Case['gradient'] = 'second',
): Case {
  return { name, inputs, trace: (a, b) => f(a!, b!), gradient };
}

/** Values that comparisons and roundings can be read from; no f32 rounding is near. */
const steps: Feed = { shape: [2, 5], values: [-1.6, -0.3, 0.3, 0.7, 1.4] };
const ties: readonly [Feed, Feed] = [
  { shape: [6], values: [1, 2, 3, -1, 0, 5] },
  { shape: [6], values: [1, 3, 2, -1, 0.5, 5] },
];
const masks: readonly [Feed, Feed] = [
  { shape: [4], dtype: 'bool', values: [0, 0, 1, 1] },
  { shape: [4], dtype: 'bool', values: [0, 1, 0, 1] },
];

export const elementwiseCases: readonly Case[] = [
  unary('neg', neg),
  unary('exp', exp),
  unary('log', log, positive),
  unary('sqrt', sqrt, positive),
  unary('reciprocal', reciprocal, positive),
  unary('sin', sin),
  unary('cos', cos),
  unary('tanh', tanh),
  unary('erf', erf),
  unary('sigmoid', sigmoid),
  unary('softplus', softplus),
  unary('logSigmoid', logSigmoid),
  unary('silu', silu),
  unary('square', square),
  unary('gelu', (x) => gelu(x)),
  unary('erfGate', (x) => erfGate(x)),
  unary('gelu tanh', (x) => gelu(x, 'tanh')),
  unary('abs', abs, distinct([2, 5])),
  unary('relu', relu, distinct([2, 5])),
  unary('clamp', (x) => clamp(x, -0.5, 0.5), distinct([2, 5])),
  unary('clampMin', (x) => clampMin(x, -0.5), distinct([2, 5])),
  unary('sign', (x) => add(sign(x), x), steps, 'first'),
  unary('floor', (x) => add(floor(x), x), steps, 'first'),
  unary('ceil', (x) => add(ceil(x), x), steps, 'first'),
  unary('round', (x) => add(round(x), x), steps, 'first'),
  unary('cast', (x) => cast(cast(x, 'i32'), 'f32'), steps, 'none'),
  unary('asTensor', (x) => mul(x, asTensor(3))),
  binary('add', add, [wide, wide]),
  binary('add rows to a matrix', add, [f32([3, 4]), f32([4])]),
  binary('sub', sub, [f32([2, 1, 3]), f32([4, 1])]),
  binary('mul', mul, [wide, wide]),
  binary('mul outer', mul, [f32([3, 1]), f32([1, 4])]),
  binary('mul with a scalar tensor', mul, [f32([2, 3]), f32([])]),
  binary('div', div, [wide, positive]),
  binary('div by a column', div, [f32([3, 4]), f32([3, 1], 0.5, 2)]),
  binary('pow', pow, [positive, wide]),
  unary('pow of a constant exponent', (x) => pow(x, 3)),
  binary('maximum', maximum, [distinct([2, 3, 2], 0.2), distinct([3, 2], 0.33)], 'first'),
  binary('minimum', minimum, [distinct([2, 3, 2], 0.2), distinct([3, 2], 0.33)], 'first'),
  { name: 'addAll', inputs: [wide, wide, wide], trace: (...x) => square(addAll(x)), gradient: 'second' },
  binary('equal', equal, ties, 'none'),
  binary('less', less, ties, 'none'),
  binary('lessEqual', lessEqual, ties, 'none'),
  binary('greater', greater, ties, 'none'),
  binary('greaterEqual', greaterEqual, ties, 'none'),
  binary('and', and, masks, 'none'),
  binary('or', or, masks, 'none'),
  { name: 'not', inputs: [masks[0]], trace: (x) => not(x!), gradient: 'none' },
  {
    name: 'crossEntropy',
    inputs: [f32([4, 5], -2, 2), ints([4], [0, 3, 4, 3])],
    trace: (x, ids) => crossEntropy(x!, ids!),
    gradient: 'second',
  },
  {
    name: 'crossEntropy per row',
    inputs: [f32([2, 2, 5], -2, 2), ints([2, 2], [0, 3, 4, 3])],
    trace: (x, ids) => crossEntropy(x!, ids!, { reduction: 'none' }),
  },
  binary('smoothL1', (a, b) => smoothL1(a, b, 0.75), [distinct([2, 5]), { shape: [2, 5], values: [0.03] }], 'second'),
  binary('smoothL1 with beta 0', (a, b) => smoothL1(a, b, 0), [distinct([2, 5]), { shape: [5], values: [0.03] }]),
];
