import type { Tensor } from '../graph.ts';
import { sizeOf } from '../shape.ts';
import { cast, div, equal, mul, sub } from './elementwise.ts';
import { broadcastTo, type ReduceOptions, reduceSum, reduction } from './layout.ts';

/** Where x equals the extremum, shared evenly among ties. */
function extremumGradient(x: Tensor, y: Tensor, dy: Tensor): Tensor {
  const hit = cast(equal(x, y), 'f32');
  const axes = x.shape.flatMap((d, i) => (d !== y.shape[i] ? [i] : []));
  return mul(hit, div(dy, reduceSum(hit, { axes, keepDims: true })));
}

/** Mean over axes. */
export const reduceMean: (x: Tensor, options?: ReduceOptions) => Tensor = reduction(
  'reduceMean',
  'ReduceMean',
  (x, _y, dy, n) => broadcastTo(mul(dy, 1 / n), x.shape),
);
/** Maximum over axes; ties share the gradient evenly. */
export const reduceMax: (x: Tensor, options?: ReduceOptions) => Tensor = reduction(
  'reduceMax',
  'ReduceMax',
  extremumGradient,
);
/** Minimum over axes; ties share the gradient evenly. */
export const reduceMin: (x: Tensor, options?: ReduceOptions) => Tensor = reduction(
  'reduceMin',
  'ReduceMin',
  extremumGradient,
);

/** Variance over axes; `correction` 1 divides by n - 1 (unbiased), 0 by n. */
export function variance(x: Tensor, options: ReduceOptions & { readonly correction?: number } = {}): Tensor {
  const { correction = 1, ...rest } = options;
  const centred = sub(x, reduceMean(x, { ...rest, keepDims: true }));
  const squares = reduceMean(mul(centred, centred), rest);
  const n = sizeOf(x.shape) / sizeOf(squares.shape);
  return correction === 0 ? squares : mul(squares, n / (n - correction));
}
