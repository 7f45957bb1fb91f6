// Every class of shape error names the operation, the shapes it got, and the line that called it.

import { expect, test } from 'vitest';
import { JepaError } from '../core/index.ts';
import {
  add,
  affine,
  and,
  argmax,
  at,
  avgPool2d,
  batchNorm,
  broadcastTo,
  concat,
  constant,
  conv1d,
  conv2d,
  convTranspose2d,
  crossEntropy,
  cumulativeSum,
  einsum,
  exp,
  flip,
  gather,
  globalAvgPool2d,
  input,
  interpolateBilinear,
  l2Normalise,
  layerNormalise,
  less,
  matmul,
  maxPool2d,
  mul,
  oneHot,
  pad,
  reduceMean,
  reshape,
  scatterAlong,
  slice,
  softmax,
  stack,
  takeAlong,
  topK,
  transpose,
  upsampleNearest,
  where,
} from './index.ts';

const m23 = input('m23', [2, 3]);
const m43 = input('m43', [4, 3]);
const v5 = input('v5', [5]);
const ids = input('ids', [2], 'i32');
const mask = input('mask', [2, 3], 'bool');
const pixels = input('pixels', [2, 3], 'u8');
const image = input('image', [2, 4, 5, 5]);

const mistakes: readonly (readonly [string, string, RegExp, () => unknown])[] = [
  ['shapes that do not broadcast', 'add', /f32\[2, 3\] and f32\[4, 3\]/, () => add(m23, m43)],
  ['arithmetic on images of bytes', 'mul', /two f32.*u8\[2, 3\]/, () => mul(pixels, 2)],
  ['a transcendental function of integers', 'exp', /needs f32.*i32\[2\]/, () => exp(ids)],
  ['a comparison of two dtypes', 'less', /same dtype.*f32\[2, 3\] and i32\[2\]/, () => less(m23, ids)],
  ['logic on numbers', 'and', /needs bool.*f32\[2, 3\]/, () => and(mask, m23)],
  ['a condition that is not bool', 'where', /bool condition.*f32\[2, 3\]/, () => where(m23, m23, m23)],
  ['inner dimensions that differ', 'matmul', /inner.*3 against 4.*f32\[2, 3\] and f32\[4, 3\]/, () => matmul(m23, m43)],
  ['a product of a vector', 'matmul', /rank 2.*f32\[5\]/, () => matmul(m23, v5)],
  ['a weight of other width', 'linear', /in = 3.*f32\[5\] and f32\[2, 3\]/, () => affine(v5, m23)],
  ['a bias of other width', 'linear', /bias must be \[out\] = \[4\]/, () => affine(m23, m43, v5)],
  ['an axis outside the rank', 'reduceMean', /axis 2.*f32\[2, 3\]/, () => reduceMean(m23, { axes: 2 })],
  ['an axis outside the rank', 'softmax', /axis -3.*f32\[2, 3\]/, () => softmax(m23, -3)],
  ['an axis outside the rank', 'argmax', /axis 4.*f32\[2, 3\]/, () => argmax(m23, 4)],
  ['an axis outside the rank', 'cumulativeSum', /axis 2.*f32\[2, 3\]/, () => cumulativeSum(m23, 2)],
  ['an axis outside the rank', 'flip', /axis 2.*f32\[2, 3\]/, () => flip(m23, 2)],
  ['an axis outside the rank', 'batchNorm', /axis 3.*f32\[2, 3\]/, () => batchNorm(m23, { axis: 3 })],
  ['a reshape to another size', 'reshape', /\[4, 2\].*f32\[2, 3\]/, () => reshape(m23, [4, 2])],
  ['a reshape to broken dimensions', 'reshape', /whole.*f32\[2, 3\]/, () => reshape(m23, [4, -1])],
  ['a permutation that repeats an axis', 'transpose', /\[0, 0\].*f32\[2, 3\]/, () => transpose(m23, [0, 0])],
  ['an expansion that does not fit', 'broadcastTo', /\[3, 2\].*f32\[2, 3\]/, () => broadcastTo(m23, [3, 2])],
  ['a slice past the end', 'slice', /\[1, 4\) by 1.*size 3.*f32\[2, 3\]/, () => slice(m23, 1, 1, 4)],
  ['an element past the end', 'slice', /\[2, 3\).*size 2/, () => at(m23, 0, 2)],
  ['pieces of other widths', 'concat', /axis 1.*f32\[2, 3\] and f32\[4, 3\]/, () => concat([m23, m43], 1)],
  ['layers of other shapes', 'concat', /f32\[1, 2, 3\] and f32\[1, 4, 3\]/, () => stack([m23, m43], 0)],
  ['padding for too few axes', 'pad', /every axis.*f32\[2, 3\]/, () => pad(m23, [[1, 1]])],
  ['indices that are not integers', 'gather', /i32 or i64.*f32\[2, 3\] and f32\[5\]/, () => gather(m23, v5)],
  ['indices of another rank', 'takeAlong', /rank.*f32\[2, 3\] and i32\[2\]/, () => takeAlong(m23, ids)],
  [
    'updates without indices',
    'scatterAlong',
    /one for each.*f32\[2, 3\] and i32\[2\]/,
    () => scatterAlong(m23, ids, [9]),
  ],
  ['classes from fractions', 'oneHot', /i32 or i64.*f32\[5\]/, () => oneHot(v5, 3)],
  ['more winners than elements', 'topK', /k = 4.*\[1, 3\].*f32\[2, 3\]/, () => topK(m23, 4)],
  ['a scale of other width', 'layerNorm', /\[3\].*f32\[5\]/, () => layerNormalise(m23, v5, v5)],
  ['a scale of other width', 'batchNorm', /\[3\].*f32\[5\]/, () => batchNorm(m23, { scale: v5 })],
  [
    'a filter for other channels',
    'conv2d',
    /weight must be.*4.*f32\[2, 4, 5, 5\] and f32\[8, 3, 3, 3\]/,
    () => conv2d(image, input('w', [8, 3, 3, 3])),
  ],
  [
    'a kernel larger than the image',
    'conv2d',
    /kernel 7 x 7.*f32\[2, 4, 5, 5\]/,
    () => conv2d(image, input('w', [8, 4, 7, 7])),
  ],
  [
    'channels that groups do not divide',
    'conv2d',
    /3 groups.*f32\[2, 4, 5, 5\]/,
    () => conv2d(image, input('w', [6, 1, 3, 3]), { groups: 3 }),
  ],
  ['a stride of zero', 'conv2d', /strides must be >= 1/, () => conv2d(image, input('w', [8, 4, 3, 3]), { stride: 0 })],
  [
    'an image where a sequence belongs',
    'conv1d',
    /\[B, C, L\].*f32\[2, 4, 5, 5\]/,
    () => conv1d(image, input('w', [8, 4, 3])),
  ],
  [
    'a filter for other channels',
    'convTranspose2d',
    /in = 4.*f32\[3, 8, 3, 3\]/,
    () => convTranspose2d(image, input('w', [3, 8, 3, 3])),
  ],
  [
    'output padding of a whole stride',
    'convTranspose2d',
    /smaller than the stride.*f32\[2, 4, 5, 5\]/,
    () => convTranspose2d(image, input('w', [4, 8, 3, 3]), { stride: 2, outputPadding: 2 }),
  ],
  ['a window larger than the image', 'maxPool2d', /kernel 6 x 6.*f32\[2, 4, 5, 5\]/, () => maxPool2d(image, 6)],
  ['a window of padding only', 'maxPool2d', /smaller than the kernel/, () => maxPool2d(image, 2, { padding: 2 })],
  ['a window larger than the image', 'avgPool2d', /kernel 6 x 6.*f32\[2, 4, 5, 5\]/, () => avgPool2d(image, 6)],
  ['pooling a matrix', 'globalAvgPool2d', /\[B, C, H, W\].*f32\[2, 3\]/, () => globalAvgPool2d(m23)],
  ['a fraction of a pixel', 'upsampleNearest', /whole factors.*f32\[2, 4, 5, 5\]/, () => upsampleNearest(image, 1.5)],
  ['an empty image', 'resizeBilinear', /sizes >= 1.*f32\[2, 4, 5, 5\]/, () => interpolateBilinear(image, [0, 4])],
  [
    'classes for other rows',
    'crossEntropy',
    /shape of the logits.*f32\[4, 3\] and i32\[2\]/,
    () => crossEntropy(m43, ids),
  ],
  ['an empty vector', 'l2Normalise', /at least one.*f32\[0\]/, () => l2Normalise(input('none', [0]))],
  ['a malformed specification', 'einsum', /must read like.*f32\[2, 3\]/, () => einsum('ij', m23)],
  ['a label with two sizes', 'einsum', /'i' is both 2 and 4/, () => einsum('ij,ij->i', m23, m43)],
  ['a term of the wrong rank', 'einsum', /2 axes of operand 0/, () => einsum('ijk->i', m23)],
  ['a missing operand', 'einsum', /names 2 operands, but 1/, () => einsum('ij,jk->ik', m23)],
  ['a result label out of nowhere', 'einsum', /'z' of the result/, () => einsum('ij->iz', m23)],
  ['a diagonal', 'einsum', /only once in an operand/, () => einsum('ii->i', m23)],
  ['data of another length', 'constant', /6 elements.*got 5/, () => constant(new Float32Array(5), [2, 3], 'f32')],
  ['negative dimensions', 'source', /whole numbers >= 0/, () => input('x', [-1])],
];

test.each(mistakes)('%s in %s: the error names operation, shapes and line', (_what, operation, message, mistake) => {
  let caught: unknown;
  try {
    mistake();
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(JepaError);
  const { code, message: text } = caught as JepaError;
  expect(code).toBe('shape');
  expect(text.startsWith(`${operation}: `)).toBe(true);
  expect(text).toMatch(message);
  expect(text).toMatch(/; got .* at .*errors\.test\.ts:\d+$/);
});
