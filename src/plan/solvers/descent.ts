// The update rules of gradient solvers, on plans instead of parameters: torch's SGD with momentum, Adam and AdamW.
// Each number of a candidate has its own state, so candidates and tasks never influence each other.

import { JepaError } from '../../core/index.ts';

/** An update rule. Adam's decay is added to the gradient, AdamW's shrinks the plan by lr * weightDecay; torch's defaults. */
export type Descent =
  | { readonly kind: 'sgd'; readonly lr: number; readonly momentum?: number }
  | {
      readonly kind: 'adam' | 'adamw';
      readonly lr: number;
      /** @default [0.9, 0.999] */
      readonly betas?: readonly [number, number];
      /** @default 1e-8 */
      readonly eps?: number;
      /** @default 0 for Adam, 0.01 for AdamW */
      readonly weightDecay?: number;
    };

/** A step x <- x - update(gradient) over `size` numbers, with fresh state. Throws `usage` unless lr is positive. */
export function descent(
  rule: Descent,
  size: number,
  solver: string,
): (x: Float32Array, gradient: Float32Array) => void {
  if (!(rule.lr > 0)) {
    throw new JepaError('usage', `${solver}: descent.lr must be positive, got ${rule.lr}`, { lr: rule.lr });
  }
  if (rule.kind === 'sgd') {
    const { lr, momentum = 0 } = rule;
    const velocity = new Float64Array(size);
    return (x, gradient) => {
      for (let i = 0; i < size; i++) {
        velocity[i] = momentum * velocity[i]! + gradient[i]!;
        x[i]! -= lr * velocity[i]!;
      }
    };
  }
  const { lr, betas = [0.9, 0.999], eps = 1e-8, kind } = rule;
  const { weightDecay = kind === 'adamw' ? 0.01 : 0 } = rule;
  const shrink = kind === 'adamw' ? 1 - lr * weightDecay : 1;
  const l2 = kind === 'adam' ? weightDecay : 0;
  const [b1, b2] = betas;
  const m = new Float64Array(size);
  const v = new Float64Array(size);
  let t = 0;
  return (x, gradient) => {
    t++;
    const [c1, c2] = [1 - b1 ** t, 1 - b2 ** t];
    for (let i = 0; i < size; i++) {
      const g = gradient[i]! + l2 * x[i]!;
      m[i] = b1 * m[i]! + (1 - b1) * g;
      v[i] = b2 * v[i]! + (1 - b2) * g * g;
      x[i] = x[i]! * shrink - (lr * (m[i]! / c1)) / (Math.sqrt(v[i]! / c2) + eps);
    }
  };
}

/** Scales gradients to Euclidean length `norm` at most, as torch does: per candidate, or all of them as one vector. */
export interface GradientClip {
  readonly norm: number;
  /** 'batch' is stable-worldmodel's: a task's plan then depends on which tasks share its batch. @default 'candidate' */
  readonly over?: 'candidate' | 'batch';
}

/** Clips gradients [rows, L] in place. */
export function clipGradient(gradient: Float32Array, length: number, { norm, over = 'candidate' }: GradientClip): void {
  const size = over === 'batch' ? gradient.length : length;
  for (let at = 0; at < gradient.length; at += size) {
    const own = gradient.subarray(at, at + size);
    let square = 0;
    for (const g of own) square += g * g;
    const scale = Math.min(1, norm / (Math.sqrt(square) + 1e-6));
    if (scale < 1) for (let i = 0; i < own.length; i++) own[i]! *= scale;
  }
}
