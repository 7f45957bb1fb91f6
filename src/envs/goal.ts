// Goals from states and states from goals: in every world here a goal is the first components of a state.

import type { EnvSpec } from './env.ts';

/** The goal [G] that a state [S] satisfies, such as a recorded one: its first `goalDim` components. */
export function goalOfState({ goalDim }: Pick<EnvSpec, 'goalDim'>, state: Float32Array): Float32Array {
  return state.slice(0, goalDim);
}

/** A state at the goal: the state with its first components replaced by it. */
export function goalInFront(state: Float32Array, goal: Float32Array): Float32Array {
  const at = state.slice();
  at.set(goal);
  return at;
}
