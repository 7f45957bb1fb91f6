// From the configuration to a method: its specification and the host arrays of a step.

import { fold, JepaError, type Key, key } from '../../core/index.ts';
import type { ImageBatch } from '../../data/node.ts';
import {
  type BlockMasks,
  type Condition,
  type ImageEncoder,
  type JepaSpec,
  methods,
  multiBlock,
  randomMasks,
  resNetEncoder,
  vitEncoder,
} from '../../jepa/index.ts';
import { cosineMomentum, linearMomentum } from '../../optim/index.ts';
import type { StepInputs } from '../../train/index.ts';
import type { EncoderChoice, ImageExperiment } from './config.ts';

/** A method of whatever model: its own type stays within. */
export type AnyJepa = JepaSpec<never, Condition>;

/** A method and how a batch is fed to it. */
export interface Method {
  readonly spec: AnyJepa;
  /** The inputs of a step. Masks are drawn by the experiment's seed and the step. */
  feed(batch: ImageBatch): StepInputs;
  /** Where the sizes of masks differ from batch to batch: the method at a size, of which `spec` is the first. */
  readonly sized?: SizedMethod;
}

/** A method at the sizes of its masks. */
interface SizedMethod {
  readonly first: MaskSizes;
  spec(size: MaskSizes): AnyJepa;
  sizeOf(batch: ImageBatch): MaskSizes;
}

type MaskSizes = Parameters<typeof methods.iJepa>[0]['masks'];

/** The encoder of the configuration. */
function encoderOf(choice: EncoderChoice, size: number): ImageEncoder {
  if (choice.kind === 'resnet') return resNetEncoder(choice);
  const { patchSize, dim, depth, heads, mlpDim } = choice;
  if (size % patchSize !== 0) {
    throw new JepaError('usage', `encoder.patchSize must divide the image size ${size}, got ${patchSize}`, { size });
  }
  return vitEncoder({
    imageSize: size,
    patchSize,
    dim,
    depth,
    heads,
    mlpDim,
    positions: 'sincos',
    layerNormEpsilon: 1e-6,
  });
}

const views = (batch: ImageBatch): Record<string, Uint8Array> =>
  Object.fromEntries(batch.views.map((pixels, i) => [`view${i}`, pixels]));

/** Builds the method of an experiment. Errors: `usage` when its parts do not fit each other. */
export function methodOf(config: ImageExperiment, seed: number): Method {
  const { method, encoder: choice, train } = config;
  const size = config.data.size;
  const encoder = encoderOf(choice, size);
  const batch = train.batchSize;
  const sizes = config.views.map((v) => v.size);
  const common = { encoder, batch, views: sizes };
  const maskKey = fold(key(seed), 'masks');
  const made = <M, Z extends Condition>(spec: JepaSpec<M, Z>, feed: (b: ImageBatch) => StepInputs = views): Method => ({
    spec: spec as unknown as AnyJepa,
    feed,
  });
  switch (method.name) {
    case 'barlow-twins':
      return made(methods.barlowTwins({ ...common, ...method }));
    case 'vicreg':
      return made(methods.vicReg({ ...common, ...method }));
    case 'lejepa':
      return made(methods.leJepa({ ...common, ...method }));
    case 'simclr':
      return made(methods.simClr({ ...common, ...method }));
    case 'collapse':
      return made(methods.naive({ ...common, ...method }));
    case 'supervised':
    case 'random':
      return made(methods.supervised({ ...common, classes: 10 }), (b) => ({ ...views(b), labels: b.labels }));
    case 'dino':
      return made(
        methods.dino({
          ...common,
          ...method,
          momentum: cosineMomentum({ start: method.momentum, final: 1, totalSteps: train.steps }),
        }),
      );
    case 'mae': {
      const patches = gridOf(encoder) ** 2;
      const kept = Math.max(1, Math.round(method.keep * patches));
      return made(methods.mae({ encoder, batch, size, decoder: method.decoder, kept }), (b) => {
        const masks = randomMasks(stepKey(maskKey, b.step), batch, patches, kept);
        return { view0: b.views[0]!, kept: masks.kept, masked: masks.masked };
      });
    }
    case 'i-jepa':
    case 'pixel-predictor': {
      const grid = gridOf(encoder);
      const { targets } = method;
      const sampler = multiBlock({ ...method, grid: [grid, grid] });
      // Asked twice a step where sizes change: for the size, then for the inputs.
      let drawn = { step: 0, masks: sampler.sample(stepKey(maskKey, 0), batch) }; // masks that leave no context are refused now
      const masksOf = (step: number): BlockMasks => {
        if (drawn.step !== step) drawn = { step, masks: sampler.sample(stepKey(maskKey, step), batch) };
        return drawn.masks;
      };
      const sizesOf = ({ contextSize: context, targetSize: target }: BlockMasks): MaskSizes => ({
        context,
        targets,
        target,
      });
      const spec = (masks: MaskSizes) =>
        methods.iJepa({
          encoder,
          batch,
          size,
          predictor: method.predictor,
          masks,
          momentum: linearMomentum({ start: method.momentum, final: 1, totalSteps: train.steps }),
          target: method.name === 'i-jepa' ? 'embedding' : 'pixels',
        });
      const first = sizesOf(masksOf(0));
      const plain = made(spec(first), (b) => {
        const masks = masksOf(b.step);
        const blocks = Object.fromEntries(masks.targets.map((ids, i) => [`target${i}`, ids]));
        return { view0: b.views[0]!, context: masks.context, ...blocks };
      });
      if (method.compat !== 'reference') return plain;
      return {
        ...plain,
        sized: { first, spec: (m) => made(spec(m)).spec, sizeOf: (b) => sizesOf(masksOf(b.step)) },
      };
    }
  }
}

const stepKey = (k: Key, step: number): Key => fold(k, 'step', step);

function gridOf({ patches }: ImageEncoder): number {
  if (patches === undefined) {
    throw new JepaError('usage', "this method masks patches: set encoder.kind to 'vit'", {});
  }
  return patches.grid;
}
