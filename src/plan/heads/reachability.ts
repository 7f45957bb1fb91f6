// Whether a goal can be reached within some blocks: RC-aux's head, asked with a budget (arXiv 2605.07278).
// Legend: N pairs, D width of an embedding.
// Source: Guang000/RC-aux @ecb4496 module.py, `ReachabilityHead`.

import { embedding, type Module, module } from '../../nn/index.ts';
import { abs, concat, constant, maximum, minimum, mul, reshape, sub, type Tensor } from '../../tensor/index.ts';
import type { ReachabilityHead } from './pair-head.ts';
import { checkSizes, stack, standardised } from './parts.ts';

/** Size of the head. */
export interface ReachabilityConfig {
  /** Width of both hidden layers; 512 in RC-aux. */
  readonly hidden: number;
  /** The largest budget that it tells from larger ones, in blocks. */
  readonly maxHorizon: number;
  /** Width of the embedding of a budget; 32 in RC-aux. */
  readonly horizonDim: number;
  /** Whether embeddings are standardised by the buffers `input.mean` and `input.std`. @default true */
  readonly standardise?: boolean;
}

/** A reachability head that is to be bound. */
export interface ReachabilityForm {
  readonly kind: 'reachability';
  /** D */
  readonly dim: number;
  readonly maxHorizon: number;
  readonly module: Module<ReachabilityHead>;
}

/** Features of pairs that RC-aux's heads read: [s, g, |s - g|, s g]. */
export function pairProducts(from: Tensor, to: Tensor): readonly Tensor[] {
  return [from, to, abs(sub(from, to)), mul(from, to)];
}

const whole = (value: number): Tensor => constant(Int32Array.of(value), [], 'i32');

/**
 * LayerNorm - Linear - SiLU - Linear - SiLU - Linear on the features of a pair and an embedding of the budget, which is limited to
 * 0..maxHorizon: a logit. Parameters `horizon_emb.weight` and `net.0`, `.1`, `.3`, `.5`.
 *
 * @throws JepaError `usage` for sizes that cannot be
 */
export function reachability(dim: number, config: ReachabilityConfig): ReachabilityForm {
  const { hidden, maxHorizon, horizonDim, standardise } = config;
  checkSizes('reachability', { dim, hidden, maxHorizon, horizonDim });
  const net = module(
    {
      input: standardised(dim, standardise),
      horizon_emb: embedding(maxHorizon + 1, horizonDim),
      net: stack([4 * dim + horizonDim, hidden, hidden, 1], { norm: true }),
    },
    (m): ReachabilityHead => ({
      logit(from, to, budgets) {
        const known = minimum(maximum(budgets, whole(0)), whole(maxHorizon));
        const features = [...pairProducts(m.input(from), m.input(to)), m.horizon_emb(known)];
        return reshape(m.net(concat(features, -1)), [from.shape[0]!]);
      },
    }),
  );
  return { kind: 'reachability', dim, maxHorizon, module: net };
}
