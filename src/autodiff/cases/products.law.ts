// Cases of matrix products: every rank, all four transposes, broadcast batches, affine layers and einsum.

import { affine, einsum, matmul, square, type Tensor } from '../../tensor/index.ts';
import { type Case, type Feed, f32 } from '../finite-difference.law.ts';

/** [m, k] or [k, m] when transposed, with leading dimensions. */
function facing(lead: readonly number[], rows: number, columns: number, transposed: boolean): Feed {
  return f32([...lead, ...(transposed ? [columns, rows] : [rows, columns])]);
}

function product(a: readonly number[], b: readonly number[], transA: boolean, transB: boolean, alpha = 1): Case {
  return {
    name: `matmul [${a}] by [${b}]${transA ? ', A transposed' : ''}${transB ? ', B transposed' : ''}${alpha === 1 ? '' : `, times ${alpha}`}`,
    inputs: [facing(a, 2, 3, transA), facing(b, 3, 4, transB)],
    trace: (x, y) => matmul(x!, y!, { transA, transB, alpha }),
    gradient: 'second',
  };
}

const flags = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;
const batches: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[], []],
  [[2], [2]],
  [[2], []],
  [[], [2]],
  [[2, 1], [3]],
];

function contraction(specification: string, ...shapes: readonly (readonly number[])[]): Case {
  return {
    name: `einsum ${specification}`,
    inputs: shapes.map((s) => f32(s)),
    trace: (...x: Tensor[]) => square(einsum(specification, ...x)),
    gradient: 'second',
  };
}

export const productCases: readonly Case[] = [
  ...batches.flatMap(([a, b]) => flags.map(([transA, transB]) => product(a, b, transA, transB))),
  ...flags.map(([transA, transB]) => product([2], [2], transA, transB, 0.5)),
  ...flags.map(([transA, transB]) => product([], [], transA, transB, -2)),
  { name: 'affine', inputs: [f32([2, 3, 4]), f32([5, 4])], trace: (x, w) => affine(x!, w!), gradient: 'second' },
  {
    name: 'affine with bias',
    inputs: [f32([6, 4]), f32([5, 4]), f32([5])],
    trace: (x, w, b) => square(affine(x!, w!, b!)),
    gradient: 'second',
  },
  contraction('bhqd,bhkd->bhqk', [2, 2, 3, 4], [2, 2, 5, 4]),
  contraction('bhqk,bhkd->bhqd', [2, 2, 3, 5], [2, 2, 5, 4]),
  contraction('bqhd,bkhd->bhqk', [2, 3, 2, 4], [2, 5, 2, 4]),
  contraction('ij,jk->ki', [2, 3], [3, 4]),
  contraction('ji,jk->ik', [3, 2], [3, 4]),
  contraction('i,j->ij', [3], [4]),
  contraction('bi,bj->bji', [2, 3], [2, 4]),
  contraction('ij,ij->', [2, 3], [2, 3]),
  contraction('ijk,k->', [2, 3, 4], [4]),
  contraction('abc->ca', [2, 3, 4]),
  contraction('ij,jk,kl->il', [2, 3], [3, 4], [4, 2]),
  contraction('abij,cj->acb', [2, 2, 3, 4], [5, 4]),
];
