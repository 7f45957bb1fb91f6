// Policies that need no knowledge of the world they act in, and what those that do have in common.

import type { Stream } from '../core/index.ts';
import { clamp } from './clamp.ts';
import type { Policy } from './env.ts';

/** Acts uniformly at random within the action bounds: the floor of every result table. */
export function randomPolicy(): Policy {
  return {
    name: 'random',
    act({ spec }, random) {
      const { actionDim, actionLow, actionHigh } = spec;
      return Float32Array.from({ length: actionDim }, () => actionLow + random.uniform() * (actionHigh - actionLow));
    },
  };
}

/** `wanted` with N(0, noise^2) on each component, cut to [-bound, bound]. Without noise nothing is drawn. */
export function noisyAction(wanted: ArrayLike<number>, noise: number, random: Stream, bound = 1): Float32Array {
  return Float32Array.from(wanted, (v) => clamp(noise === 0 ? v : v + noise * random.normal(), -bound, bound));
}
