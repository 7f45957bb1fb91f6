// What plans cost in themselves, wherever they lead: large blocks, and changes from block to block.
// Legend: E tasks, S candidates, H blocks, A numbers of a block. Source: the two action penalties of RC-aux (Guang000/RC-aux @ecb4496 jepa.py).

import { JepaError } from '../../core/index.ts';
import { add, mul, reduceMean, slice, square, sub, type Tensor } from '../../tensor/index.ts';
import { type Cost, fixedCost } from './cost.ts';

/** Weights of the parts. */
export interface EffortWeights {
  /** Of the mean square of a plan's numbers. @default 0 */
  readonly l2?: number;
  /** Of the mean square of differences of successive blocks. @default 0 */
  readonly smooth?: number;
}

/**
 * Mean squares of a plan's numbers and of its changes.
 *
 * @throws JepaError `usage` for a weight below 0
 */
export function effortCost(dim: number, { l2 = 0, smooth = 0 }: EffortWeights): Cost {
  for (const [name, weight] of Object.entries({ l2, smooth })) {
    if (!(weight >= 0)) throw new JepaError('usage', `effort: ${name} must be at least 0, got ${weight}`);
  }
  return fixedCost({ name: 'effort', dim, unit: 'relative', absolute: true }, (_, __, { blocks }) => {
    if (blocks === undefined)
      throw new JepaError(
        'usage',
        'effort: it scores blocks, but was given embeddings without the plans that led to them',
      );
    const H = blocks.shape[2]!;
    const mean = (x: Tensor): Tensor => reduceMean(square(x), { axes: [2, 3] });
    const size = mul(mean(blocks), l2);
    if (smooth === 0 || H === 1) return size;
    return add(size, mul(mean(sub(slice(blocks, 2, 1), slice(blocks, 2, 0, H - 1))), smooth));
  });
}
