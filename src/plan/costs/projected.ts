// Squared distance to the goal after a linear map of both, such as what a linear probe reads off embeddings: the weights of a cost
// put on what counts. The map's constant drops out.
// Legend: E tasks, S candidates, K rows, D width, P numbers read.

import { JepaError } from '../../core/index.ts';
import { constant, matmul, reduceSum, reshape, square, sub } from '../../tensor/index.ts';
import { type Cost, fixedCost } from './cost.ts';
import { checkReduce, type Reduce, reduceName, reduceSteps } from './reduce.ts';

/**
 * The sum of squares of `weights` [P, D] times (embedding - goal).
 *
 * @throws JepaError `shape` for weights that are no rows of D numbers
 * @example
 * projectedCost('first number', Float32Array.of(1, 0), 2, { kind: 'last' });
 */
export function projectedCost(name: string, weights: Float32Array, dim: number, reduce: Reduce): Cost {
  checkReduce(reduce, 'squared');
  const P = weights.length / dim;
  if (!Number.isInteger(P) || P < 1)
    throw new JepaError('shape', `${name}: weights must be rows of ${dim} numbers, got ${weights.length} numbers`);
  return fixedCost(
    { name: `${name}/${reduceName(reduce)}`, dim, unit: 'squared', absolute: true },
    (imagined, goal, { context }) => {
      const map = constant(weights, [P, dim], 'f32');
      const to = reshape(goal, [goal.shape[0]!, 1, 1, dim]);
      return reduceSteps(reduce, imagined, context, (rows) => {
        const [E, S, K] = rows.shape as [number, number, number, number];
        const off = matmul(reshape(sub(rows, to), [E * S * K, dim]), map, { transB: true });
        return reshape(reduceSum(square(off), { axes: -1 }), [E, S, K]);
      });
    },
  );
}
