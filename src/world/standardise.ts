// Raw numbers of a state as a model reads them: some of them chosen, each brought to mean 0 and deviation 1.
// Legend: N rows, S numbers of the raw state, k chosen ones.

import { group, JepaError, listOf, real, type Schema, whole } from '../core/index.ts';
import { concat, constant, div, slice, sub, type Tensor } from '../tensor/index.ts';

/** Which numbers of a state are read, with the statistics of the training data. */
export interface ReadNumbers {
  /** Components of the state. */
  readonly at: readonly number[];
  /** Mean and deviation of each, in that order. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** Numbers that are read, as data from outside. */
export const readNumbersSchema: Schema<ReadNumbers> = group<ReadNumbers>({
  at: listOf(whole(0)),
  mean: listOf(real()),
  std: listOf(real({ above: 0 })),
});

/** The chosen numbers of host states [N, S], standardised: [N, k]. */
export function standardised(states: Float32Array, stateDim: number, { at, mean, std }: ReadNumbers): Float32Array {
  const k = at.length;
  return Float32Array.from({ length: (states.length / stateDim) * k }, (_, i) => {
    const j = i % k;
    return (states[Math.floor(i / k) * stateDim + at[j]!]! - mean[j]!) / std[j]!;
  });
}

/** The numbers with the statistics of their column. */
export function fittedNumbers(
  { at }: ReadNumbers,
  { mean, std }: { readonly mean: ArrayLike<number>; readonly std: ArrayLike<number> },
): ReadNumbers {
  return { at, mean: at.map((i) => mean[i]!), std: at.map((i) => std[i]!) };
}

/** Throws `usage` unless there is a mean and a positive deviation for each number that is read. */
export function checkNumbers(numbers: ReadNumbers, stateDim: number, name: string): void {
  const { at, mean, std } = numbers;
  const sized = at.length > 0 && mean.length === at.length && std.length === at.length;
  if (sized && at.every((i) => Number.isInteger(i) && i >= 0 && i < stateDim) && std.every((s) => s > 0)) return;
  throw new JepaError(
    'usage',
    `${name}: the numbers read of a state must be components below ${stateDim}, each with a mean and a positive deviation, got components [${at}], means [${mean}], deviations [${std}]`,
    { stateDim },
  );
}

/** The chosen numbers of states [..., S], standardised: [..., k]. */
export function readNumbers(states: Tensor, { at, mean, std }: ReadNumbers): Tensor {
  const chosen = concat(
    at.map((i) => slice(states, -1, i, i + 1)),
    -1,
  );
  const row = (values: readonly number[]): Tensor => constant(Float32Array.from(values), [values.length], 'f32');
  return div(sub(chosen, row(mean)), row(std));
}
