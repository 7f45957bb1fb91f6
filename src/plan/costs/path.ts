// A learned score of a whole path as a cost (Traj-LeWM, arXiv 2608.14125).
// Legend: E tasks, S candidates, C context rows, L = C + H rows, D width.

import { module } from '../../nn/index.ts';
import { broadcastTo, expandDims, reshape, slice } from '../../tensor/index.ts';
import type { PathHeadForm } from '../heads/path-head.ts';
import { type Cost, type CostGraph, defineCost } from './cost.ts';

/**
 * The score of the path from the last observed row on, its parameters called `head.*`. It knows what looks like the data more than
 * what leads to the goal, so it belongs beside another cost: the paper's C + IQR(C) / IQR(S) S, with deviations in place of the
 * interquartile ranges, ranks plans as `sumCost` of both, standardised.
 *
 * @throws JepaError `usage` for a width that cannot be
 */
export function pathCost(head: PathHeadForm): Cost {
  const { dim } = head;
  const graph = module(
    { head: head.module },
    (m): CostGraph =>
      (imagined, goal, { context }) => {
        const path = slice(imagined, 2, context - 1);
        const [E, S, rows] = path.shape as [number, number, number, number];
        const goals = broadcastTo(expandDims(goal, 1), [E, S, dim]);
        return reshape(m.head.score(reshape(path, [E * S, rows, dim]), reshape(goals, [E * S, dim])), [E, S]);
      },
  );
  return defineCost({ name: 'path', dim, unit: 'relative', absolute: true, module: graph });
}
