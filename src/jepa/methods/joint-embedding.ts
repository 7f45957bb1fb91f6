// The common part of the methods that compare whole views of an image with each other: one encoder, one projector, no
// predictor. What differs is the terms.
// Legend: B images, F width of the representation, D width of the embedding.

import { type Module, module } from '../../nn/index.ts';
import type { Tensor, TensorType } from '../../tensor/index.ts';
import type { JepaSpec, Term, View } from '../contract/types.ts';
import type { Embed, ImageEncoder } from '../encoders/image-encoder.ts';

/** A map of rows, [B, F] -> [B, D]. */
export type Rows = (x: Tensor) => Tensor;

/** What a joint-embedding method binds to. */
export interface JointEmbedding {
  readonly encoder: Embed;
  readonly projector: Rows;
}

/** Views of a batch of images, and what embeds them. */
export interface ViewOptions {
  readonly encoder: ImageEncoder;
  /** Images per step. */
  readonly batch: number;
  /** Side in pixels of each view; the inputs are called view0, view1, ... */
  readonly views: readonly number[];
}

/** u8 images [B, side, side, 3], one input for each view. */
export function viewInputs({ batch, views }: Pick<ViewOptions, 'batch' | 'views'>): Record<string, TensorType> {
  return Object.fromEntries(
    views.map((side, i) => [`view${i}`, { dtype: 'u8', shape: [batch, side, side, 3] } satisfies TensorType]),
  );
}

/** The views of traced inputs, in order. */
export function viewsOf(inputs: Readonly<Record<string, Tensor>>, count: number): View[] {
  return Array.from({ length: count }, (_, i) => ({ name: `view${i}`, input: inputs[`view${i}`]! }));
}

/** A method whose terms read the projected embeddings of all views; view 0 is paired with each of the others. */
export function jointEmbedding(
  options: ViewOptions & {
    readonly name: string;
    readonly projector: Module<Rows>;
    readonly terms: readonly Term<JointEmbedding>[];
    readonly allowCollapse?: boolean;
  },
): JepaSpec<JointEmbedding> {
  const { name, encoder, projector, views, terms, allowCollapse = false } = options;
  return {
    name,
    module: module({ encoder: encoder.module, projector }, (m): JointEmbedding => m),
    inputs: viewInputs(options),
    pairs(inputs) {
      const [first, ...others] = viewsOf(inputs, views.length);
      return others.map((view) => ({ name: view.name, context: first!, target: view, z: { kind: 'none' } }));
    },
    encode(model, view) {
      const representation = model.encoder(view.input).pooled;
      return { embedding: model.projector(representation), representation };
    },
    target: { kind: 'shared' },
    terms,
    features: (model, view) => model.encoder(view.input),
    allowCollapse,
  };
}
