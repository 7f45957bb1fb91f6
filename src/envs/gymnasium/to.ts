// An `Env` as a world in the manner of Gymnasium, for code that trains or evaluates such worlds.

import { key } from '../../core/index.ts';
import type { Env } from '../env.ts';
import type { GymnasiumFrame, GymnasiumLike } from './like.ts';

/**
 * `env` with Gymnasium's calls. The observation is the state, the reward minus the distance to the goal, terminated says
 * that the goal is reached, truncated that `maxSteps` steps are over; `info` holds goal or distance. Options of `reset` are
 * values of factors. Nothing is stopped: a step after the end moves the world like any other.
 *
 * @example
 * const world = toGymnasium(makeEnv('two-room', { imageSize: 64 }));
 * const { observation } = world.reset({ seed: 0 });
 */
export function toGymnasium(env: Env): Required<Omit<GymnasiumLike, 'behindWall'>> & Pick<GymnasiumLike, 'behindWall'> {
  const { actionDim, actionLow, actionHigh, stateDim, imageSize, maxSteps } = env.spec;
  const infinity = Number.POSITIVE_INFINITY;
  const bytes = imageSize * imageSize * 3;
  let steps = 0;
  const frame = (draw: 'render' | 'renderGoal'): GymnasiumFrame => {
    const data = new Uint8Array(bytes);
    env[draw](data);
    return { data, shape: [imageSize, imageSize, 3] };
  };
  return {
    actionSpace: { low: actionLow, high: actionHigh, shape: [actionDim] },
    observationSpace: { low: -infinity, high: infinity, shape: [stateDim] },
    reset({ seed, options }) {
      env.reset(key(seed), options === undefined ? {} : { factors: options });
      steps = 0;
      return { observation: env.state(), info: { goal: env.goal() } };
    },
    step(action) {
      const { terminated, distance } = env.step(action);
      steps++;
      const truncated = !terminated && steps >= maxSteps;
      return { observation: env.state(), reward: -distance, terminated, truncated, info: { distance } };
    },
    render: () => frame('render'),
    renderGoal: () => frame('renderGoal'),
    state: () => env.state(),
    setState: (state) => env.setState(state),
    goal: () => env.goal(),
    setGoal: (goal) => env.setGoal(goal),
    setFactor: (name, value) => env.setFactor(name, value),
    ...(env.behindWall === undefined ? {} : { behindWall: env.behindWall }),
  };
}
