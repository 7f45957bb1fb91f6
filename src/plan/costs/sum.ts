// Several costs as one, as they are or each standardised over a task's candidates, so that weights mean what they say.
// Legend: E tasks, S candidates.

import { JepaError } from '../../core/index.ts';
import { module } from '../../nn/index.ts';
import {
  abs,
  add,
  cast,
  div,
  less,
  maximum,
  mul,
  reduceSum,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from '../../tensor/index.ts';
import { type Cost, type CostGraph, defineCost, goalSize } from './cost.ts';

/** One of the costs of a sum. */
export interface CostPart {
  readonly cost: Cost;
  readonly weight: number;
  /** `standardise`: less its mean, over its deviation, among a task's candidates. @default 'none' */
  readonly scale?: 'none' | 'standardise';
}

/** Deviations below this count as this: candidates that all cost the same get 0. */
const LEAST_DEVIATION = 1e-6;

/**
 * Scores [E, S] less their mean over a task's candidates, over their (biased) deviation. Those that are not finite stay so and
 * count for nothing: one NaN would poison all of its task otherwise.
 */
export function standardiseScores(score: Tensor): Tensor {
  const finite = less(abs(score), Number.POSITIVE_INFINITY);
  const over = { axes: 1, keepDims: true };
  const counted = maximum(reduceSum(cast(finite, 'f32'), over), 1);
  const mean = div(reduceSum(where(finite, score, 0), over), counted);
  const off = sub(score, mean);
  const deviation = sqrt(div(reduceSum(where(finite, square(off), 0), over), counted));
  return div(off, maximum(deviation, LEAST_DEVIATION));
}

/** The unit of a sum: that of its parts where they agree and are added as they are. */
function unitOf(parts: readonly CostPart[]): Cost['unit'] {
  const [first, ...rest] = parts.map(({ cost, scale = 'none' }) => (scale === 'none' ? cost.unit : 'relative'));
  return rest.every((unit) => unit === first) ? first! : 'relative';
}

/**
 * The weighted sum of costs. A part with parameters has them under `parts.0.`, by its place.
 *
 * @throws JepaError `usage` for no parts, parts of several widths, or a weight that is not finite
 */
export function sumCost(parts: readonly CostPart[]): Cost {
  const dim = parts[0]?.cost.dim ?? 0;
  const goalDim = parts[0] === undefined ? dim : goalSize(parts[0].cost);
  const bad = parts.find(
    ({ cost, weight }) => cost.dim !== dim || goalSize(cost) !== goalDim || !Number.isFinite(weight),
  );
  if (parts.length === 0 || bad !== undefined) {
    throw new JepaError(
      'usage',
      `a sum of costs must have parts of one width, of embeddings and of goals, and finite weights, got ${parts.map(({ cost, weight }) => `${weight} x '${cost.name}' (${cost.dim})`).join(' + ') || 'no parts'}`,
    );
  }
  const graph = module(
    { parts: parts.map(({ cost }) => cost.module) },
    (m): CostGraph =>
      (imagined, goal, at) =>
        parts
          .map(({ weight, scale = 'none' }, i) => {
            const score = m.parts[i]!(imagined, goal, at);
            return mul(scale === 'standardise' ? standardiseScores(score) : score, weight);
          })
          .reduce((a, b) => add(a, b)),
  );
  return defineCost({
    name: parts.map(({ cost, weight }) => `${weight} ${cost.name}`).join(' + '),
    dim,
    goalDim,
    unit: unitOf(parts),
    absolute: parts.every(({ cost, scale = 'none' }) => cost.absolute && scale === 'none'),
    module: graph,
  });
}
