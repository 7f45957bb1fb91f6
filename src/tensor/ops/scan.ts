// Running sums along an axis.

import { apply1, type Operation, problem, requireDType, type Tensor } from '../graph.ts';
import { axisOf } from '../shape.ts';

/** Whether an element's own value is left out, and whether to sum from the end. */
export interface ScanOptions {
  readonly exclusive?: boolean;
  readonly reverse?: boolean;
}

interface ScanAttributes {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

const cumulativeSumOp: Operation<ScanAttributes> = {
  name: 'cumulativeSum',
  infer(inputs, { axis }) {
    requireDType(inputs, 'f32');
    if (axisOf(axis, inputs[0]!.shape.length) === undefined) throw problem(`axis ${axis} must lie within the rank`);
    return [{ dtype: 'f32', shape: inputs[0]!.shape }];
  },
  gradient: ({ grads, attributes: { axis, exclusive, reverse } }) => [
    grads[0] && cumulativeSum(grads[0], axis, { exclusive, reverse: !reverse }),
  ],
  lower: (emitter, inputs, _node, { axis, exclusive, reverse }) =>
    emitter.node('CumSum', [inputs[0]!, emitter.constant('i64', [], BigInt64Array.of(BigInt(axis)))], {
      int: { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 },
    }),
};

/** Sum of all elements up to each place along an axis. [1, 2, 3] gives [1, 3, 6]; exclusive gives [0, 1, 3]. */
export function cumulativeSum(x: Tensor, axis = -1, options: ScanOptions = {}): Tensor {
  const { exclusive = false, reverse = false } = options;
  return apply1(cumulativeSumOp, [x], { axis: axisOf(axis, x.shape.length) ?? axis, exclusive, reverse });
}
