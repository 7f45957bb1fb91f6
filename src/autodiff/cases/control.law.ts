// Cases of operations that steer values: where and stopGradient (whose gradient is not the limit of differences, so
// its own tests are in control.test.ts).

import { add, constant, greater, mul, square, stopGradient, where } from '../../tensor/index.ts';
import { type Case, distinct, f32 } from '../finite-difference.law.ts';

export const controlCases: readonly Case[] = [
  {
    name: 'where',
    inputs: [{ shape: [2, 3], dtype: 'bool', values: [1, 0, 0] }, f32([2, 3]), f32([3])],
    trace: (c, a, b) => square(where(c!, a!, b!)),
    gradient: 'second',
  },
  {
    name: 'where on a comparison of its own values',
    inputs: [distinct([2, 3])],
    trace: (x) => where(greater(x!, 0), square(x!), mul(x!, 3)),
    gradient: 'second',
  },
  {
    name: 'stopGradient',
    inputs: [f32([4])],
    trace: (x) => add(mul(stopGradient(constant(Float32Array.of(1, 2, 3, 4), [4], 'f32')), x!), square(x!)),
    gradient: 'second',
  },
];
