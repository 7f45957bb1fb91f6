// The frozen encoder of a DINO-WM: the vision transformer of a model that another run trained, or that of a published
// checkpoint.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckpointEncoder, checkpointEncoder } from '../../agent/node.ts';
import { JepaError } from '../../core/index.ts';
import { blankValues, IMAGENET, isVit, loadWeights, type ModelValues, namedViews, vit } from '../../nn/index.ts';
import { trainedValues } from '../../run/index.ts';
import { dynamicsOf, type WorldConfig } from '../../world/index.ts';
import type { ControlExperiment } from './config.ts';

const PREFIX = 'encoder.';

/** Says that an encoder was never trained. */
export const UNTRAINED = 'untrained';

/** The model that the run in `dir` trained. */
function worldOf(dir: string): WorldConfig {
  const { config } = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as { readonly config?: ControlExperiment };
  const world = config?.models?.[config.model]?.world;
  if (world === undefined) {
    throw new JepaError(
      'usage',
      `the frozen encoder must come from a control experiment, the run ${dir} is another one`,
    );
  }
  return world;
}

function ofRun(dir: string): CheckpointEncoder {
  const world = worldOf(dir);
  if (world.kind !== 'le-wm' && world.kind !== 'pldm' && world.kind !== 'pixels') {
    throw new JepaError(
      'usage',
      `the frozen encoder must be that of le-wm, pldm or pixels, ${dir} holds ${world.kind}`,
    );
  }
  const { encoder } = world;
  if (!isVit(encoder)) {
    throw new JepaError(
      'usage',
      `the frozen encoder must be a vision transformer, whose patches are predicted; that of ${dir} is an Impala network`,
    );
  }
  return {
    config: encoder,
    normalisation: ('normalisation' in world ? world.normalisation : undefined) ?? IMAGENET,
    describe: `the encoder of ${world.kind} in ${dir}`,
    values(): ModelValues {
      const { parameters } = trainedValues(dynamicsOf(world).module, dir, () => {}).values;
      const tensors = new Map(
        [...namedViews(parameters.layout, parameters.data)]
          .filter(([name]) => name.startsWith(PREFIX))
          .map(([name, shape, data]) => [name.slice(PREFIX.length), { shape, data }] as const),
      );
      const values = blankValues(vit(encoder));
      loadWeights(values, tensors, ({ data }) => data, dir);
      return values;
    },
  };
}

/**
 * The encoder that `from` names for pictures of a size: the folder of a run of le-wm, pldm or pixels, or a checkpoint as
 * `readPretrained` takes it.
 *
 * Errors: `usage` for a run of another kind, or one whose encoder is no vision transformer; those of `checkpointEncoder`.
 */
export function frozenEncoder(from: string, imageSize: number): CheckpointEncoder {
  return existsSync(join(from, 'run.json')) ? ofRun(from) : checkpointEncoder(from, imageSize);
}
