// A world for tests that one can do in one's head: a bead on a wire, one coordinate in [0, 1], moved by one action component
// and drawn as a disc.

import { fill, fillDisc } from '../raster/index.ts';
import type { Env, Policy } from './env.ts';
import { integerFactor, realFactor } from './factors.ts';
import { defineEnv } from './world.ts';

/** The bead's world. */
export const bead = ({ imageSize }: { readonly imageSize: number }): Env =>
  defineEnv<{ readonly speed: number; readonly shade: number }>(
    {
      id: 'bead',
      actionDim: 1,
      actionLow: -1,
      actionHigh: 1,
      stateNames: ['bead.x'],
      goalDim: 1,
      maxSteps: 40,
      factors: {
        'bead.x': realFactor(0, 1, 0.5, 'Where the bead is.', { vector: 'state', at: 0 }),
        'goal.x': realFactor(0, 1, 0.5, 'Where it should be.', { vector: 'goal', at: 0 }),
        'bead.speed': realFactor(0.05, 0.1, 0.05, 'Distance moved by an action of 1.'),
        'floor.shade': integerFactor(0, 200, 0, 'Grey level of the floor.'),
      },
      varied: ['bead.x', 'goal.x'],
      solvedWithin: 0.06,
      accept: (name, value, values) =>
        name !== 'goal.x' || Math.abs((value as number) - (values['bead.x'] as number)) > 0.1,
      prepare: (values) => ({ speed: values['bead.speed'] as number, shade: values['floor.shade'] as number }),
      move: (state, action, { speed }) => {
        state[0] = Math.min(Math.max(state[0]! + speed * action[0]!, 0), 1);
      },
      distance: (state, goal) => Math.abs(state[0]! - goal[0]!),
      draw: (target, state, _goal, { shade }) => {
        fill(target, [shade, shade, shade]);
        fillDisc(target, (0.1 + 0.8 * state[0]!) * target.width, target.height / 2, target.width / 12, [255, 255, 0]);
      },
    },
    { imageSize },
  );

/** Goes to the goal at full speed. */
export const goThere = (): Policy => ({
  name: 'go there',
  act: (env) => Float32Array.of(Math.sign(env.goal()[0]! - env.state()[0]!)),
});
