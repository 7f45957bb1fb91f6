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

/**
 * Positions of a square grid of patches, [1, lead + grid^2, D] with the CLS token first (0): sines and cosines of the row
 * in the first half of D and of the column in the second, with frequencies between a quarter of a period over the whole
 * grid and a quarter over one patch. Neighbours start alike, so what is learned about one place holds nearby.
 */
export function smoothPositionsInit(grid: number, std: number, lead = 1): Initialiser {
  return (_key, shape, out) => {
    const D = shape[2]!;
    const waves = Math.ceil(D / 4);
    const slowest = Math.PI / 2 / Math.max(1, grid - 1);
    for (let token = 0; token < grid * grid; token++) {
      const places = [Math.floor(token / grid), token % grid];
      for (let d = 0; d < D; d++) {
        const [axis, within] = [Math.floor((2 * d) / D), d % Math.ceil(D / 2)];
        const wave = within % waves;
        const omega = slowest * (Math.PI / 2 / slowest) ** (waves === 1 ? 0 : wave / (waves - 1));
        const angle = omega * (places[axis]! - (grid - 1) / 2);
        out[(token + lead) * D + d] = std * Math.SQRT2 * (within < waves ? Math.sin(angle) : Math.cos(angle));
      }
    }
  };
}
