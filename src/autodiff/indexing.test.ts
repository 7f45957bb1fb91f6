import { expect, test } from 'vitest';
import { compile } from '../compile/index.ts';
import { gather, indices, input, reduceSum } from '../tensor/index.ts';
import { indexingCases } from './cases/indexing.law.ts';
import { gradientLaw } from './gradient.law.ts';
import { grad } from './index.ts';

gradientLaw(indexingCases);

test('a row gathered k times receives k gradients', async () => {
  const x = input('x', [3, 2]);
  const program = await compile({ g: grad(reduceSum(gather(x, indices([2, 0, 2, 2]))), [x])[0]! });
  expect([...(await program.run()).g!]).toEqual([1, 1, 0, 0, 3, 3]);
});
