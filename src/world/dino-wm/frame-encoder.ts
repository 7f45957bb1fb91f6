// Where the patch features of DINO-WM come from: an encoder that was trained before and stays as it is, or a store of
// features that such an encoder gave.
// Legend: N frames, P patches, Dv width of a patch feature.

import { flatView, JepaError } from '../../core/index.ts';
import {
  frozen,
  IMAGENET,
  type ModelValues,
  type Module,
  module,
  namedViews,
  type PixelNormalisation,
  type PretrainedModule,
  type VitConfig,
  vit,
} from '../../nn/index.ts';
import { slice, type Tensor, type TensorType } from '../../tensor/index.ts';
import type { PatchGrid } from './decoder.ts';

/** What turns frames into patch features. */
export interface FrameEncoder {
  /** [N, ...frame] -> [N, P, Dv]. */
  readonly module: Module<(frames: Tensor) => Tensor>;
  /** P */
  readonly patches: number;
  /** Dv */
  readonly dim: number;
  /** What one frame is. */
  readonly frame: TensorType;
  /** How patches lie in a frame, where frames are pictures. */
  readonly picture?: PatchGrid;
}

/** Frames that are patch features already, f32 [P, Dv]: computed once, since the encoder never changes. */
export function storedFeatures(patches: number, dim: number): FrameEncoder {
  const itself = (features: Tensor): Tensor => features;
  return { module: module({}, () => itself), patches, dim, frame: { dtype: 'f32', shape: [patches, dim] } };
}

/**
 * The patch tokens of a pretrained encoder, after its final layer norm, for u8 frames [H, W, 3] of the size that it was made
 * for (`grid`). Its numbers are buffers: no gradient reaches them. `loadPretrained` and `putEncoder` fill them.
 *
 * @example
 * const half: PixelNormalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
 * const native = pretrained(json, { grid: [14, 14], normalisation: half }); // the reference: DINOv2 at 196 pixels
 * const world = dinoWm(DINO_WM_REFERENCE, pretrainedFeatures(native));
 */
export function pretrainedFeatures({ config, module: encoder }: PretrainedModule): FrameEncoder {
  const { imageSize, patchSize, dim } = config;
  const grid = config.grid ?? ([imageSize / patchSize, imageSize / patchSize] as const);
  const [rows, columns] = grid;
  return {
    module: frozen(module({ '': encoder }, (m) => (frames: Tensor) => m[''].forward(frames).patches)),
    patches: rows * columns,
    dim,
    frame: { dtype: 'u8', shape: [rows * patchSize, columns * patchSize, 3] },
    picture: { grid, patchSize },
  };
}

/**
 * The patch tokens of a vision transformer of ours, such as the encoder of a trained LeWorldModel, for u8 frames of its size.
 * Frozen as `pretrainedFeatures` are; `putEncoder` fills it.
 */
export function vitFeatures(config: VitConfig, normalisation: PixelNormalisation = IMAGENET): FrameEncoder {
  const { imageSize, patchSize, dim } = config;
  const [rows, columns] = config.grid ?? ([imageSize / patchSize, imageSize / patchSize] as const);
  const encoder = module({ '': vit(config, normalisation) }, (m) => (frames: Tensor) => {
    const { lead, tokens } = m[''];
    return lead > 0 ? slice(tokens(frames), 1, lead) : tokens(frames);
  });
  return {
    module: frozen(encoder),
    patches: rows * columns,
    dim,
    frame: { dtype: 'u8', shape: [rows * patchSize, columns * patchSize, 3] },
    picture: { grid: [rows, columns], patchSize },
  };
}

/**
 * Copies the numbers of a pretrained encoder, as `loadPretrained` gives them, into the buffers `encoder.*` of a world model.
 *
 * Errors: `checkpoint` when the world model was made with another encoder.
 */
export function putEncoder(values: ModelValues, encoder: ModelValues): void {
  const { layout, data } = values.buffers;
  for (const part of [encoder.parameters, encoder.buffers])
    for (const [name, shape, numbers] of namedViews(part.layout, part.data, 'encoder.')) {
      const own = layout.index.get(name);
      if (own?.shape.join() !== shape.join())
        throw new JepaError(
          'checkpoint',
          `putEncoder: the world model must have a buffer ${name} [${shape}], ${own === undefined ? 'has none' : `has [${own.shape}]`}; make it with the encoder that these numbers are of`,
          { name },
        );
      flatView(layout, data, name).set(numbers);
    }
}
