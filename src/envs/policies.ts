// Policies that need no knowledge of the world they act in.

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
