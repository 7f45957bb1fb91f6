// Dropout, drawn by key on the host so that it is the same on every device.

import { mul, random, type Tensor } from '../tensor/index.ts';
import type { Trace } from './module.ts';

/** Zeroes each element with probability `p` and scales the rest by 1 / (1 - p); the identity in eval mode. */
export function dropout(x: Tensor, p: number, trace: Trace): Tensor {
  if (trace.mode === 'eval' || p === 0) return x;
  const keep = random(trace.label('dropout'), x.shape, { kind: 'bernoulli', probability: 1 - p });
  return mul(x, mul(keep, 1 / (1 - p)));
}
