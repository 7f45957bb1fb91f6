// An MLP that is told how much time is left, for a goal policy: an early block of a long way is not that of a short one.
//
//   h = GELU(hidden layers(now, goal));   (scale, shift) = W SiLU(V sines(left / max));   block = U ((1 + scale) LN(h) + shift)
//
// W begins as zero, so the policy begins as one that is told nothing (AdaLN-Zero without a gate, as the output follows at once).
// Legend: D width of an embedding, A numbers per block, W width of the last hidden layer, F frequencies.
// Source: GC-IDM (arXiv 2605.08732), which does not give its frequencies; ours resolve single blocks.

import { JepaError } from '../../core/index.ts';
import { linear, type Module, mlp, module, plainLayerNorm, zero } from '../../nn/index.ts';
import {
  clamp,
  concat,
  constant,
  cos,
  expandDims,
  gelu,
  modulate,
  mul,
  silu,
  sin,
  split,
  type Tensor,
} from '../../tensor/index.ts';
import type { LatentPolicyGraph, PolicyHorizon } from './latent-policy.ts';

/** F: with sine and cosine, 64 numbers. */
const FREQUENCIES = 32;

/**
 * Blocks left [...] -> sines and cosines [..., 2 F] of `left` times F angles, geometric from pi / (2 max) (all of the horizon is a
 * quarter of a turn) to pi / 2 (a block is).
 */
export function blocksLeft(left: Tensor, { max }: PolicyHorizon): Tensor {
  const angles = Float32Array.from(
    { length: FREQUENCIES },
    (_, i) => (Math.PI / 2) * max ** (i / (FREQUENCIES - 1) - 1),
  );
  const turned = mul(expandDims(clamp(left, 1, max), -1), constant(angles, [FREQUENCIES], 'f32'));
  return concat([sin(turned), cos(turned)], -1);
}

/**
 * A policy head that is told how many blocks are left.
 *
 * @throws JepaError `usage` without a hidden layer, or for a `max` that is no whole number of at least 1; the graph throws `usage`
 * when it is not told
 */
export function toldHead(
  dims: { readonly dim: number; readonly actionDim: number; readonly hidden: readonly number[] },
  horizon: PolicyHorizon,
): Module<LatentPolicyGraph> {
  const { dim, actionDim, hidden } = dims;
  const width = hidden.at(-1);
  if (width === undefined || !Number.isInteger(horizon.max) || horizon.max < 1) {
    throw new JepaError(
      'usage',
      `inverse: a horizon needs a hidden layer and max, a whole number of at least 1, got ${hidden.length} layers and max ${horizon.max}`,
      { hidden, ...horizon },
    );
  }
  const children = {
    net: mlp([2 * dim, ...hidden]),
    time: linear(2 * FREQUENCIES, width),
    modulation: linear(width, 2 * width, { weightInit: zero, biasInit: zero }),
    out: linear(width, actionDim),
  };
  return module(children, (m) => (now: Tensor, goal: Tensor, left?: Tensor) => {
    if (left === undefined) {
      throw new JepaError('usage', 'inverse: the policy must be told how many blocks are left, got nothing');
    }
    const h = gelu(m.net(concat([now, goal], -1)));
    const [scale, shift] = split(m.modulation(silu(m.time(blocksLeft(left, horizon)))), [width, width], -1);
    return m.out(modulate(plainLayerNorm(h, 1e-6), scale!, shift!));
  });
}
