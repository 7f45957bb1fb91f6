// Markers that steer differentiation.

import { apply1, type Operation, type Tensor } from '../graph.ts';

const stopGradientOp: Operation<Record<string, never>> = {
  name: 'stopGradient',
  infer: (inputs) => [{ dtype: inputs[0]!.dtype, shape: inputs[0]!.shape }],
  lower: (_emitter, inputs) => inputs,
  flops: () => 0,
};

/** The same value, through which no gradient flows. */
export function stopGradient(x: Tensor): Tensor {
  return apply1(stopGradientOp, [x], {});
}
