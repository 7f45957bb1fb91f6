// VICReg (Bardes, Ponce & LeCun 2022, arXiv 2105.04906): two views of an image, one encoder, one expander. The views'
// embeddings are pulled together; a hinge keeps the deviation of every dimension above 1; covariances are pushed to zero.

import { expander } from '../../nn/index.ts';
import { defineJepa } from '../contract/define.ts';
import type { JepaSpec, Mechanism, Term } from '../contract/types.ts';
import { type VicRegOptions, type VicRegTerms, vicregTerms } from '../objectives/vicreg.ts';
import { type JointEmbedding, jointEmbedding, type ViewOptions } from './joint-embedding.ts';
import { embeddings } from './terms.ts';

/** Options of VICReg; the weights of paper and code are 25, 25 and 1. */
export interface VicRegConfig extends VicRegOptions {
  /** Widths of the expander after the encoder: 8192, 8192, 8192 in the paper. */
  readonly expander: readonly number[];
  readonly weights?: Readonly<Record<keyof VicRegTerms, number>>;
}

const MECHANISM = { invariance: 'predict', variance: 'variance', covariance: 'covariance' } as const satisfies Record<
  keyof VicRegTerms,
  Mechanism
>;

/** VICReg on two views. */
export function vicReg(options: ViewOptions & VicRegConfig): JepaSpec<JointEmbedding> {
  const { weights = { invariance: 25, variance: 25, covariance: 1 } } = options;
  const term = (name: keyof VicRegTerms): Term<JointEmbedding> => ({
    name,
    mechanism: MECHANISM[name],
    reads: 'embedding',
    weight: weights[name],
    trace(step) {
      const [a, b] = embeddings(step);
      return vicregTerms(a!, b!, options)[name];
    },
  });
  return defineJepa(
    jointEmbedding({
      ...options,
      name: 'vicreg',
      projector: expander([options.encoder.width, ...options.expander]),
      terms: [term('invariance'), term('variance'), term('covariance')],
    }),
  );
}
