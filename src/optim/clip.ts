// Global gradient norm and clipping, as torch.nn.utils.clip_grad_norm_ with one flat buffer instead of a list of tensors.

import { JepaError } from '../core/index.ts';

/**
 * The Euclidean norm of all gradients together, accumulated in doubles.
 *
 * It is finite exactly when every gradient is finite, so it doubles as the check for NaN and infinity.
 */
export function globalNorm(grads: Float32Array): number {
  // Four sums, because one would wait for the latency of each addition.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const even = grads.length & ~3;
  for (let i = 0; i < even; i += 4) {
    const w = grads[i]!;
    const x = grads[i + 1]!;
    const y = grads[i + 2]!;
    const z = grads[i + 3]!;
    a += w * w;
    b += x * x;
    c += y * y;
    d += z * z;
  }
  for (let i = even; i < grads.length; i++) a += grads[i]! * grads[i]!;
  return Math.sqrt(a + b + (c + d));
}

/**
 * Scales `grads` in place so that their global norm is at most `max`, and returns the norm before.
 *
 * The factor is torch's min(1, max / (norm + 1e-6)). With a norm that is not finite the gradients are left as they are:
 * the caller must look at the result before it applies them. Errors: `usage` unless `max` is above 0.
 */
export function clipByGlobalNorm(grads: Float32Array, max: number): number {
  if (!(max > 0)) throw new JepaError('usage', `clipByGlobalNorm: max must be above 0, got ${max}`, { max });
  const norm = globalNorm(grads);
  const factor = max / (norm + 1e-6);
  if (Number.isFinite(norm) && factor < 1) for (let i = 0; i < grads.length; i++) grads[i] = grads[i]! * factor;
  return norm;
}
