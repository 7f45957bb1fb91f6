// Goals from states: in every world here a goal is the first components of a state.

import type { EnvSpec } from './env.ts';

/** The goal [G] that a state [S] satisfies, such as a recorded one: its first `goalDim` components. */
export function goalOfState({ goalDim }: Pick<EnvSpec, 'goalDim'>, state: Float32Array): Float32Array {
  return state.slice(0, goalDim);
}
