// One group of a reachability loss: positives, negatives of other clips, hard negatives of the same clip.
// Legend: B clips, P pairs of a clip, n and m rows of the sequences of sources and of goals, D width.

import { JepaError } from '../../core/index.ts';
import {
  add,
  constant,
  gather,
  mul,
  neg,
  reduceMean,
  reshape,
  scalar,
  softplus,
  sub,
  type Tensor,
} from '../../tensor/index.ts';
import { type PairWeighting, pairWeights, type ReachPair, type ReachPairs } from './reachability-pairs.ts';

/** Logits [N] of pairs [N, D] with budgets i32 [N], in blocks. */
export type ReachabilityLogit = (from: Tensor, to: Tensor, budgets: Tensor) => Tensor;

/** What all groups of a loss share. */
export interface Parts {
  readonly logit: ReachabilityLogit;
  /** B */
  readonly batch: number;
  /** Whose goals are each clip's negatives, i32 [B], by the name of the group. */
  readonly others: Readonly<Record<string, Tensor | undefined>>;
}

/** How pairs are weighted. */
export interface Weighted {
  readonly weighting: PairWeighting;
  readonly power: number;
}

/** A group's loss and its logits [B, P]; without hard negatives or other clips there are none of those. */
export interface Group {
  readonly value: Tensor;
  readonly positive: Tensor;
  readonly cross: Tensor | undefined;
  readonly hard: Tensor | undefined;
}

/** Weights of pairs as a tensor [P], of mean 1. */
export function weightsOf(pairs: readonly ReachPair[], { weighting, power }: Weighted): Tensor {
  return constant(Float32Array.from(pairWeights(pairs, weighting, power)), [pairs.length], 'f32');
}

/** Logits [B, P] of pairs of rows of [B, n, D] and [B, m, D]. */
export function logitsOf({ logit, batch }: Parts, from: Tensor, to: Tensor, pairs: readonly ReachPair[]): Tensor {
  const P = pairs.length;
  const take = (rows: Tensor, place: 'source' | 'goal'): Tensor => {
    const ids = constant(
      Int32Array.from(pairs, (pair) => pair[place]),
      [P],
      'i32',
    );
    return reshape(gather(rows, ids, 1), [batch * P, rows.shape[2]!]);
  };
  const budgets = Int32Array.from({ length: batch * P }, (_, i) => pairs[i % P]!.budget);
  const flat = logit(take(from, 'source'), take(to, 'goal'), constant(budgets, [batch * P], 'i32'));
  return reshape(flat, [batch, P]);
}

/** Mean over clips and pairs of weight times binary cross-entropy of logits [B, P] with a target, a number or probabilities. */
export function weightedBce(logits: Tensor, target: Tensor | number, weights: Tensor): Tensor {
  const each =
    target === 0 ? softplus(logits) : target === 1 ? softplus(neg(logits)) : sub(softplus(logits), mul(logits, target));
  return reduceMean(mul(each, weights));
}

/**
 * 1/2 (BCE of positives + (BCE of cross negatives + hard x BCE of hard ones) / (1 + hard)) of rows [B, n, D] and goals [B, m, D].
 * With one clip there are no cross negatives, and their term is 0.
 *
 * @throws JepaError `usage` when several clips have no `others`
 */
export function reachGroup(
  parts: Parts,
  name: string,
  from: Tensor,
  to: Tensor,
  pairs: ReachPairs,
  { hard, ...weighted }: Weighted & { readonly hard: number },
): Group {
  const weights = weightsOf(pairs.positives, weighted);
  const positive = logitsOf(parts, from, to, pairs.positives);
  let negatives: Tensor = scalar(0);
  let cross: Tensor | undefined;
  if (parts.batch > 1) {
    const other = parts.others[name];
    if (other === undefined) {
      throw new JepaError(
        'usage',
        `reachabilityLoss: the part '${name}' needs others.${name}, whose goals are each clip's negatives; give i32 [${parts.batch}] or set its weight to 0`,
      );
    }
    cross = logitsOf(parts, from, gather(to, other, 0), pairs.positives);
    negatives = weightedBce(cross, 0, weights);
  }
  let beyond: Tensor | undefined;
  if (hard > 0) {
    if (pairs.hard.length > 0) {
      beyond = logitsOf(parts, from, to, pairs.hard);
      negatives = add(negatives, mul(weightedBce(beyond, 0, weightsOf(pairs.hard, weighted)), hard));
    }
    negatives = mul(negatives, 1 / (1 + hard));
  }
  const value = mul(add(weightedBce(positive, 1, weights), negatives), 0.5);
  return { value, positive, cross, hard: beyond };
}
