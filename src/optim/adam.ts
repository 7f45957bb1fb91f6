// AdamW (decoupled weight decay) and Adam (decay added to the gradient) with torch's formulas:
//   m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,  p <- p (1 - lr wd) - lr m^ / (sqrt(v^) + eps)
// with m^ = m / (1 - b1^t), v^ = v / (1 - b2^t). One pass over memory: each number is read and written once.
// Arithmetic is in doubles, state and parameters are rounded to float32 when stored.
// Sources: Kingma & Ba 2015; Loshchilov & Hutter 2019; torch.optim.AdamW and Adam, which the parity case `optim` holds.

import type { FlatLayout } from '../core/index.ts';
import { checkStep, decayAll, type GroupRule, groupRanges, type Optimiser, requireNumber } from './optimiser.ts';

/** Options of `adamW` and `adam`; the defaults are torch's. */
export interface AdamOptions {
  /** Decay rates of the first and second moment, each in [0, 1). Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment. Default 1e-8. */
  readonly eps?: number;
  /** Default 0.01 for `adamW`, 0 for `adam`. */
  readonly weightDecay?: number;
  /** Default `decayAll`. */
  readonly group?: GroupRule;
}

/**
 * AdamW over the tensors of `layout`: weight decay shrinks the parameters directly, outside the moments.
 *
 * Reference values: p = [0.5, -0.3, 0.2, 0.8], g = [0.1, -0.2, 0.3, 0.05], lr 0.01, decay 0.1 gives
 * [0.4895000010, -0.2897000005, 0.1898000003, 0.7892000020] after one step.
 *
 * Errors: `usage` when an option is out of range.
 */
export function adamW(layout: FlatLayout, options: AdamOptions = {}): Optimiser {
  return build('adamw', layout, { weightDecay: 0.01, ...options }, decoupled);
}

/** Adam over the tensors of `layout`, with weight decay as an L2 term in the gradient; see `adamW`. */
export function adam(layout: FlatLayout, options: AdamOptions = {}): Optimiser {
  return build('adam', layout, { weightDecay: 0, ...options }, coupled);
}

/** The buffers and numbers of one step that do not depend on the range; filled anew each step, so that nothing is allocated. */
interface Moments {
  readonly m: Float32Array;
  readonly v: Float32Array;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** 1 / (1 - b1^t) and 1 / sqrt(1 - b2^t). */
  scale1: number;
  scale2: number;
}

type Kernel = (
  p: Float32Array,
  g: Float32Array,
  moments: Moments,
  start: number,
  end: number,
  lr: number,
  weightDecay: number,
) => void;

function build(
  name: string,
  layout: FlatLayout,
  { betas = [0.9, 0.999], eps = 1e-8, weightDecay, group = decayAll }: AdamOptions & { readonly weightDecay: number },
  kernel: Kernel,
): Optimiser {
  const [beta1, beta2] = betas;
  requireNumber(`${name}: betas[0]`, beta1, 0, 1);
  requireNumber(`${name}: betas[1]`, beta2, 0, 1);
  requireNumber(`${name}: eps`, eps, 0, Number.POSITIVE_INFINITY);
  requireNumber(`${name}: weightDecay`, weightDecay, 0, Number.POSITIVE_INFINITY);
  const ranges = groupRanges(layout, group);
  const m = new Float32Array(layout.size);
  const v = new Float32Array(layout.size);
  const moments: Moments = { m, v, beta1, beta2, eps, scale1: 1, scale2: 1 };
  const self: Optimiser = {
    name,
    weightDecay,
    stepCount: 0,
    state: { firstMoment: m, secondMoment: v },
    step(params, grads, lr) {
      checkStep(name, layout, params, grads, lr);
      const t = ++self.stepCount;
      moments.scale1 = 1 / (1 - beta1 ** t);
      moments.scale2 = 1 / Math.sqrt(1 - beta2 ** t);
      for (const { start, end, decay, lrScale } of ranges) {
        kernel(params, grads, moments, start, end, lr * lrScale, decay ? self.weightDecay : 0);
      }
    },
  };
  return self;
}

function decoupled(
  p: Float32Array,
  g: Float32Array,
  { m, v, beta1, beta2, eps, scale1, scale2 }: Moments,
  start: number,
  end: number,
  lr: number,
  weightDecay: number,
): void {
  const rest1 = 1 - beta1;
  const rest2 = 1 - beta2;
  const keep = 1 - lr * weightDecay;
  const size = lr * scale1;
  for (let i = start; i < end; i++) {
    const gi = g[i]!;
    const mi = beta1 * m[i]! + rest1 * gi;
    const vi = beta2 * v[i]! + rest2 * gi * gi;
    m[i] = mi;
    v[i] = vi;
    p[i] = p[i]! * keep - (size * mi) / (Math.sqrt(vi) * scale2 + eps);
  }
}

function coupled(
  p: Float32Array,
  g: Float32Array,
  { m, v, beta1, beta2, eps, scale1, scale2 }: Moments,
  start: number,
  end: number,
  lr: number,
  weightDecay: number,
): void {
  const rest1 = 1 - beta1;
  const rest2 = 1 - beta2;
  const size = lr * scale1;
  for (let i = start; i < end; i++) {
    const pi = p[i]!;
    const gi = g[i]! + weightDecay * pi;
    const mi = beta1 * m[i]! + rest1 * gi;
    const vi = beta2 * v[i]! + rest2 * gi * gi;
    m[i] = mi;
    v[i] = vi;
    p[i] = pi - (size * mi) / (Math.sqrt(vi) * scale2 + eps);
  }
}
