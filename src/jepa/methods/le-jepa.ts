// LeJEPA (Balestriero & LeCun 2025, arXiv 2511.08544): the embeddings of all views of an image are pulled to their centre,
// and SIGReg makes them an isotropic Gaussian. One encoder and a narrow projector; no teacher, no stop-gradient.

import { expander } from '../../nn/index.ts';
import type { Tensor } from '../../tensor/index.ts';
import { defineJepa } from '../contract/define.ts';
import type { JepaSpec, TracedStep } from '../contract/types.ts';
import { type LeJepa, type LeJepaConfig, leJepa as leJepaLoss } from '../objectives/le-jepa.ts';
import { sigregDirections } from '../objectives/sigreg.ts';
import { type JointEmbedding, jointEmbedding, type ViewOptions } from './joint-embedding.ts';
import { embeddings } from './terms.ts';

/** Options of LeJEPA. */
export interface LeJepaOptions {
  /** Widths of the projector after the encoder; the last one is intentionally narrow: 2048, 2048, 16 in MINIMAL.md. */
  readonly projector: readonly number[];
  /** How many views, from the first on, are global. */
  readonly globalViews: number;
  /** One of the presets `LE_JEPA`, or a configuration of one's own. */
  readonly loss: LeJepaConfig;
}

/** LeJEPA on two or more views. */
export function leJepa(options: ViewOptions & LeJepaOptions): JepaSpec<JointEmbedding> {
  const { encoder, projector, globalViews, loss } = options;
  const dim = projector.at(-1)!;
  const part =
    (of: Exclude<keyof LeJepa, 'value'>) =>
    (step: TracedStep): Tensor =>
      leJepaLoss(embeddings(step), globalViews, sigregDirections(dim, loss.directions), loss)[of];
  return defineJepa(
    jointEmbedding({
      ...options,
      name: 'lejepa',
      projector: expander([encoder.width, ...projector], { outputBias: true }),
      terms: [
        {
          name: 'invariance',
          mechanism: 'predict',
          reads: 'embedding',
          weight: loss.combine === 'convex' ? 1 - loss.lambda : 1,
          trace: part('invariance'),
        },
        { name: 'sigreg', mechanism: 'gaussian', reads: 'embedding', weight: loss.lambda, trace: part('sigreg') },
      ],
    }),
  );
}
