// The plainest learned distance: an MLP on both embeddings and their difference, in blocks.
// Legend: N pairs, D width of an embedding.
// Source: the head of TRM (arXiv 2605.22164) as its re-implementations agree on it; there the output is softplus alone, trained on
// gaps over 224 steps, here it is times `scale` and counts blocks.

import { JepaError } from '../../core/index.ts';
import { module } from '../../nn/index.ts';
import { abs, concat, mul, reshape, softplus, sub } from '../../tensor/index.ts';
import type { PairHead, PairHeadForm } from './pair-head.ts';
import { checkSizes, stack, standardised } from './parts.ts';

/** Size of the head. */
export interface PairMlpConfig {
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** Blocks that an output of 1 stands for: the longest gap that it is trained on. */
  readonly scale: number;
  /** Whether embeddings are standardised by the buffers `input.mean` and `input.std`. @default true */
  readonly standardise?: boolean;
}

/**
 * scale x softplus(net([s, g, s - g, |s - g|])), at least 0 and not symmetric; parameters `net.0`, `net.2`, ... with SiLU between.
 * Nothing makes it 0 from an embedding to itself but training.
 *
 * @throws JepaError `usage` for sizes that cannot be
 * @example
 * const head = pairMlp(16, { hidden: [256, 256], scale: 12 });
 */
export function pairMlp(dim: number, { hidden, scale, standardise }: PairMlpConfig): PairHeadForm {
  checkSizes('pair-mlp', { dim, hidden });
  if (!(scale > 0 && Number.isFinite(scale)))
    throw new JepaError('usage', `pair-mlp: scale must be a number of blocks above 0, got ${scale}`, { scale });
  const net = module(
    { input: standardised(dim, standardise), net: stack([4 * dim, ...hidden, 1]) },
    (m): PairHead => ({
      distance(from, to) {
        const [s, g] = [m.input(from), m.input(to)];
        const way = sub(s, g);
        const raw = reshape(m.net(concat([s, g, way, abs(way)], -1)), [from.shape[0]!]);
        return mul(softplus(raw), scale);
      },
    }),
  );
  return { kind: 'pair-mlp', dim, unit: 'blocks', module: net };
}
