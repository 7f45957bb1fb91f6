// Costs of the state that imagined embeddings decode to, in place of their distance to a goal's embedding: a state or a region to
// be met, any function, and what is to be avoided on the way.
// Legend: E tasks, S candidates, L rows, K rows that count, D width, G numbers of a goal.

import { JepaError } from '../../core/index.ts';
import { module } from '../../nn/index.ts';
import {
  add,
  greater,
  mul,
  reduceMax,
  reduceSum,
  relu,
  reshape,
  sameShape,
  showType,
  slice,
  square,
  type Tensor,
  where,
} from '../../tensor/index.ts';
import {
  checkDecoder,
  type DecodedNumber,
  type DecodedState,
  decodedState,
  type StateDecoder,
} from '../heads/state-decoder.ts';
import { type Cost, type CostGraph, defineCost, fixedCost, goalSize } from './cost.ts';
import { depthInRanges, outsideRanges, rangesSize } from './ranges.ts';
import { checkReduce, type Reduce, reduceName, reduceSteps } from './reduce.ts';

/**
 * A function of the decoded state, traced into the program: `(state) => square(sub(state('agent.x'), 0.5))`. Every number is a
 * tensor of one shape, and so must be what it gives.
 */
export type StateFunction = (state: DecodedState) => Tensor;

/**
 * What a function says of rows [E, S, K, D], [E, S, K]. `asked` is told the number behind every name that it looks up.
 *
 * @throws JepaError 'shape' when it gives anything else; 'usage' for a name that the decoder does not have
 */
export function stateFunctionOf(
  decoder: StateDecoder,
  of: StateFunction,
  rows: Tensor,
  what: string,
  asked?: (number: DecodedNumber) => void,
): Tensor {
  const shape = rows.shape.slice(0, -1);
  const given = of(decodedState(decoder, rows, what, asked));
  if (given?.dtype === 'f32' && sameShape(given.shape, shape)) return given;
  throw new JepaError(
    'shape',
    `${what}: the function must give one number for each state, f32 [${shape.join(', ')}], got ${given === undefined ? 'nothing' : showType(given)}; compute it from the numbers it is given, element by element`,
  );
}

function checkedFor(decoder: StateDecoder, what: string): StateDecoder {
  checkDecoder(decoder, what);
  return decoder;
}

/**
 * The decoded state against ranges, squared distances outside of them in tolerances (`rangeNumbers`, which are the goal that it is
 * fed with: G = `rangesSize`), or a function of it, which is compiled in and is fed nothing (G = 1, not read).
 *
 * @throws JepaError 'shape' for a decoder whose arrays do not fit; 'usage' for a way to reduce that cannot be
 * @example
 * const cost = decodedCost(decoder, 'ranges', { kind: 'last' });
 * const goal = rangeNumbers(decoder, { 'block.x': [0.4, 0.4] });
 */
export function decodedCost(decoder: StateDecoder, of: 'ranges' | StateFunction, reduce: Reduce): Cost {
  const what = `decoded/${reduceName(reduce)}`;
  checkedFor(decoder, what);
  checkReduce(reduce, 'relative');
  const goalDim = of === 'ranges' ? rangesSize(decoder) : 1;
  return fixedCost(
    { name: what, dim: decoder.dim, goalDim, unit: 'relative', absolute: true },
    (imagined, goal, { context }) =>
      reduceSteps(reduce, imagined, context, (rows) =>
        of === 'ranges' ? outsideRanges(decoder, rows, goal) : stateFunctionOf(decoder, of, rows, 'cost'),
      ),
  );
}

/** What plans must keep out of: ranges, or where a function of the state is above 0. */
export interface AvoidedStates {
  readonly of: 'ranges' | StateFunction;
  /** A plan that enters costs infinitely much, so that it is never taken; else as much as it is weighted. */
  readonly hard: boolean;
}

/** The numbers that an avoided part is fed with: its weight, then its ranges if it has any. */
function avoidedSize(decoder: StateDecoder, { of }: AvoidedStates): number {
  return 1 + (of === 'ranges' ? rangesSize(decoder) : 0);
}

/**
 * A cost with more for plans that enter what must be avoided at any imagined block: weight times the square of how deep, in
 * tolerances, or times the function where it is above 0, summed over the blocks; infinitely much where it is hard. It is fed the
 * cost's own goal, then for each part its weight and its ranges.
 *
 * @throws JepaError 'usage' for a decoder of another width
 */
export function avoidingCost(base: Cost, decoder: StateDecoder, avoided: readonly AvoidedStates[]): Cost {
  checkedFor(decoder, 'avoid');
  if (decoder.dim !== base.dim)
    throw new JepaError(
      'usage',
      `avoid: the cost '${base.name}' is of embeddings of ${base.dim} numbers, the decoder of ${decoder.dim}`,
    );
  const own = goalSize(base);
  const graph = module(
    { '': base.module },
    ({ '': score }): CostGraph =>
      (imagined, goal, at) => {
        const [E, , L] = imagined.shape as [number, number, number, number];
        if (at.context === L) throw new JepaError('shape', 'avoid needs imagined rows, got a plan without blocks');
        const rows = slice(imagined, 2, at.context);
        let cost = score(imagined, slice(goal, 1, 0, own), at);
        let from = own;
        for (const part of avoided) {
          const { of, hard } = part;
          const fed = slice(goal, 1, from, from + avoidedSize(decoder, part));
          from += avoidedSize(decoder, part);
          const depth =
            of === 'ranges'
              ? depthInRanges(decoder, rows, slice(fed, 1, 1))
              : stateFunctionOf(decoder, of, rows, 'avoid');
          if (hard) cost = where(greater(reduceMax(depth, { axes: -1 }), 0), Number.POSITIVE_INFINITY, cost);
          else {
            const inside = relu(depth);
            const each = of === 'ranges' ? square(inside) : inside;
            cost = add(cost, mul(reduceSum(each, { axes: -1 }), reshape(slice(fed, 1, 0, 1), [E, 1])));
          }
        }
        return cost;
      },
  );
  return defineCost({
    ...base,
    name: `${base.name}, avoiding`,
    goalDim: avoided.reduce((sum, part) => sum + avoidedSize(decoder, part), own),
    unit: 'relative',
    module: graph,
  });
}
