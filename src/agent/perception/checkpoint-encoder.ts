// The encoder of a published checkpoint as a part of other models, such as a world model on its frozen patch tokens: its
// configuration for pictures of a size, and its numbers when they are asked for.

import { JepaError } from '../../core/index.ts';
import { toFloat32 } from '../../data/index.ts';
import {
  encoderTensors,
  loadPretrained,
  type ModelValues,
  type PixelNormalisation,
  pretrained,
  type VitConfig,
} from '../../nn/index.ts';
import { checkpointFolder, readCheckpointTensors, readJsonObject } from './pretrained-file.ts';
import { readPreprocessing } from './pretrained-preprocessing.ts';

/** An encoder that another model can hold. */
export interface CheckpointEncoder {
  /** With the grid of the pictures. */
  readonly config: VitConfig;
  readonly normalisation: PixelNormalisation;
  /** `dinov2: 12 blocks of width 384, 6 heads, patches of 14, trained at 518x518` */
  readonly describe: string;
  /** Its numbers; learned positions are resampled to the grid. */
  values(): ModelValues;
}

/**
 * The encoder of a checkpoint for square pictures of `imageSize` pixels.
 *
 * Errors: `usage` when the size is no multiple of the patch size; those of `readPretrained`.
 *
 * @param nameOrFolder as for `readPretrained`
 * @example
 * const { config, normalisation, values } = checkpointEncoder('facebook/dinov2-small', 196);
 */
export function checkpointEncoder(nameOrFolder: string, imageSize: number): CheckpointEncoder {
  const folder = checkpointFolder(nameOrFolder);
  const file = `${folder}/config.json`;
  const json = readJsonObject(file);
  const { family, config, describe } = pretrained(json, { file });
  const side = imageSize / config.patchSize;
  if (!Number.isInteger(side)) {
    const near = Math.max(1, Math.round(side)) * config.patchSize;
    throw new JepaError(
      'usage',
      `${folder}: pictures must be a multiple of its patches of ${config.patchSize} pixels, got ${imageSize}; take ${near}`,
      { imageSize, patchSize: config.patchSize },
    );
  }
  const { normalisation } = readPreprocessing(folder, family);
  const sized = pretrained(json, { file, normalisation, grid: [side, side] });
  return {
    config: sized.config,
    normalisation,
    describe,
    values() {
      const tensors = encoderTensors(readCheckpointTensors(folder), family);
      for (const name of [...tensors.keys()]) if (name.startsWith('pooler.')) tensors.delete(name);
      return loadPretrained(sized, tensors, toFloat32, folder);
    },
  };
}
