// Test support: everything that a case computes, outputs and gradient, as one set of named tensors.

import type { Tensor } from '../tensor/index.ts';
import { type Case, derivativeOf } from './finite-difference.law.ts';

/** All outputs of a case, and its gradients where it has any. */
export function everything(c: Case, x: readonly Tensor[]): Record<string, Tensor> {
  const result = c.trace(...x);
  const outputs = Array.isArray(result) ? (result as readonly Tensor[]) : [result as Tensor];
  const named = Object.fromEntries(outputs.map((t, i) => [`y${i}`, t]));
  return c.gradient === 'none' ? named : { ...named, gradient: derivativeOf(c).trace(...x) as Tensor };
}
