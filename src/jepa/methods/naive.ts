// The naive joint embedding: pull two views together and do nothing else. Its loss goes to zero, and so does everything the
// embedding knows: the control that shows what the other methods prevent.

import { expander } from '../../nn/index.ts';
import { defineJepa } from '../contract/define.ts';
import type { JepaSpec } from '../contract/types.ts';
import { l2 } from '../objectives/energies.ts';
import { type JointEmbedding, jointEmbedding, type ViewOptions } from './joint-embedding.ts';
import { predictEnergy } from './terms.ts';

/** The naive joint embedding on two views; widths of the projector as VICReg's expander. */
export function naive(options: ViewOptions & { readonly projector: readonly number[] }): JepaSpec<JointEmbedding> {
  const { encoder, projector } = options;
  return defineJepa(
    jointEmbedding({
      ...options,
      name: 'collapse',
      projector: expander([encoder.width, ...projector]),
      terms: [predictEnergy(l2)],
      allowCollapse: true,
    }),
  );
}
