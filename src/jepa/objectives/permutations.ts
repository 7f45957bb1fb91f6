// Other rows of a batch as negatives: permutations [B] i32 as they are drawn, and what the references make of them.
// Legend: B rows.

import { JepaError } from '../../core/index.ts';
import { add, cast, constant, equal, greater, reduceMean, type Tensor, where } from '../../tensor/index.ts';

const ids = (count: number, of: (row: number) => number): Tensor =>
  constant(
    Int32Array.from({ length: count }, (_, row) => of(row)),
    [count],
    'i32',
  );

const rowsOf = (permutation: Tensor): number => permutation.shape[0]!;
const isSelf = (permutation: Tensor): Tensor =>
  equal(
    permutation,
    ids(rowsOf(permutation), (row) => row),
  );

/**
 * The permutation, or where it is exactly the identity each row's predecessor (RC-aux). Single fixed points stay: such a row is its
 * own negative.
 */
export function withoutIdentity(permutation: Tensor): Tensor {
  const B = rowsOf(permutation);
  const all = greater(reduceMean(cast(isSelf(permutation), 'f32'), { axes: 0, keepDims: true }), 1 - 0.5 / B);
  return where(
    all,
    ids(B, (row) => (row + B - 1) % B),
    permutation,
  );
}

/** The permutation, its fixed points moved to the next row (TD-JEPA), which another row may have as well. */
export function withoutFixedPoints(permutation: Tensor): Tensor {
  const B = rowsOf(permutation);
  const next = add(
    permutation,
    ids(B, () => 1),
  );
  const wrapped = where(
    equal(
      next,
      ids(B, () => B),
    ),
    ids(B, () => 0),
    next,
  );
  return where(isSelf(permutation), wrapped, permutation);
}

/**
 * Each row's partner `by` rows on, on the host: a permutation without fixed points, for negatives of one's own.
 *
 * @throws JepaError `usage` when `by` is no whole number from 1 to count - 1
 */
export function rolledRows(count: number, by: number): Int32Array {
  if (!(Number.isInteger(by) && by >= 1 && by < count)) {
    throw new JepaError(
      'usage',
      `rolledRows: ${count} rows can be rolled by 1 to ${count - 1}, so that none meets itself, got ${by}`,
      { count, by },
    );
  }
  return Int32Array.from({ length: count }, (_, row) => (row + by) % count);
}
