// The supervised upper line: the same encoder and views with labels. Nothing is predicted in embedding space.

import { linear, module } from '../../nn/index.ts';
import { crossEntropy } from '../../tensor/index.ts';
import { defineJepa } from '../contract/define.ts';
import type { Condition, JepaSpec } from '../contract/types.ts';
import type { Embed } from '../encoders/image-encoder.ts';
import { type Rows, type ViewOptions, viewInputs } from './joint-embedding.ts';

/** What the supervised method binds to. */
export interface Supervised {
  readonly encoder: Embed;
  readonly head: Rows;
}

/** Cross-entropy of a linear head on view 0; the input `labels` is i32 [B]. */
export function supervised(options: ViewOptions & { readonly classes: number }): JepaSpec<Supervised> {
  const { encoder, batch, classes } = options;
  return defineJepa<Supervised, Condition>({
    name: 'supervised',
    module: module({ encoder: encoder.module, head: linear(encoder.width, classes) }, (m): Supervised => m),
    inputs: { ...viewInputs(options), labels: { dtype: 'i32', shape: [batch] } },
    pairs: () => [],
    encode(model, view) {
      const representation = model.encoder(view.input).pooled;
      return { embedding: representation, representation };
    },
    target: { kind: 'shared' },
    terms: [
      {
        name: 'crossEntropy',
        mechanism: 'grounded',
        reads: 'representation',
        weight: 1,
        trace: ({ inputs }, model) => crossEntropy(model.head(model.encoder(inputs.view0!).pooled), inputs.labels!),
      },
    ],
    features: (model, view) => model.encoder(view.input),
  });
}
