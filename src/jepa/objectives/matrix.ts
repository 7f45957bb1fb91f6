// Parts of square matrices, for objectives that treat a diagonal and the rest of a matrix differently.

import { equal, indices, reduceSum, reshape, square, type Tensor, where } from '../../tensor/index.ts';

/** True on the diagonal of a [D, D] matrix. A comparison of two short ramps: no D x D constant is stored. */
function onDiagonal(D: number): Tensor {
  const ramp = indices(Array.from({ length: D }, (_, i) => i));
  return equal(reshape(ramp, [D, 1]), reshape(ramp, [1, D]));
}

/** The diagonal of [..., D, D]: [..., D]. */
export function diagonal(matrix: Tensor): Tensor {
  return reduceSum(where(onDiagonal(matrix.shape.at(-1)!), matrix, 0), { axes: -1 });
}

/** A [..., D, D] matrix whose diagonal is replaced by a number. */
export function withDiagonal(matrix: Tensor, value: number): Tensor {
  return where(onDiagonal(matrix.shape.at(-1)!), value, matrix);
}

/** The sum of the squares off the diagonal of [..., D, D]: [...]. */
export function offDiagonalSquares(matrix: Tensor): Tensor {
  return reduceSum(square(withDiagonal(matrix, 0)), { axes: [-2, -1] });
}
