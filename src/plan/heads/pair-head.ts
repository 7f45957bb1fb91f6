// A pair of embeddings -> how far: the part of a learned cost that is trained, on embeddings that stay as they are.
// Legend: N pairs, D width of an embedding.

import type { Module } from '../../nn/index.ts';
import type { Tensor } from '../../tensor/index.ts';

/** How far it is from one embedding to another, in that direction. */
export interface PairHead {
  /** [N, D], [N, D] -> [N]. */
  distance(from: Tensor, to: Tensor): Tensor;
}

/** Whether one embedding can be reached from another within a budget of blocks. */
export interface ReachabilityHead {
  /** Logits [N] for pairs [N, D] and budgets i32 [N], in blocks. */
  logit(from: Tensor, to: Tensor, budgets: Tensor): Tensor;
}

/** A head that is to be bound, with what its distances count. */
export interface PairHeadForm {
  /** 'pair-mlp', 'mrn' */
  readonly kind: string;
  /** D */
  readonly dim: number;
  readonly unit: 'squared' | 'blocks' | 'relative';
  readonly module: Module<PairHead>;
}
