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

/** What wraps an encoder in a state dict: a model with a head, PyTorch's DataParallel and compile, a training script. */
const WRAPPERS = ['module', 'model', 'backbone', '_orig_mod'];

/**
 * The tensors of a checkpoint under the encoder's names: the prefixes of what wraps it (`dinov2.`, `module.`, `model.`,
 * `backbone.`, `_orig_mod.`, in any order) are taken off, and heads and mask tokens are left out.
 *
 * @throws JepaError 'checkpoint' when two tensors come to the same name, as a student and a teacher of one training run do.
 */
export function encoderTensors<T>(tensors: ReadonlyMap<string, T>, family: PretrainedFamily): Map<string, T> {
  const wrapped = new RegExp(`^((${[family, ...WRAPPERS].join('|')})\\.)+`);
  const out = new Map<string, T>();
  const from = new Map<string, string>();
  for (const [name, tensor] of tensors) {
    const bare = name.replace(wrapped, '');
    if (PASSED_OVER.test(bare)) continue;
    const twin = from.get(bare);
    if (twin !== undefined)
      throw new JepaError(
        'checkpoint',
        `the tensors ${twin} and ${name} are both the encoder's ${bare}; keep those of one encoder only`,
        { bare, names: [twin, name] },
      );
    from.set(bare, name);
    out.set(bare, tensor);
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
