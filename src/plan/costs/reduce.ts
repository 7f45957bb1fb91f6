// How the distances of a plan's steps to the goal become one score.
// Legend: E tasks, S candidates, C context rows, K = L - C imagined steps (L where the context counts too).

import { JepaError } from '../../core/index.ts';
import {
  add,
  constant,
  cumulativeSum,
  logSumExp,
  mul,
  reduceMean,
  reduceMin,
  reduceSum,
  relu,
  reshape,
  slice,
  softmax,
  sub,
  type Tensor,
} from '../../tensor/index.ts';

/**
 * - `last`: the last step's.
 * - `sum`, `mean`: over the steps, of which the context rows are some with `withContext` (EB-JEPA and TD-JEPA; RC-aux leaves them
 *   out), or over the last `steps` only.
 * - `min`: the nearest step's, `softmin` the mean weighted by exp(-d / temperature), or with the form `free-energy` -temperature log
 *   sum exp(-d / temperature), which RC-aux has and which can fall below 0.
 * - `near`: the nearest step's plus `along` times the mean, which tells plans apart that come equally near.
 * - `mix`: `last` times the last step's and the rest the mean (TD-JEPA).
 * - `arrival`: when the plan arrives, min over k of k + d_k for distances in blocks, k from 1; smooth with a temperature. With
 *   `leap`, blocks that bring the goal nearer by more than one block can, and LEAP more, cost that much per block that they gain too
 *   much: a model that believes in a short cut through a wall imagines such leaps, the recordings that the distance comes from hold none.
 */
export type Reduce =
  | { readonly kind: 'last' }
  | { readonly kind: 'sum' | 'mean'; readonly withContext?: boolean; readonly steps?: number }
  | { readonly kind: 'min' }
  | { readonly kind: 'near'; readonly along: number }
  | { readonly kind: 'softmin'; readonly temperature: number; readonly form?: 'mean' | 'free-energy' }
  | { readonly kind: 'mix'; readonly last: number; readonly withContext?: boolean }
  | { readonly kind: 'arrival'; readonly temperature?: number; readonly leap?: number };

/** Blocks by which an imagined block may bring the goal nearer beyond the one that it is: distances are learned, not exact. */
const LEAP = 0.5;

/** Throws `usage` for numbers that cannot be. */
export function checkReduce(reduce: Reduce, unit: string): void {
  const bad = (what: string, must: string, got: number): never => {
    throw new JepaError('usage', `a cost's ${reduce.kind}: ${what} must be ${must}, got ${got}`, { [what]: got });
  };
  if ('temperature' in reduce && reduce.temperature !== undefined && !(reduce.temperature > 0))
    bad('temperature', 'above 0', reduce.temperature);
  if (reduce.kind === 'near' && !(reduce.along >= 0)) bad('along', 'at least 0', reduce.along);
  if ('steps' in reduce && reduce.steps !== undefined && !(Number.isInteger(reduce.steps) && reduce.steps >= 1))
    bad('steps', 'a whole number of at least 1', reduce.steps);
  if (reduce.kind === 'arrival' && reduce.leap !== undefined && !(reduce.leap >= 0))
    bad('leap', 'at least 0', reduce.leap);
  if (reduce.kind === 'mix' && !(reduce.last >= 0 && reduce.last <= 1)) bad('last', '0 to 1', reduce.last);
  if (reduce.kind === 'arrival' && unit !== 'blocks') {
    throw new JepaError(
      'usage',
      `a cost's arrival needs distances in blocks, got the unit '${unit}'; take a head that is trained on time, or another way to reduce`,
      { unit },
    );
  }
}

/** What a name in tables says of it: 'last', 'arrival'. */
export function reduceName(reduce: Reduce): string {
  return 'withContext' in reduce && reduce.withContext ? `${reduce.kind}, context too` : reduce.kind;
}

/** k + d_k for distances [E, S, K]. */
function arrivals(each: Tensor): Tensor {
  const K = each.shape[2]!;
  return add(
    each,
    constant(
      Float32Array.from({ length: K }, (_, k) => k + 1),
      [K],
      'f32',
    ),
  );
}

/** Distances [E, S, 1 + K], that of the context's last row first, with what leaps up to each row cost: [E, S, K]. */
function withoutLeaps(each: Tensor, leap: number): Tensor {
  const K = each.shape[2]! - 1;
  const [before, after] = [slice(each, 2, 0, K), slice(each, 2, 1)];
  const gained = relu(sub(sub(before, after), 1 + LEAP));
  return add(after, mul(cumulativeSum(gained, 2), leap));
}

/**
 * Distances of the rows that count, made one: `distance` gives those of rows [E, S, K, D] as [E, S, K] and is asked for no
 * more rows than count. Imagined embeddings [E, S, L, D] -> [E, S].
 */
export function reduceSteps(
  reduce: Reduce,
  imagined: Tensor,
  context: number,
  distance: (rows: Tensor) => Tensor,
): Tensor {
  const [E, S, L] = imagined.shape as [number, number, number, number];
  if (reduce.kind === 'last') return reshape(distance(slice(imagined, 2, L - 1)), [E, S]);
  const first = 'withContext' in reduce && reduce.withContext ? 0 : context;
  if (first === L)
    throw new JepaError('shape', `a cost's ${reduce.kind} needs imagined rows, got a plan without blocks`);
  const from = 'steps' in reduce && reduce.steps !== undefined ? Math.max(first, L - reduce.steps) : first;
  // Whether the first imagined block leaps is seen from the last row of the context.
  const seen = reduce.kind === 'arrival' && reduce.leap !== undefined ? from - 1 : from;
  const each = distance(seen === 0 ? imagined : slice(imagined, 2, seen));
  const axes = { axes: -1 };
  switch (reduce.kind) {
    case 'sum':
      return reduceSum(each, axes);
    case 'mean':
      return reduceMean(each, axes);
    case 'min':
      return reduceMin(each, axes);
    case 'near':
      return add(reduceMin(each, axes), mul(reduceMean(each, axes), reduce.along));
    case 'softmin': {
      if (reduce.form === 'free-energy')
        return mul(logSumExp(mul(each, -1 / reduce.temperature), axes), -reduce.temperature);
      const weights = softmax(mul(each, -1 / reduce.temperature), -1);
      return reduceSum(mul(weights, each), axes);
    }
    case 'mix': {
      const last = reshape(slice(each, 2, each.shape[2]! - 1), [E, S]);
      return add(mul(last, reduce.last), mul(reduceMean(each, axes), 1 - reduce.last));
    }
    case 'arrival': {
      const when = arrivals(reduce.leap === undefined ? each : withoutLeaps(each, reduce.leap));
      const { temperature } = reduce;
      if (temperature === undefined) return reduceMin(when, axes);
      return mul(logSumExp(mul(when, -1 / temperature), axes), -temperature);
    }
  }
}
