// AdamW (decoupled weight decay) and Adam (decay added to the gradient) with torch's formulas:
//   m <- b1 m + (1 - b1) g,  v <- b2 v + (1 - b2) g^2,  p <- p (1 - lr wd) - lr m^ / (sqrt(v^) + eps)
// with m^ = m / (1 - b1^t), v^ = v / (1 - b2^t), in float32. One pass over memory: each number is read and written once.
// Sources: Kingma & Ba 2015; Loshchilov & Hutter 2019; torch.optim.AdamW and Adam, which the parity case `optim` holds.

import type { FlatLayout } from '../core/index.ts';
import { type AdamKernel, adamKernel, CHUNK, TINY } from './adam-kernel.ts';
import {
  checkStep,
  decayAll,
  type GroupRange,
  type GroupRule,
  groupRanges,
  type Optimiser,
  requireNumber,
} from './optimiser.ts';

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
  return build('adamw', layout, { weightDecay: 0.01, ...options }, true);
}

/** Adam over the tensors of `layout`, with weight decay as an L2 term in the gradient; see `adamW`. */
export function adam(layout: FlatLayout, options: AdamOptions = {}): Optimiser {
  return build('adam', layout, { weightDecay: 0, ...options }, false);
}

function build(
  name: string,
  layout: FlatLayout,
  { betas = [0.9, 0.999], eps = 1e-8, weightDecay, group = decayAll }: AdamOptions & { readonly weightDecay: number },
  decoupled: boolean,
): Optimiser {
  const [beta1, beta2] = betas;
  requireNumber(`${name}: betas[0]`, beta1, 0, 1);
  requireNumber(`${name}: betas[1]`, beta2, 0, 1);
  requireNumber(`${name}: eps`, eps, 0, Number.POSITIVE_INFINITY);
  requireNumber(`${name}: weightDecay`, weightDecay, 0, Number.POSITIVE_INFINITY);
  const ranges = groupRanges(layout, group);
  const m = new Float32Array(layout.size);
  const v = new Float32Array(layout.size);
  const kernel = adamKernel();
  // Cut once for the buffers that a model keeps for the whole run, so that a step allocates nothing.
  let cut:
    | { readonly params: Float32Array; readonly grads: Float32Array; readonly chunks: readonly Chunk[] }
    | undefined;
  const self: Optimiser = {
    name,
    weightDecay,
    stepCount: 0,
    state: { firstMoment: m, secondMoment: v },
    step(params, grads, lr) {
      checkStep(name, layout, params, grads, lr);
      if (cut?.params !== params || cut.grads !== grads) {
        cut = { params, grads, chunks: cutChunks(kernel, ranges, params, grads, m, v) };
      }
      const t = ++self.stepCount;
      const scale1 = 1 / (1 - beta1 ** t);
      const scale2 = 1 / Math.sqrt(1 - beta2 ** t);
      for (const { from, to, bytes, decay, lrScale } of cut.chunks) {
        const rate = lr * lrScale;
        const wd = decay ? self.weightDecay : 0;
        const l2 = decoupled ? 0 : wd;
        const shrink = decoupled ? rate * wd : 0;
        kernel.p.set(from.p);
        kernel.g.set(from.g);
        kernel.m.set(from.m);
        kernel.v.set(from.v);
        kernel.run(bytes, beta1, 1 - beta1, beta2, 1 - beta2, l2, shrink, rate * scale1, scale2, eps, TINY);
        from.p.set(to.p);
        from.m.set(to.m);
        from.v.set(to.v);
      }
    },
  };
  return self;
}

/** A piece of one group range: its place in the flat buffers (`from`) and in the kernel's memory (`to`). */
interface Chunk {
  readonly from: Readonly<Record<'p' | 'g' | 'm' | 'v', Float32Array>>;
  readonly to: Readonly<Record<'p' | 'm' | 'v', Float32Array>>;
  /** Its length in bytes, rounded up to whole vectors; what lies in the last lanes is computed and thrown away. */
  readonly bytes: number;
  readonly decay: boolean;
  readonly lrScale: number;
}

function cutChunks(
  kernel: AdamKernel,
  ranges: readonly GroupRange[],
  p: Float32Array,
  g: Float32Array,
  m: Float32Array,
  v: Float32Array,
): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (const { start, end, decay, lrScale } of ranges) {
    for (let at = start; at < end; at += CHUNK) {
      const stop = Math.min(at + CHUNK, end);
      const count = stop - at;
      chunks.push({
        from: { p: p.subarray(at, stop), g: g.subarray(at, stop), m: m.subarray(at, stop), v: v.subarray(at, stop) },
        to: { p: kernel.p.subarray(0, count), m: kernel.m.subarray(0, count), v: kernel.v.subarray(0, count) },
        bytes: (4 * count + 15) & ~15,
        decay,
        lrScale,
      });
    }
  }
  return chunks;
}
