// The frozen encoder of a DINO-WM: the vision transformer of a model that another run trained.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunContext } from '../../src/cli/index.ts';
import { JepaError } from '../../src/core/index.ts';
import { blankValues, loadWeights, type ModelValues, namedViews, vit } from '../../src/nn/index.ts';
import { trainedValues } from '../../src/train/index.ts';
import { type DinoWmWorld, dynamicsOf, putEncoder } from '../../src/world/index.ts';
import type { ControlExperiment } from './config.ts';
import { chosenModel } from './stages.ts';

const PREFIX = 'encoder.';

/** The configuration that the run in `dir` was made with. */
function configOf(dir: string): ControlExperiment {
  const file = join(dir, 'run.json');
  const remedy = 'set encoderFrom of the model to the folder of a run of le-wm or pldm, or to untrained';
  if (!existsSync(file)) {
    throw new JepaError(
      'usage',
      `the frozen encoder must come from a run folder, got '${dir}' without run.json; ${remedy}`,
    );
  }
  const { config } = JSON.parse(readFileSync(file, 'utf8')) as { readonly config?: ControlExperiment };
  if (config?.models === undefined) {
    throw new JepaError(
      'usage',
      `the frozen encoder must come from a control experiment, ${dir} holds another; ${remedy}`,
    );
  }
  return config;
}

/**
 * Fills the frozen encoder of a DINO-WM from the run in `from`; `untrained` leaves it as it was initialised, and says so.
 *
 * Errors: `usage` when the folder holds no run of a model with such an encoder; `checkpoint` when its encoder has another size.
 */
export function putFrozenEncoder(values: ModelValues, world: DinoWmWorld, from: string, context: RunContext): void {
  if (from === 'untrained') {
    context.log(
      'dino-wm: patch features of an encoder that was never trained; set encoderFrom to a run for a trained one',
    );
    return;
  }
  const { world: source } = chosenModel(configOf(from));
  if (!['le-wm', 'pldm', 'pixels'].includes(source.kind)) {
    throw new JepaError(
      'usage',
      `the frozen encoder must be that of le-wm, pldm or pixels, ${from} holds ${source.kind}`,
    );
  }
  const { parameters } = trainedValues(dynamicsOf(source).module, from, context.log).values;
  const tensors = new Map(
    [...namedViews(parameters.layout, parameters.data)]
      .filter(([name]) => name.startsWith(PREFIX))
      .map(([name, shape, data]) => [name.slice(PREFIX.length), { shape, data }] as const),
  );
  const encoder = blankValues(vit(world.encoder));
  loadWeights(encoder, tensors, ({ data }) => data, from);
  putEncoder(values, encoder);
}
