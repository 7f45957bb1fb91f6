// Limits on candidate actions, applied in place to [..., D] after sampling and before the cost.

import { JepaError } from '../core/index.ts';

/**
 * `box` clips every number to [low, high], which are numbers or one value per number of the block (in the units of the
 * candidates: normalised actions if the problem plans in normalised actions). `norm` scales each group of `size`
 * consecutive numbers by min(n, max) / (n + 1e-6), n its Euclidean length, as EB-JEPA does (facebookresearch/eb_jepa,
 * planning.py:539-658); so short actions shrink by a millionth too.
 */
export type ActionConstraint =
  | { readonly kind: 'box'; readonly low: number | readonly number[]; readonly high: number | readonly number[] }
  | { readonly kind: 'norm'; readonly max: number; readonly size: number };

const NORM_EPSILON = 1e-6;

/** One value per number of a block from a number or a list. Throws `shape` when the list has another length. */
export function perDimension(value: number | readonly number[], actionDim: number, what: string): Float64Array {
  if (typeof value === 'number') return new Float64Array(actionDim).fill(value);
  if (value.length !== actionDim) {
    throw new JepaError('shape', `${what} must be a number or ${actionDim} numbers, got ${value.length}`, {
      got: value.length,
      actionDim,
    });
  }
  return Float64Array.from(value);
}

/** A function that applies the constraint in place to rows of `actionDim` numbers. */
export function constrain(constraint: ActionConstraint, actionDim: number): (candidates: Float32Array) => void {
  if (constraint.kind === 'box') {
    const low = perDimension(constraint.low, actionDim, 'constraint.low');
    const high = perDimension(constraint.high, actionDim, 'constraint.high');
    const bad = low.findIndex((value, d) => !(value <= high[d]!));
    if (bad >= 0) {
      throw new JepaError('usage', `constraint.low must not exceed high, got ${low[bad]} > ${high[bad]} at ${bad}`);
    }
    return (candidates) => {
      for (let i = 0; i < candidates.length; i += actionDim) {
        for (let d = 0; d < actionDim; d++) {
          candidates[i + d] = Math.min(high[d]!, Math.max(low[d]!, candidates[i + d]!));
        }
      }
    };
  }
  const { max, size } = constraint;
  if (!(max > 0) || !Number.isInteger(size) || size < 1 || actionDim % size !== 0) {
    throw new JepaError(
      'usage',
      `constraint norm: max must be positive and size must divide actionDim = ${actionDim}, got max ${max}, size ${size}`,
      { max, size, actionDim },
    );
  }
  return (candidates) => {
    for (let i = 0; i < candidates.length; i += size) {
      let square = 0;
      for (let d = 0; d < size; d++) square += candidates[i + d]! * candidates[i + d]!;
      const length = Math.sqrt(square);
      const scale = Math.min(length, max) / (length + NORM_EPSILON);
      for (let d = 0; d < size; d++) candidates[i + d]! *= scale;
    }
  };
}
