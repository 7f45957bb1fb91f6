// Stochastic gradient descent with torch's momentum (no dampening) and Nesterov variant:
//   d = g + wd p,  b <- momentum b + d,  p <- p - lr b          (Nesterov: p <- p - lr (d + momentum b))
// Source: torch.optim.SGD, held by the parity case `optim`.

import { type FlatLayout, JepaError } from '../core/index.ts';
import { checkStep, decayAll, type GroupRule, groupRanges, type Optimiser, requireNumber } from './optimiser.ts';

/** Options of `sgd`; the defaults are torch's. */
export interface SgdOptions {
  /** In [0, 1). Default 0: plain gradient descent without state. */
  readonly momentum?: number;
  /** Default false; needs momentum. */
  readonly nesterov?: boolean;
  /** L2 term added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Default `decayAll`. */
  readonly group?: GroupRule;
}

/** SGD over the tensors of `layout`. Errors: `usage` when an option is out of range, or Nesterov without momentum. */
export function sgd(layout: FlatLayout, options: SgdOptions = {}): Optimiser {
  const { momentum = 0, nesterov = false, weightDecay = 0, group = decayAll } = options;
  requireNumber('sgd: momentum', momentum, 0, 1);
  requireNumber('sgd: weightDecay', weightDecay, 0, Number.POSITIVE_INFINITY);
  if (nesterov && momentum === 0) throw new JepaError('usage', 'sgd: nesterov needs a momentum above 0, got 0');
  const ranges = groupRanges(layout, group);
  const buffer = momentum === 0 ? undefined : new Float32Array(layout.size);
  const self: Optimiser = {
    name: 'sgd',
    weightDecay,
    stepCount: 0,
    state: buffer === undefined ? {} : { momentum: buffer },
    step(params, grads, lr) {
      checkStep('sgd', layout, params, grads, lr);
      self.stepCount++;
      for (const { start, end, decay, lrScale } of ranges) {
        const wd = decay ? self.weightDecay : 0;
        if (buffer === undefined) plain(params, grads, start, end, lr * lrScale, wd);
        else withMomentum(params, grads, buffer, start, end, lr * lrScale, wd, momentum, nesterov);
      }
    },
  };
  return self;
}

function plain(p: Float32Array, g: Float32Array, start: number, end: number, lr: number, weightDecay: number): void {
  for (let i = start; i < end; i++) p[i] = p[i]! - lr * (g[i]! + weightDecay * p[i]!);
}

function withMomentum(
  p: Float32Array,
  g: Float32Array,
  b: Float32Array,
  start: number,
  end: number,
  lr: number,
  weightDecay: number,
  momentum: number,
  nesterov: boolean,
): void {
  // The update is d * direct + b * carried, so that both variants share one loop without a branch.
  const direct = nesterov ? lr : 0;
  const carried = nesterov ? lr * momentum : lr;
  for (let i = start; i < end; i++) {
    const d = g[i]! + weightDecay * p[i]!;
    const bi = momentum * b[i]! + d;
    b[i] = bi;
    p[i] = p[i]! - direct * d - carried * bi;
  }
}
