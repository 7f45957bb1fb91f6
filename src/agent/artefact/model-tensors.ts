// The numbers of a model as tensors of a file.

import { f32Tensor, type SafeTensor } from '../../data/index.ts';
import { type ModelValues, namedViews } from '../../nn/index.ts';

/** The tensors of a model's numbers as a file holds them, names prefixed. */
export function modelTensors({ parameters, buffers }: ModelValues, prefix = ''): (readonly [string, SafeTensor])[] {
  const views = [
    ...namedViews(parameters.layout, parameters.data, prefix),
    ...namedViews(buffers.layout, buffers.data, prefix),
  ];
  return views.map(([name, shape, data]) => [name, f32Tensor(shape, data)]);
}
