// Training a distance on embeddings that stay as they are, as a method.
// Legend: N pairs, D width of an embedding.

import { JepaError } from '../../core/index.ts';
import { defineJepa, gapLoss, type JepaSpec } from '../../jepa/index.ts';
import type { PairHead } from '../../plan/index.ts';
import { at, reshape, stack } from '../../tensor/index.ts';
import type { Unconditioned } from '../policies/gcbc.ts';
import type { DistanceConfig } from './config.ts';
import { headOf } from './cost-of.ts';

/** Sizes and weights of the training. */
export interface DistanceMethodOptions {
  /** N */
  readonly batch: number;
  /** What pairs of two recordings are pushed to at least, in blocks: the longest gap among the others. */
  readonly maxGap: number;
  /** Of those pairs. @default 1 */
  readonly crossWeight?: number;
}

/**
 * The training of a head that counts blocks, with the inputs `from` and `to` [N, D], `gap` [N] in blocks, and `cross` [N], 1 for
 * pairs of two recordings (their gap is not read) and 0 for the others. Terms: `gap`, smooth L1 in blocks; `cross`, relu(maxGap - d).
 *
 * @throws JepaError `usage` for sizes that cannot be
 */
export function distanceHeadMethod(
  config: DistanceConfig & { readonly dim: number },
  { batch, maxGap, crossWeight = 1 }: DistanceMethodOptions,
): JepaSpec<PairHead, Unconditioned> {
  const { dim } = config;
  if (!(maxGap > 0 && crossWeight >= 0))
    throw new JepaError(
      'usage',
      `${config.kind}: maxGap must be above 0 and crossWeight at least 0, got ${maxGap} and ${crossWeight}`,
    );
  return defineJepa<PairHead, Unconditioned>({
    name: config.kind,
    module: headOf(config, dim).module,
    inputs: {
      from: { dtype: 'f32', shape: [batch, dim] },
      to: { dtype: 'f32', shape: [batch, dim] },
      gap: { dtype: 'f32', shape: [batch] },
      cross: { dtype: 'f32', shape: [batch] },
    },
    pairs: ({ from, to, gap }) => [
      {
        name: 'gaps',
        context: { name: 'ends', input: stack([from!, to!], 1) },
        target: { name: 'gaps', input: gap! },
        z: { kind: 'none' },
      },
    ],
    encode: (_, { input }) => ({ embedding: input, representation: input }),
    target: { kind: 'raw', values: (view) => view.input },
    predict: (head, { embedding }) => head.distance(at(embedding, 1, 0), at(embedding, 1, 1)),
    terms: [
      {
        name: 'gap',
        mechanism: 'grounded',
        reads: 'embedding',
        weight: 1,
        trace: ({ pairs: [pair], inputs: { cross } }) => gapLoss(pair!.prediction, pair!.target, cross!, maxGap).gap,
      },
      {
        name: 'cross',
        mechanism: 'grounded',
        reads: 'embedding',
        weight: crossWeight,
        trace: ({ pairs: [pair], inputs: { cross } }) => gapLoss(pair!.prediction, pair!.target, cross!, maxGap).cross,
      },
    ],
    features: (_, { input }) => ({ pooled: reshape(input, [input.shape[0]!, -1]) }),
  });
}
