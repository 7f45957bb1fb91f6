// The models of the story as methods: two pictures, what embeds and predicts them, and the terms that are learnt from. Each
// is defined through the check against collapse; the one that collapses says that it may.
// Legend: B batch, F frames as channels, S picture size, D embedding.

import { type Condition, defineJepa, type JepaSpec, type Latent, type View } from '../../src/jepa/index.ts';
import { concat, reshape, split, type Tensor } from '../../src/tensor/index.ts';
import {
  encoder,
  type JointModel,
  jointModel,
  type Layer,
  type NetworkSizes,
  type PixelModel,
  pixelPredictor,
} from './networks.ts';
import { type JointObjective, jointTerms, meanSquares, type ViewsObjective, viewsTerms } from './objectives.ts';

/** The pictures that a step compares: B of `sizes`, as f32 [B, F, S, S]. */
export interface Pictures {
  readonly sizes: NetworkSizes;
  readonly batch: number;
}

const pictures = ({ sizes: { frames, imageSize }, batch }: Pictures) =>
  ({ dtype: 'f32', shape: [batch, frames, imageSize, imageSize] }) as const;

const latent = (embedding: Tensor): Latent => ({ embedding, representation: embedding });

/**
 * An encoder of two views that embeds both in one pass, as one batch of 2 B pictures: half as many operations, and the
 * numbers of the reference.
 */
function inOnePass<M>(encode: (model: M, x: Tensor) => Tensor): {
  readonly views: (a: Tensor, b: Tensor, names: readonly [string, string]) => readonly [View, View];
  readonly encode: (model: M, view: View) => Latent;
} {
  const partners = new WeakMap<Tensor, readonly [Tensor, Tensor]>();
  const embedded = new WeakMap<readonly [Tensor, Tensor], readonly Tensor[]>();
  return {
    views(a, b, [first, second]) {
      const both = [a, b] as const;
      for (const x of both) partners.set(x, both);
      return [
        { name: first, input: a },
        { name: second, input: b },
      ];
    },
    encode(model, { input }) {
      const both = partners.get(input);
      if (both === undefined) return latent(encode(model, input));
      const B = input.shape[0]!;
      const halves = embedded.get(both) ?? split(encode(model, concat(both, 0)), [B, B], 0);
      embedded.set(both, halves);
      return latent(halves[both.indexOf(input)]!);
    },
  };
}

/** Predicts the next picture, pixel by pixel: the target is the picture itself, which cannot collapse. */
export function pixelMethod(of: Pictures, outputBias?: number): JepaSpec<PixelModel> {
  return defineJepa<PixelModel, { readonly kind: 'none' }>({
    name: 'story-pixels',
    module: pixelPredictor(of.sizes, outputBias),
    inputs: { now: pictures(of), next: pictures(of) },
    pairs: ({ now, next }) => [
      {
        name: 'next',
        context: { name: 'now', input: now! },
        target: { name: 'next', input: next! },
        z: { kind: 'none' },
      },
    ],
    encode: (model, { input }) => latent(model.encode(input)),
    target: { kind: 'raw', values: ({ input }) => input },
    predict: (model, { embedding }) => model.decode(embedding),
    terms: [
      {
        name: 'prediction',
        mechanism: 'predict',
        reads: 'embedding',
        weight: 1,
        trace: ({ pairs: [pair] }) => meanSquares(pair!.prediction, pair!.target),
      },
    ],
    features: (model, { input }) => ({ pooled: model.encode(input) }),
  });
}

/** Predicts the embedding of the next picture, told one action [B, 1, 1] or none. */
export function jointMethod(
  of: Pictures & { readonly action: boolean; readonly objective: JointObjective },
): JepaSpec<JointModel> {
  const { batch, sizes, objective } = of;
  const { views, encode } = inOnePass<JointModel>((model, x) => model.encode(x));
  const action = of.action ? { action: { dtype: 'f32', shape: [batch, 1, 1] } as const } : {};
  return defineJepa<JointModel, Condition>({
    name: `story-${objective}`,
    module: jointModel(sizes, of.action ? 1 : 0),
    inputs: { now: pictures(of), next: pictures(of), ...action },
    pairs({ now, next, action }) {
      const [context, target] = views(now!, next!, ['now', 'next']);
      const z: Condition = action === undefined ? { kind: 'none' } : { kind: 'action', actions: action, steps: 1 };
      return [{ name: 'next', context, target, z }];
    },
    encode,
    target: { kind: 'shared' },
    predict: (model, { embedding }, z) =>
      z.kind === 'action' ? model.predict(embedding, reshape(z.actions, [batch, 1])) : model.predict(embedding),
    terms: jointTerms[objective],
    features: (model, { input }) => ({ pooled: model.encode(input) }),
  });
}

/**
 * An encoder that gives two views of a picture one embedding. With the objective `naive` nothing keeps it from giving one
 * embedding to all pictures: that collapse is what the story shows, so it is let through the check.
 */
export function viewsMethod(of: Pictures & { readonly objective: ViewsObjective }): JepaSpec<Layer> {
  const { views, encode } = inOnePass<Layer>((model, x) => model(x));
  return defineJepa<Layer, { readonly kind: 'none' }>({
    name: `story-views-${of.objective}`,
    module: encoder(of.sizes),
    inputs: { a: pictures(of), b: pictures(of) },
    pairs({ a, b }) {
      const [context, target] = views(a!, b!, ['a', 'b']);
      return [{ name: 'views', context, target, z: { kind: 'none' } }];
    },
    encode,
    target: { kind: 'shared' },
    terms: viewsTerms[of.objective],
    features: (model, { input }) => ({ pooled: model(input) }),
    allowCollapse: of.objective === 'naive',
  });
}
