// The numbers of a published checkpoint for the module of its configuration: names freed of what wraps them, heads passed
// over, positions resampled to the grid of the images.

import { JepaError } from '../../core/index.ts';
import { blankValues, type ModelValues } from '../module.ts';
import { VIT_NAMES } from '../vit-names.ts';
import { loadWeights, type StoredTensor } from '../weights.ts';
import { resamplePositions } from './bicubic.ts';
import type { PretrainedModule } from './encoder.ts';
import type { PretrainedFamily } from './family.ts';

/** Part of training or of a task, not of the encoder. */
const PASSED_OVER = /^(classifier\.|embeddings\.mask_token$)/;

/**
 * The tensors of a checkpoint under the encoder's names: the prefix of a model with a head (`dinov2.`) is taken off, and
 * heads and mask tokens are left out.
 */
export function encoderTensors<T>(tensors: ReadonlyMap<string, T>, family: PretrainedFamily): Map<string, T> {
  const wrapped = new RegExp(`^(${family}\\.|model\\.)`);
  const out = new Map<string, T>();
  for (const [name, tensor] of tensors) {
    const bare = name.replace(wrapped, '');
    if (!PASSED_OVER.test(bare)) out.set(bare, tensor);
  }
  return out;
}

/**
 * Values for a pretrained module from the tensors of `encoderTensors`. Learned positions are resampled (bicubic, with
 * antialiasing for DINOv2 with registers) when the module was made for another grid.
 *
 * Errors: `checkpoint`, which lists every missing, extra and mis-shaped tensor.
 *
 * @param read gives the numbers of a stored tensor: `toFloat32` of jepa/data for safetensors
 * @param path names the checkpoint in messages
 */
export function loadPretrained<T extends StoredTensor>(
  { family, config, module }: PretrainedModule,
  tensors: ReadonlyMap<string, T>,
  read: (tensor: T) => Float32Array,
  path: string,
): ModelValues {
  const { dim, imageSize, patchSize, grid, cls = true } = config;
  const stored = new Map<string, { readonly shape: readonly number[]; readonly numbers: () => Float32Array }>();
  for (const [name, tensor] of tensors) stored.set(name, { shape: tensor.shape, numbers: () => read(tensor) });
  const name = VIT_NAMES[config.names ?? 'vit'].positions;
  const positions = stored.get(name);
  if (positions !== undefined && grid !== undefined && config.positions !== 'rotary') {
    const side = imageSize / patchSize;
    const lead = cls ? 1 : 0;
    const expected = [1, lead + side * side, dim];
    if (positions.shape.join() !== expected.join())
      throw new JepaError(
        'checkpoint',
        `${path}: ${name} must be [${expected.join(', ')}] for image_size ${imageSize}, got [${positions.shape.join(', ')}]; its config.json is of another checkpoint`,
        { path, name },
      );
    const antialias = family === 'dinov2_with_registers';
    stored.set(name, {
      shape: [1, lead + grid[0] * grid[1], dim],
      numbers: () => resamplePositions(positions.numbers(), dim, { lead, from: [side, side], to: grid, antialias }),
    });
  }
  const values = blankValues(module);
  loadWeights(values, stored, (t) => t.numbers(), path);
  return values;
}
