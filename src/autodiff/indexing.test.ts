import { expect, test } from 'vitest';
import { compile } from '../compile/index.ts';
import { gather, indices, input, oneHot, reduceSum } from '../tensor/index.ts';
import { indexingCases } from './cases/indexing.law.ts';
import { gradientLaw } from './gradient.law.ts';
import { grad } from './index.ts';

gradientLaw(indexingCases);

test('a row gathered k times receives k gradients', async () => {
  const x = input('x', [3, 2]);
  const program = await compile({ g: grad(reduceSum(gather(x, indices([2, 0, 2, 2]))), [x])[0]! });
  expect([...(await program.run()).g!]).toEqual([1, 1, 0, 0, 3, 3]);
});

test('oneHot of an index outside [0, depth) is all zeros', async () => {
  const program = await compile({ y: oneHot(input('ids', [4], 'i32'), 2) });
  expect([...(await program.run({ inputs: { ids: Int32Array.of(1, 0, -1, 2) } })).y!]).toEqual([
    0, 1, 1, 0, 0, 0, 0, 0,
  ]);
});
