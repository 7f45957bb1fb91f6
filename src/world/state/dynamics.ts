// The state model at work: it is shown the state and no picture.

import { type Dynamics, type DynamicsGraphs, defineDynamics } from '../dynamics.ts';
import { seenStates, sensesOf } from '../senses.ts';
import { type StateWorld, type StateWorldConfig, stateGoalCost, stateWorld, stateWorldDim } from './state-world.ts';

/**
 * The graphs of a state model. The state is all the memory there is, so a context is its last frame. Plans are scored in
 * the numbers that the goal is about.
 */
export function stateWorldDynamics(config: StateWorldConfig, name = 'state'): Dynamics {
  const { stateDim, actionDim } = config;
  const sizes = { name, senses: sensesOf({ stateDim }), dim: stateWorldDim(config), actionDim, history: 1 };
  const graphs: DynamicsGraphs<StateWorld> = {
    encode: (m, seen) => m.embed(seenStates(seen, name)),
    predict: (m, z, blocks) => m.predict(z, blocks),
    rollout: (m, context, _, plans) => m.rollout(context, plans),
  };
  return defineDynamics(sizes, stateWorld(config), graphs, stateGoalCost(config));
}
