// How many blocks later, as classes: RC-aux's temporal-distance head.
// Legend: N pairs, D width of an embedding, K the largest number of blocks.
// Source: Guang000/RC-aux @ecb4496 module.py, `TemporalDistanceHead`; its expectation, jepa.py `criterion`.

import { type Module, module } from '../../nn/index.ts';
import { concat, constant, mul, reduceSum, softmax, type Tensor } from '../../tensor/index.ts';
import type { PairHead, PairHeadForm } from './pair-head.ts';
import { checkSizes, stack, standardised } from './parts.ts';
import { pairProducts } from './reachability.ts';

/** Size of the head. */
export interface TemporalClassConfig {
  /** Width of both hidden layers; 512 in RC-aux. */
  readonly hidden: number;
  /** K, in blocks. */
  readonly maxHorizon: number;
  /** Whether embeddings are standardised by the buffers `input.mean` and `input.std`. @default true */
  readonly standardise?: boolean;
}

/** What a bound temporal-distance head offers. */
export interface TemporalClassHead extends PairHead {
  /** Logits [N, K + 1]: class d is 'd blocks later', class 0 'of another clip'. */
  logits(from: Tensor, to: Tensor): Tensor;
}

/**
 * Logits of the classes from LayerNorm - Linear - SiLU - Linear - SiLU - Linear (parameters `net.0`, `.1`, `.3`, `.5`); as a
 * distance their expectation, where class 0 counts K + 1 blocks. There is no class for 'already there': it is never below 1.
 *
 * @throws JepaError `usage` for sizes that cannot be
 */
export function temporalClass(
  dim: number,
  { hidden, maxHorizon, standardise }: TemporalClassConfig,
): PairHeadForm & { readonly module: Module<TemporalClassHead> } {
  checkSizes('temporal-class', { dim, hidden, maxHorizon });
  const blocks = constant(
    Float32Array.from({ length: maxHorizon + 1 }, (_, d) => (d === 0 ? maxHorizon + 1 : d)),
    [maxHorizon + 1],
    'f32',
  );
  const net = module(
    {
      input: standardised(dim, standardise),
      net: stack([4 * dim, hidden, hidden, maxHorizon + 1], { norm: true }),
    },
    (m): TemporalClassHead => {
      const logits = (from: Tensor, to: Tensor): Tensor => m.net(concat(pairProducts(m.input(from), m.input(to)), -1));
      return {
        logits,
        distance: (from, to) => reduceSum(mul(softmax(logits(from, to)), blocks), { axes: -1 }),
      };
    },
  );
  return { kind: 'temporal-class', dim, unit: 'blocks', module: net };
}
