// Cases of operations that select by index, with repeated indices.

import {
  cast,
  gather,
  mul,
  oneHot,
  scatterAddRows,
  scatterAlong,
  sort,
  square,
  takeAlong,
  takeTokens,
  topK,
} from '../../tensor/index.ts';
import { type Case, distinct, f32, ints } from '../finite-difference.law.ts';

const x = f32([4, 3]);

export const indexingCases: readonly Case[] = [
  {
    name: 'gather',
    inputs: [x, ints([2, 3], [0, 2, 2, 3, 0, 2])],
    trace: (t, ids) => square(gather(t!, ids!)),
    gradient: 'second',
  },
  {
    name: 'gather along axis 1 with i64 indices',
    inputs: [f32([2, 3, 2]), { shape: [4], dtype: 'i64', values: [1, 1, 0, 2] }],
    trace: (t, ids) => square(gather(t!, ids!, 1)),
    gradient: 'second',
  },
  {
    name: 'scatterAddRows',
    inputs: [f32([5, 3]), ints([5], [0, 2, 2, 3, 2])],
    trace: (t, ids) => square(scatterAddRows(t!, ids!, [4, 3])),
    gradient: 'second',
  },
  {
    name: 'scatterAddRows along axis 1',
    inputs: [f32([2, 2, 2, 2]), ints([2, 2], [0, 2, 2, 0])],
    trace: (t, ids) => square(scatterAddRows(t!, ids!, [2, 3, 2], 1)),
    gradient: 'second',
  },
  {
    name: 'takeAlong',
    inputs: [x, ints([4, 2], [0, 0, 2, 1, 1, 1, 0, 2])],
    trace: (t, ids) => square(takeAlong(t!, ids!)),
    gradient: 'second',
  },
  {
    name: 'takeTokens',
    inputs: [f32([2, 3, 2]), ints([2, 2], [0, 2, 1, 1])],
    trace: (t, ids) => square(takeTokens(t!, ids!)),
    gradient: 'second',
  },
  {
    name: 'scatterAlong',
    inputs: [f32([4, 2]), ints([4, 2], [0, 0, 2, 1, 1, 1, 0, 2])],
    trace: (t, ids) => square(scatterAlong(t!, ids!, [4, 3])),
    gradient: 'second',
  },
  { name: 'oneHot', inputs: [ints([4], [0, 2, 1, 2])], trace: (ids) => oneHot(ids!, 3), gradient: 'none' },
  {
    name: 'topK',
    inputs: [distinct([3, 5])],
    trace: (t) => {
      const { values, indices } = topK(t!, 2);
      return mul(square(values), cast(indices, 'f32'));
    },
    gradient: 'second',
  },
  {
    name: 'topK of the smallest along axis 0',
    inputs: [distinct([3, 5])],
    trace: (t) => {
      const { values, indices } = topK(t!, 2, { axis: 0, largest: false });
      return [square(values), indices];
    },
  },
  {
    name: 'sort',
    inputs: [distinct([2, 4])],
    trace: (t) => {
      const { values, indices } = sort(t!, { descending: true });
      return [mul(square(values), cast(indices, 'f32')), indices];
    },
    gradient: 'second',
  },
];
