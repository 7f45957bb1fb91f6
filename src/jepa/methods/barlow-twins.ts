// Barlow Twins (Zbontar et al. 2021, arXiv 2103.03230): two views of an image, one encoder, one projector without biases.
// The correlation matrix between the two embeddings is driven to the identity: its diagonal makes the views agree, the rest
// keeps the dimensions from saying the same. Correlation divides by the deviation, so no variance term is needed.

import { expander } from '../../nn/index.ts';
import { defineJepa } from '../contract/define.ts';
import type { JepaSpec } from '../contract/types.ts';
import { barlowTwins as barlowTwinsLoss } from '../objectives/barlow-twins.ts';
import { type JointEmbedding, jointEmbedding, type ViewOptions } from './joint-embedding.ts';
import { embeddings } from './terms.ts';

/** Options of Barlow Twins. */
export interface BarlowTwinsConfig {
  /** Widths of the projector after the encoder: 8192, 8192, 8192 in the paper. */
  readonly projector: readonly number[];
  /** Weight of the entries off the diagonal, 0.0051 in paper and code. */
  readonly lambda?: number;
}

/** Barlow Twins on two views. */
export function barlowTwins(options: ViewOptions & BarlowTwinsConfig): JepaSpec<JointEmbedding> {
  const { encoder, projector, lambda = 0.0051 } = options;
  return defineJepa(
    jointEmbedding({
      ...options,
      name: 'barlow-twins',
      projector: expander([encoder.width, ...projector], { hiddenBias: false }),
      terms: [
        {
          name: 'onDiagonal',
          mechanism: ['predict', 'variance'],
          reads: 'embedding',
          weight: 1,
          trace(step) {
            const [a, b] = embeddings(step);
            return barlowTwinsLoss(a!, b!).onDiagonal;
          },
        },
        {
          name: 'offDiagonal',
          mechanism: 'covariance',
          reads: 'embedding',
          weight: lambda,
          trace(step) {
            const [a, b] = embeddings(step);
            return barlowTwinsLoss(a!, b!).offDiagonal;
          },
        },
      ],
    }),
  );
}
