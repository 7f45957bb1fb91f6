// Cases of softmax, layer normalisation, modulation and batch normalisation.

import { batchNorm, full, layerNormalise, logSoftmax, modulate, mul, softmax, square } from '../../tensor/index.ts';
import { type Case, f32 } from '../finite-difference.law.ts';

const x = f32([3, 5], -2, 2);
const vector = f32([5], 0.5, 1.5);
const channel = f32([3], 0.5, 1.5);

export const normalisationCases: readonly Case[] = [
  { name: 'softmax', inputs: [x], trace: (t) => softmax(t!), gradient: 'second' },
  { name: 'softmax along axis 0', inputs: [f32([3, 2, 2])], trace: (t) => softmax(t!, 0) },
  { name: 'logSoftmax', inputs: [x], trace: (t) => logSoftmax(t!), gradient: 'second' },
  { name: 'logSoftmax along axis 1', inputs: [f32([2, 3, 2])], trace: (t) => square(logSoftmax(t!, 1)) },
  {
    name: 'layerNormalise',
    inputs: [x, vector, vector],
    trace: (t, s, b) => layerNormalise(t!, s!, b!),
    gradient: 'second',
  },
  {
    name: 'layerNormalise of rank 3',
    inputs: [f32([2, 3, 5]), vector, vector],
    trace: (t, s, b) => square(layerNormalise(t!, s!, b!, 1e-3)),
    gradient: 'second',
  },
  {
    name: 'layerNormalise without scale and shift',
    inputs: [x],
    trace: (t) => square(square(layerNormalise(t!, full(1, [5]), full(0, [5])))),
    gradient: 'second',
  },
  { name: 'modulate', inputs: [x, x, x], trace: (t, s, b) => modulate(t!, s!, b!), gradient: 'second' },
  {
    name: 'batchNorm of [N, C]',
    inputs: [f32([6, 3], -2, 2), channel, channel],
    trace: (t, scale, shift) => square(batchNorm(t!, { scale, shift }).y),
    gradient: 'second',
  },
  {
    name: 'batchNorm of [N, C, H, W] and its statistics',
    inputs: [f32([2, 3, 2, 3], -2, 2), channel, channel],
    trace: (t, scale, shift) => {
      const { y, mean, variance } = batchNorm(t!, { scale, shift, epsilon: 1e-3 });
      return [square(y), square(mean), mul(variance, variance)];
    },
    gradient: 'second',
  },
  {
    name: 'batchNorm of the last axis without scale',
    inputs: [f32([2, 4, 3], -2, 2)],
    trace: (t) => square(square(batchNorm(t!, { axis: -1 }).y)),
  },
  {
    name: 'batchNorm statistics alone',
    inputs: [f32([2, 3, 4], -2, 2)],
    trace: (t) => [batchNorm(t!).mean, batchNorm(t!).variance],
    gradient: 'second',
  },
  {
    name: 'batchNorm with given statistics',
    inputs: [f32([2, 3, 2, 2]), channel, channel, channel, channel],
    trace: (t, scale, shift, mean, variance) =>
      square(batchNorm(t!, { scale, shift, statistics: { mean: mean!, variance: variance! } }).y),
    gradient: 'second',
  },
  {
    name: 'batchNorm of [N, C] with given statistics',
    inputs: [f32([4, 3]), channel, channel],
    trace: (t, mean, variance) => square(batchNorm(t!, { statistics: { mean: mean!, variance: variance! } }).y),
  },
];
