// Cases of reductions, running sums and norms.

import {
  argmax,
  argmin,
  cumulativeSum,
  dot,
  l2Normalise,
  logSumExp,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceSum,
  square,
  std,
  sumTo,
  variance,
} from '../../tensor/index.ts';
import { type Case, distinct, f32 } from '../finite-difference.law.ts';

const x = f32([3, 4, 2], -2, 2);

export const reductionCases: readonly Case[] = [
  { name: 'reduceSum', inputs: [x], trace: (t) => square(reduceSum(t!)), gradient: 'second' },
  {
    name: 'reduceSum over axes',
    inputs: [x],
    trace: (t) => square(reduceSum(t!, { axes: [0, -1] })),
    gradient: 'second',
  },
  {
    name: 'reduceMean',
    inputs: [x],
    trace: (t) => square(reduceMean(t!, { axes: 1, keepDims: true })),
    gradient: 'second',
  },
  { name: 'reduceMax', inputs: [distinct([3, 4, 2])], trace: (t) => reduceMax(t!, { axes: [1, 2] }) },
  { name: 'reduceMin', inputs: [distinct([3, 4, 2])], trace: (t) => reduceMin(t!, { axes: 0 }) },
  { name: 'variance', inputs: [x], trace: (t) => variance(t!, { axes: 1 }), gradient: 'second' },
  { name: 'variance biased', inputs: [x], trace: (t) => variance(t!, { correction: 0 }), gradient: 'second' },
  { name: 'std', inputs: [x], trace: (t) => std(t!, { axes: [0, 1] }), gradient: 'second' },
  { name: 'logSumExp', inputs: [x], trace: (t) => logSumExp(t!, { axes: 1 }), gradient: 'second' },
  { name: 'logSumExp of everything', inputs: [x], trace: (t) => logSumExp(t!, { keepDims: true }) },
  { name: 'l2Normalise', inputs: [f32([3, 4], 0.2, 2)], trace: (t) => l2Normalise(t!), gradient: 'second' },
  { name: 'l2Normalise along axis 0', inputs: [f32([3, 4], 0.2, 2)], trace: (t) => l2Normalise(t!, 0) },
  { name: 'sumTo', inputs: [x], trace: (t) => square(sumTo(t!, [4, 1])), gradient: 'second' },
  { name: 'dot', inputs: [x, f32([4, 2])], trace: (a, b) => dot(a!, b!), gradient: 'second' },
  { name: 'cumulativeSum', inputs: [x], trace: (t) => square(cumulativeSum(t!, 1)), gradient: 'second' },
  { name: 'cumulativeSum exclusive', inputs: [x], trace: (t) => cumulativeSum(t!, 0, { exclusive: true }) },
  {
    name: 'cumulativeSum exclusive from the end',
    inputs: [x],
    trace: (t) => square(cumulativeSum(t!, 1, { exclusive: true, reverse: true })),
    gradient: 'second',
  },
  { name: 'argmax', inputs: [distinct([3, 4])], trace: (t) => argmax(t!, 0), gradient: 'none' },
  { name: 'argmin', inputs: [distinct([3, 4])], trace: (t) => argmin(t!), gradient: 'none' },
];
