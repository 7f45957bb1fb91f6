// I-JEPA, and its predictor on pixels: generative at equal masks.

import { type Entries, fold, oneOf, optional, pairOf, share, whole } from '../../../core/index.ts';
import { type BlockMasks, type MultiBlockConfig, methods, multiBlock } from '../../../jepa/index.ts';
import { linearMomentum } from '../../../optim/index.ts';
import { type AnyImageMethod, defineImageMethod, gridOf, type Method, type MethodInput } from './kind.ts';
import { type PredictorSize, predictorSize } from './predictor-size.ts';

/** Settings of I-JEPA. */
export interface BlockSettings {
  readonly predictor: PredictorSize;
  readonly momentum: number;
  readonly targets: number;
  /** How many contexts an image has; each target is predicted from each of them. @default 1 */
  readonly contexts?: number;
  /** Share of the patches that a target block covers, least and most. */
  readonly targetScale: readonly [number, number];
  /** Whose masks, see `multiBlock`. With those of the code, `reference`, every size of masks is compiled when it comes. */
  readonly compat: MultiBlockConfig['compat'];
  /** `reference`: every list of patches is longer than this, and lengths of contexts are multiples of `contextStep`. */
  readonly minKeep: number;
  readonly contextStep: number;
}

const settings: Entries<BlockSettings> = {
  predictor: predictorSize,
  momentum: share(),
  targets: whole(),
  contexts: optional(whole()),
  targetScale: pairOf(share()),
  compat: oneOf(['reference', 'fixed']),
  minKeep: whole(0),
  contextStep: whole(),
};

type MaskSizes = Parameters<typeof methods.iJepa>[0]['masks'];

function blocks(given: BlockSettings, input: MethodInput, target: 'embedding' | 'pixels'): Method {
  const { encoder, batch, size, steps, key } = input;
  const grid = gridOf(encoder);
  const { targets, contexts = 1 } = given;
  const sampler = multiBlock({ ...given, grid: [grid, grid] });
  const sample = (step: number): BlockMasks => sampler.sample(fold(key, 'step', step), batch);
  // Asked twice a step where sizes change: for the size, then for the inputs.
  let drawn = { step: 0, masks: sample(0) }; // masks that leave no context are refused now
  const masksOf = (step: number): BlockMasks => {
    if (drawn.step !== step) drawn = { step, masks: sample(step) };
    return drawn.masks;
  };
  const sizesOf = ({ contextSize: context, targetSize }: BlockMasks): MaskSizes => ({
    context,
    contexts,
    targets,
    target: targetSize,
  });
  const spec = (masks: MaskSizes) =>
    methods.iJepa({
      encoder,
      batch,
      size,
      predictor: given.predictor,
      masks,
      momentum: linearMomentum({ start: given.momentum, final: 1, totalSteps: steps }),
      target,
    });
  const first = sizesOf(masksOf(0));
  const plain: Method = {
    spec: spec(first),
    feed(b) {
      const masks = masksOf(b.step);
      const lists = Object.fromEntries(masks.targets.map((ids, i) => [`target${i}`, ids]));
      return { view0: b.views[0]!, context: masks.context, ...lists };
    },
  };
  if (given.compat !== 'reference') return plain;
  return {
    ...plain,
    sized: { first, spec: (sizes) => spec(sizes as MaskSizes), sizeOf: (b) => sizesOf(masksOf(b.step)) },
  };
}

/** I-JEPA; its momentum rises to 1 linearly. */
export const iJepaMethod: AnyImageMethod = defineImageMethod<BlockSettings>({
  name: 'i-jepa',
  settings,
  views: [1, 1],
  method: (given, input) => blocks(given, input, 'embedding'),
});

/** I-JEPA's predictor on pixels. */
export const pixelPredictorMethod: AnyImageMethod = defineImageMethod<BlockSettings>({
  name: 'pixel-predictor',
  settings,
  views: [1, 1],
  method: (given, input) => blocks(given, input, 'pixels'),
});
