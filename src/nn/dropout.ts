// Dropout, drawn by key on the host so that it is the same on every device.

import { mul, random, type Tensor } from '../tensor/index.ts';
import type { Trace } from './module.ts';

/** Zeroes each element with probability `p` and scales the rest by 1 / (1 - p); the identity in eval mode. */
export function dropout(x: Tensor, p: number, trace: Trace): Tensor {
  if (trace.mode === 'eval' || p === 0) return x;
  const keep = random(trace.label('dropout'), x.shape, { kind: 'bernoulli', probability: 1 - p });
  return mul(x, mul(keep, 1 / (1 - p)));
}

/**
 * Stochastic depth: drops the whole branch of a sample with probability `p` and scales the rest by 1 / (1 - p); the
 * identity in eval mode. Source: Huang et al. 2016, arXiv 1603.09382; per sample as timm's DropPath.
 */
export function dropPath(branch: Tensor, p: number, trace: Trace): Tensor {
  if (trace.mode === 'eval' || p === 0) return branch;
  const shape = branch.shape.map((d, i) => (i === 0 ? d : 1));
  const keep = random(trace.label('drop-path'), shape, { kind: 'bernoulli', probability: 1 - p });
  return mul(branch, mul(keep, 1 / (1 - p)));
}
