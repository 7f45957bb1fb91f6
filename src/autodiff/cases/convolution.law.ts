// Cases of convolutions and pooling: strides, padding on each side, groups, tiles, and both weight-gradient paths.

import {
  avgPool2d,
  type ConvOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  convTranspose2d,
  globalAvgPool2d,
  maxPool2d,
  type Shape,
  square,
} from '../../tensor/index.ts';
import { type Case, distinct, f32 } from '../finite-difference.law.ts';

function conv(what: string, x: Shape, w: Shape, options: ConvOptions = {}): Case {
  return {
    name: `conv2d ${what}`,
    inputs: [f32(x), f32(w), f32([w[0]!])],
    trace: (t, weight, bias) => square(conv2d(t!, weight!, { ...options, bias })),
    gradient: 'second',
  };
}

function transposed(what: string, x: Shape, w: Shape, out: number, options: ConvTransposeOptions = {}): Case {
  return {
    name: `convTranspose2d ${what}`,
    inputs: [f32(x), f32(w), f32([out])],
    trace: (t, weight, bias) => square(convTranspose2d(t!, weight!, { ...options, bias })),
    gradient: 'second',
  };
}

const image: Shape = [2, 2, 5, 6];

export const convolutionCases: readonly Case[] = [
  conv('3x3', image, [3, 2, 3, 3]),
  conv('3x3, padding 1', image, [3, 2, 3, 3], { padding: 1 }),
  conv('3x3, padding larger than the kernel', [1, 1, 3, 3], [1, 1, 2, 2], { padding: 3 }),
  conv('3x2, stride 2 and 1, uneven padding', image, [3, 2, 3, 2], {
    stride: [2, 1],
    padding: [
      [0, 1],
      [2, 0],
    ],
  }),
  conv('3x3, stride 2, padding 1, with a remainder', [2, 2, 6, 6], [3, 2, 3, 3], { stride: 2, padding: 1 }),
  conv('1x1', image, [3, 2, 1, 1]),
  conv('1x1, stride 2', image, [3, 2, 1, 1], { stride: 2 }),
  conv('2 groups', [2, 4, 4, 4], [6, 2, 3, 3], { padding: 1, groups: 2 }),
  conv('2 groups, stride 2', [2, 4, 5, 5], [6, 2, 3, 3], { padding: 1, groups: 2, stride: 2 }),
  conv('depthwise', [2, 3, 4, 4], [3, 1, 3, 3], { padding: 1, groups: 3 }),
  conv('tiles', [2, 2, 4, 6], [3, 2, 2, 3], { stride: [2, 3] }),
  conv('tiles with a remainder', [2, 2, 5, 7], [3, 2, 2, 2], { stride: 2 }),
  conv('more channels than pixels', [2, 2, 2, 2], [5, 2, 3, 3], { padding: 1 }),
  conv('more channels than pixels, stride 2', [2, 2, 4, 4], [6, 2, 3, 3], { padding: 1, stride: 2 }),
  {
    name: 'conv1d',
    inputs: [f32([2, 2, 7]), f32([3, 2, 3]), f32([3])],
    trace: (t, w, bias) => square(conv1d(t!, w!, { bias, padding: [2, 1], stride: 2 })),
    gradient: 'second',
  },
  {
    name: 'conv1d of one step',
    inputs: [f32([2, 3, 4]), f32([5, 3, 1])],
    trace: (t, w) => square(conv1d(t!, w!)),
    gradient: 'second',
  },
  transposed('3x3', [2, 3, 3, 4], [3, 2, 3, 3], 2),
  transposed('3x3, padding 1', [2, 3, 3, 4], [3, 2, 3, 3], 2, { padding: 1 }),
  transposed('3x3, stride 2, padding 1, output padding 1', [2, 3, 3, 4], [3, 2, 3, 3], 2, {
    stride: 2,
    padding: 1,
    outputPadding: 1,
  }),
  transposed('2 groups, stride 2', [1, 4, 3, 3], [4, 1, 3, 3], 2, { stride: 2, groups: 2 }),
  transposed('2 groups', [1, 4, 3, 3], [4, 1, 3, 3], 2, { groups: 2 }),
  transposed('tiles', [2, 3, 2, 3], [3, 2, 2, 3], 2, { stride: [2, 3] }),
  transposed('tiles with output padding', [2, 3, 2, 3], [3, 2, 2, 2], 2, { stride: 2, outputPadding: [1, 0] }),
  {
    name: 'maxPool2d',
    inputs: [distinct([2, 2, 4, 6])],
    trace: (t) => square(maxPool2d(t!, 2)),
    gradient: 'second',
  },
  {
    name: 'maxPool2d 3x3, stride 2, padding 1',
    inputs: [distinct([1, 2, 5, 6])],
    trace: (t) => square(maxPool2d(t!, 3, { stride: 2, padding: 1 })),
    gradient: 'second',
  },
  { name: 'avgPool2d', inputs: [f32(image)], trace: (t) => square(avgPool2d(t!, 2)), gradient: 'second' },
  {
    name: 'avgPool2d 3x3, stride 2, padding 1',
    inputs: [f32(image)],
    trace: (t) => square(avgPool2d(t!, 3, { stride: 2, padding: 1 })),
    gradient: 'second',
  },
  {
    name: 'avgPool2d without counting the padding',
    inputs: [f32(image)],
    trace: (t) => square(avgPool2d(t!, [3, 2], { stride: 1, padding: 1, countPadding: false })),
  },
  { name: 'globalAvgPool2d', inputs: [f32(image)], trace: (t) => square(globalAvgPool2d(t!)), gradient: 'second' },
];
