// The frozen encoder of a DINO-WM: the vision transformer of a model that another run trained, or that of a published
// checkpoint.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CheckpointEncoder, checkpointEncoder } from '../../agent/node.ts';
import { JepaError } from '../../core/index.ts';
import { blankValues, loadWeights, type ModelValues, namedViews, vit } from '../../nn/index.ts';
import { readRunFile, trainedValues } from '../../run/node.ts';
import { type WorldForm, worldOf } from '../../world/index.ts';
import type { ControlExperiment } from './config.ts';
import { migrateControl } from './migrate.ts';

const PREFIX = 'encoder.';

/** The model that the run in `dir` trained. */
function worldIn(dir: string): WorldForm {
  const { config } = readRunFile(dir);
  const { model } = (migrateControl(config) ?? {}) as Partial<ControlExperiment>;
  if (typeof model !== 'object' || model === null) {
    throw new JepaError(
      'usage',
      `the frozen encoder must come from a control experiment, the run ${dir} is another one`,
    );
  }
  return worldOf(model);
}

function ofRun(dir: string): CheckpointEncoder {
  const world = worldIn(dir);
  const { encoder } = world;
  if (encoder === undefined) {
    throw new JepaError(
      'usage',
      `the frozen encoder must be a vision transformer, whose patches are predicted; ${dir} holds ${world.config.kind} without one`,
    );
  }
  return {
    ...encoder,
    describe: `the encoder of ${world.config.kind} in ${dir}`,
    values(): ModelValues {
      const { parameters } = trainedValues(world.dynamics().module, dir).values;
      const tensors = new Map(
        [...namedViews(parameters.layout, parameters.data)]
          .filter(([name]) => name.startsWith(PREFIX))
          .map(([name, shape, data]) => [name.slice(PREFIX.length), { shape, data }] as const),
      );
      const values = blankValues(vit(encoder.config));
      loadWeights(values, tensors, ({ data }) => data, dir);
      return values;
    },
  };
}

/**
 * The encoder that `from` names for pictures of a size: the folder of a run whose model trains a vision transformer, or a
 * checkpoint as `readPretrained` takes it.
 *
 * @throws JepaError `usage` for a run of another experiment, or whose model has no vision transformer; those of `checkpointEncoder`
 */
export function frozenEncoder(from: string, imageSize: number): CheckpointEncoder {
  return existsSync(join(from, 'run.json')) ? ofRun(from) : checkpointEncoder(from, imageSize);
}
