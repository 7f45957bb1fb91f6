// Initialisers, as the references have them.

import { type Key, normal, truncatedNormal, uniform } from '../core/index.ts';
import type { Shape } from '../tensor/index.ts';

/** Fills `out`, the numbers of a tensor of `shape`. */
export type Initialiser = (key: Key, shape: Shape, out: Float32Array) => void;

/** Every element the same. */
export function filled(value: number): Initialiser {
  return (_key, _shape, out) => {
    out.fill(value);
  };
}

/** 0 */
export const zero: Initialiser = filled(0);
/** 1 */
export const one: Initialiser = filled(1);

/** N(0, std^2). */
export function normalInit(std = 1): Initialiser {
  return (key, _shape, out) => {
    normal(key, out, 0, std);
  };
}

/** N(0, std^2) cut at two standard deviations (ViT). */
export function truncatedNormalInit(std = 0.02): Initialiser {
  return (key, _shape, out) => {
    truncatedNormal(key, out, std);
  };
}

/** U(-1/sqrt(fanIn), 1/sqrt(fanIn)): PyTorch's default for Linear and Conv, weight and bias. */
export function uniformFanIn(fanIn: number): Initialiser {
  return (key, _shape, out) => {
    const bound = 1 / Math.sqrt(fanIn);
    uniform(key, out, -bound, bound);
  };
}
