// SimCLR (Chen et al. 2020, arXiv 2002.05709): a view should find its partner among all other views of the batch. The
// contrast itself keeps embeddings apart; it needs many negatives.

import { expander } from '../../nn/index.ts';
import { defineJepa } from '../contract/define.ts';
import type { JepaSpec } from '../contract/types.ts';
import { ntXent } from '../objectives/info-nce.ts';
import { type JointEmbedding, jointEmbedding, type ViewOptions } from './joint-embedding.ts';
import { embeddings } from './terms.ts';

/** Options of SimCLR. */
export interface SimClrConfig {
  /** Widths of the projector after the encoder: 2048, 128 in the paper. */
  readonly projector: readonly number[];
  /** Divides the similarities; 0.5 on CIFAR-10. */
  readonly temperature?: number;
}

/** SimCLR on two views. */
export function simClr(options: ViewOptions & SimClrConfig): JepaSpec<JointEmbedding> {
  const { encoder, projector, temperature = 0.5 } = options;
  return defineJepa(
    jointEmbedding({
      ...options,
      name: 'simclr',
      projector: expander([encoder.width, ...projector]),
      terms: [
        {
          name: 'contrast',
          mechanism: ['predict', 'contrast'],
          reads: 'embedding',
          weight: 1,
          trace(step) {
            const [a, b] = embeddings(step);
            return ntXent(a!, b!, { temperature });
          },
        },
      ],
    }),
  );
}
