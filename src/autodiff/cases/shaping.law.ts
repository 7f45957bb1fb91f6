// Cases of operations that move elements.

import {
  at,
  broadcastTo,
  concat,
  expandDims,
  flip,
  interpolateBilinear,
  mul,
  pad,
  reshape,
  roll,
  slice,
  split,
  square,
  squeeze,
  stack,
  type Tensor,
  tile,
  transpose,
  upsampleNearest,
} from '../../tensor/index.ts';
import { type Case, f32 } from '../finite-difference.law.ts';

const x = f32([3, 4, 2]);

/** The square makes the derivative depend on the values, so that misplaced elements show. */
function moved(name: string, f: (x: Tensor) => Tensor, feed = x): Case {
  return { name, inputs: [feed], trace: (t) => square(f(t!)), gradient: 'second' };
}

export const shapingCases: readonly Case[] = [
  moved('reshape', (t) => reshape(t, [6, -1])),
  moved('transpose', (t) => transpose(t)),
  moved('transpose all axes', (t) => transpose(t, [2, 0, 1])),
  moved('broadcastTo', (t) => broadcastTo(t, [2, 3, 4]), f32([3, 1])),
  moved('expandDims', (t) => expandDims(t, -1)),
  moved('squeeze', (t) => squeeze(t), f32([1, 3, 1])),
  moved('slice', (t) => slice(t, 1, 1, -1)),
  moved('slice with a step', (t) => slice(t, 0, 1, 10, 4), f32([11, 2])),
  moved('slice with a step that ends early', (t) => slice(t, 0, 0, 7, 3), f32([9])),
  moved('at', (t) => at(t, 1, -1)),
  moved('pad', (t) =>
    pad(t, [
      [1, 0],
      [0, 2],
      [1, 1],
    ]),
  ),
  moved('pad with ones', (t) => pad(t, [[2, 1]], 1), f32([4])),
  moved('tile', (t) => tile(t, 3)),
  moved('flip', (t) => mul(flip(t, 1), t)),
  moved('flip of two axes', (t) => mul(flip(t, [0, -1]), t)),
  moved('roll', (t) => mul(roll(t, 1, 1), t)),
  moved('roll backwards', (t) => mul(roll(t, -5, 0), t)),
  moved('upsampleNearest', (t) => upsampleNearest(t, [2, 3])),
  moved('upsampleNearest of images', (t) => upsampleNearest(t, 2), f32([2, 3, 2, 2])),
  moved('interpolateBilinear larger', (t) => interpolateBilinear(t, [5, 7]), f32([1, 2, 3, 4])),
  moved(
    'interpolateBilinear smaller, antialiased',
    (t) => interpolateBilinear(t, [2, 3], { antialias: true }),
    f32([1, 2, 5, 7]),
  ),
  {
    name: 'concat',
    inputs: [x, f32([3, 1, 2])],
    trace: (a, b) => square(concat([a!, b!, a!], 1)),
    gradient: 'second',
  },
  { name: 'stack', inputs: [x, x], trace: (a, b) => square(stack([a!, b!], -1)), gradient: 'second' },
  {
    name: 'split',
    inputs: [x],
    trace: (t) => {
      const [a, b] = split(t!, [1, 3], 1);
      return mul(a!, b!);
    },
    gradient: 'second',
  },
];
