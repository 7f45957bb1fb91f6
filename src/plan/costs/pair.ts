// A learned distance as a cost: each imagined embedding's to the goal's.
// Legend: E tasks, S candidates, K rows, D width.

import { module } from '../../nn/index.ts';
import { broadcastTo, reshape } from '../../tensor/index.ts';
import type { PairHeadForm } from '../heads/pair-head.ts';
import { type Cost, type CostGraph, defineCost } from './cost.ts';
import { checkReduce, type Reduce, reduceName, reduceSteps } from './reduce.ts';

/**
 * The distances of a head, its parameters called `head.*`.
 *
 * @throws JepaError `usage` for a width or a way to reduce that cannot be: `arrival` needs a head that counts blocks
 */
export function pairCost(head: PairHeadForm, reduce: Reduce): Cost {
  const { kind, dim, unit } = head;
  checkReduce(reduce, unit);
  const graph = module(
    { head: head.module },
    (m): CostGraph =>
      (imagined, goal, { context }) => {
        const E = goal.shape[0]!;
        return reduceSteps(reduce, imagined, context, (rows) => {
          const [, S, K] = rows.shape as [number, number, number, number];
          const to = broadcastTo(reshape(goal, [E, 1, 1, dim]), [E, S, K, dim]);
          const flat = m.head.distance(reshape(rows, [E * S * K, dim]), reshape(to, [E * S * K, dim]));
          return reshape(flat, [E, S, K]);
        });
      },
  );
  return defineCost({ name: `${kind}/${reduceName(reduce)}`, dim, unit, absolute: true, module: graph });
}
