// The numbers of a trained module, read back from its run.

import { JepaError } from '../core/index.ts';
import { blankValues, type ModelValues, type Module } from '../nn/index.ts';
import { type Checkpoint, loadModel } from './checkpoint.ts';
import { type NewestOptions, newestCheckpoint } from './checkpoint-folder.ts';

/** Numbers, and the checkpoint that they came from. */
export interface TrainedValues {
  readonly values: ModelValues;
  readonly checkpoint: Checkpoint;
}

/**
 * Parameters and buffers of `module` from the newest checkpoint of the run in `dir`. With a function in place of the options,
 * a damaged one is passed over, and the function is told.
 *
 * @throws JepaError 'usage' when the run has no checkpoint; 'checkpoint' when it is of another module; 'corrupt' when the
 * newest is damaged and an older one is not allowed
 */
export function trainedValues(
  module: Module<unknown>,
  dir: string,
  options: NewestOptions | ((message: string) => void) = {},
): TrainedValues {
  const checkpoint = newestCheckpoint(
    dir,
    typeof options === 'function' ? { allowOlder: true, onMessage: options } : options,
  );
  if (checkpoint === null) throw new JepaError('usage', `${dir} has no checkpoint; train it first`, { dir });
  const values = blankValues(module);
  loadModel(checkpoint, {
    layout: values.parameters.layout,
    params: values.parameters.data,
    bufferLayout: values.buffers.layout,
    buffers: values.buffers.data,
  });
  return { values, checkpoint };
}
