// LARS, layer-wise adaptive rate scaling, in the two flavours of the JEPA family. They disagree, so both have a name:
//   VICReg, Barlow Twins, DINO     d = g + wd p;  q = eta |p| / |d| (1 when a norm is 0);   u = q d
//   eb_jepa (from solo-learn)      q = eta |p| / (|g| + wd |p| + 1e-8), clipped to min(q / lr, 1);  u = q (g + wd p);
//                                  when a norm is 0: u = g, without decay
//   both                           b <- momentum b + u,  p <- p - lr b
// Tensors of one dimension (biases, norm scales) are neither scaled nor decayed by default.
// Sources: You et al. 2017; facebookresearch/vicreg main_vicreg.py, facebookresearch/barlowtwins main.py,
// facebookresearch/eb_jepa examples/image_jepa/main.py; parity case `optim`.

import type { FlatEntry, FlatLayout } from '../core/index.ts';
import { checkStep, decayAll, decayMatrices, type GroupRule, type Optimiser, requireNumber } from './optimiser.ts';

/** Options of both flavours. */
export interface LarsOptions {
  /** In [0, 1). Default 0.9. */
  readonly momentum?: number;
  /** The trust coefficient. Default 0.001 (VICReg) or 0.02 (eb_jepa). */
  readonly eta?: number;
  /** Default 1e-6 (VICReg) or 1e-4 (eb_jepa). */
  readonly weightDecay?: number;
  /** Which tensors are scaled by the trust ratio. Default: all but those of one dimension. */
  readonly adapt?: (entry: FlatEntry) => boolean;
  /** Decay and learning-rate factors. Default: what is not adapted does not decay. Barlow Twins gives biases an `lrScale`. */
  readonly group?: GroupRule;
}

/** Options of the eb_jepa flavour. */
export interface LarsEbOptions extends LarsOptions {
  /** Whether the trust ratio is divided by the learning rate and clipped to 1. Default true. */
  readonly clipLr?: boolean;
}

const RATIO_EPS = 1e-8;

/**
 * LARS as VICReg, Barlow Twins and DINO have it: the trust ratio compares the parameter with the decayed gradient.
 *
 * Reference values: p = [[0.5, -0.3], [0.2, 0.8]], g = [[0.1, -0.2], [0.3, 0.05]], lr 0.2, decay 1e-6 gives
 * [0.4999464913, -0.2998929830, 0.1998394747, 0.7999732454] after one step.
 */
export function larsVicreg(layout: FlatLayout, options: LarsOptions = {}): Optimiser {
  const { eta = 0.001, weightDecay = 1e-6, group = decayMatrices } = options;
  const trust: Trust = (p, g, { offset, size }, wd, _lr, out) => {
    const norm = rangeNorm(p, offset, size);
    const change = decayedNorm(g, p, offset, size, wd);
    out.scale = norm > 0 && change > 0 ? (eta * norm) / change : 1;
    out.decay = wd;
  };
  return build('lars-vicreg', layout, { ...options, eta, weightDecay, group }, trust);
}

/**
 * LARS as eb_jepa and solo-learn have it: the trust ratio compares the raw norms, and may be clipped by the learning rate.
 * `adapt` decides on decay too: a tensor that is not scaled does not decay. `adapt: () => true` is eb_jepa's
 * `exclude_bias_n_norm` switched off.
 */
export function larsEb(layout: FlatLayout, options: LarsEbOptions = {}): Optimiser {
  const { eta = 0.02, weightDecay = 1e-4, clipLr = true, adapt = isAdapted, group = decayAll } = options;
  const trust: Trust = (p, g, { offset, size }, wd, lr, out) => {
    const norm = rangeNorm(p, offset, size);
    const gradient = rangeNorm(g, offset, size);
    const ratio = (eta * norm) / (gradient + wd * norm + RATIO_EPS);
    const zero = norm === 0 || gradient === 0;
    out.scale = zero ? 1 : clipLr ? Math.min(ratio / lr, 1) : ratio;
    out.decay = zero ? 0 : wd;
  };
  const grouped: GroupRule = (entry) => ({ ...group(entry), decay: adapt(entry) && group(entry).decay });
  return build('lars-eb', layout, { ...options, eta, weightDecay, group: grouped }, trust);
}

/** Writes the factor on the decayed gradient, and the decay to use, of one adapted tensor to `out`. */
type Trust = (
  p: Float32Array,
  g: Float32Array,
  entry: FlatEntry,
  weightDecay: number,
  lr: number,
  out: { scale: number; decay: number },
) => void;

function build(
  name: string,
  layout: FlatLayout,
  options: LarsOptions & { readonly eta: number; readonly weightDecay: number; readonly group: GroupRule },
  trust: Trust,
): Optimiser {
  const { momentum = 0.9, eta, weightDecay, group, adapt = isAdapted } = options;
  requireNumber(`${name}: momentum`, momentum, 0, 1);
  requireNumber(`${name}: eta`, eta, 0, Number.POSITIVE_INFINITY);
  requireNumber(`${name}: weightDecay`, weightDecay, 0, Number.POSITIVE_INFINITY);
  const buffer = new Float32Array(layout.size);
  const plans = layout.entries.map((entry) => {
    const { decay, lrScale } = group(entry);
    requireNumber(`group('${entry.name}').lrScale`, lrScale, 0, Number.POSITIVE_INFINITY);
    return { entry, decay, lrScale, adapted: adapt(entry) };
  });
  const out = { scale: 1, decay: 0 };
  const self: Optimiser = {
    name,
    weightDecay,
    stepCount: 0,
    state: { momentum: buffer },
    step(params, grads, lr) {
      checkStep(name, layout, params, grads, lr);
      self.stepCount++;
      for (const { entry, decay, lrScale, adapted } of plans) {
        out.scale = 1;
        out.decay = decay ? self.weightDecay : 0;
        if (adapted) trust(params, grads, entry, out.decay, lr * lrScale, out);
        update(params, grads, buffer, entry, lr * lrScale, out.decay, out.scale, momentum);
      }
    },
  };
  return self;
}

function isAdapted(entry: FlatEntry): boolean {
  return entry.shape.length !== 1;
}

function rangeNorm(x: Float32Array, offset: number, size: number): number {
  let sum = 0;
  for (let i = offset; i < offset + size; i++) sum += x[i]! * x[i]!;
  return Math.sqrt(sum);
}

function decayedNorm(g: Float32Array, p: Float32Array, offset: number, size: number, weightDecay: number): number {
  let sum = 0;
  for (let i = offset; i < offset + size; i++) {
    const d = g[i]! + weightDecay * p[i]!;
    sum += d * d;
  }
  return Math.sqrt(sum);
}

function update(
  p: Float32Array,
  g: Float32Array,
  b: Float32Array,
  { offset, size }: FlatEntry,
  lr: number,
  weightDecay: number,
  scale: number,
  momentum: number,
): void {
  for (let i = offset; i < offset + size; i++) {
    const bi = momentum * b[i]! + scale * (g[i]! + weightDecay * p[i]!);
    b[i] = bi;
    p[i] = p[i]! - lr * bi;
  }
}
