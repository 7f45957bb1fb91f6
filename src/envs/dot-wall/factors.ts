// The factors of variation of DotWall, in drawing order, and which draws are taken. The colours are ours: as they stand,
// the frame holds the reference's two channels, red for the dot and green for the walls.
// Source: eb_jepa `datasets/two_rooms/env.py` (`_generate_start_and_target`), `utils.py` (`generate_wall_layouts`).

import type { Factor, FactorValue } from '../env.ts';
import { colorFactor, type FactorValues, integerFactor, realFactor } from '../factors.ts';
import { DOT, HIGH, LOW, PICTURE, WALL_HALF } from './layout.ts';

/** Starts and goals keep two standard deviations of the dot from walls. */
const PADDING = 2 * DOT;
const NEAR = LOW + PADDING;
const FAR = PICTURE - 1 - LOW - PADDING;

const state = (at: number): { readonly vector: 'state'; readonly at: number } => ({ vector: 'state', at });

/** Factors of DotWall by name; `door` is where the door is until something else is said. */
export function dotWallFactors(door: number): Readonly<Record<string, Factor>> {
  return {
    'background.color': colorFactor([0, 0, 0], 'Colour of the floor.'),
    'wall.color': colorFactor([0, 255, 0], 'Colour of the walls.'),
    'agent.color': colorFactor([255, 0, 0], 'Colour of the dot, mixed by adding its difference from the floor.'),
    'wall.position': {
      ...integerFactor(PICTURE - 45, PICTURE - 21, 32, 'Middle of the wall, x.'),
      binding: state(2),
    },
    'door.position': { ...integerFactor(10, PICTURE - 11, door, 'Middle of the door, y.'), binding: state(3) },
    'task.side': integerFactor(0, 1, 0, '0: the start is left of the wall and the goal right; 1: the other way round.'),
    'agent.position': realFactor(LOW, HIGH, [16, 32], 'Where the dot is.', state(0)),
    'target.position': realFactor(LOW, HIGH, [48, 32], 'Where the goal is.', { vector: 'goal', at: 0 }),
    'contact.seed': integerFactor(
      0,
      0xffffff,
      0,
      'Which noise the walls give: with the state and the action, all of it.',
    ),
  };
}

/** Factors drawn by a plain reset, for random and for fixed walls. */
export const dotWallVaried: Readonly<Record<'random' | 'fixed', readonly string[]>> = {
  random: ['wall.position', 'door.position', 'task.side', 'agent.position', 'target.position', 'contact.seed'],
  fixed: ['task.side', 'agent.position', 'target.position', 'contact.seed'],
};

/** Whether a drawn place is taken: start and goal in different rooms, two standard deviations away from every wall. */
export function acceptDotWall(name: string, value: FactorValue, values: FactorValues): boolean {
  if (name !== 'agent.position' && name !== 'target.position') return true;
  const [x, y] = value as readonly [number, number];
  const wall = values['wall.position'] as number;
  const agentLeft =
    name === 'agent.position'
      ? values['task.side'] === 0
      : (values['agent.position'] as readonly [number, number])[0] < wall;
  const left = agentLeft === (name === 'agent.position');
  const [from, to] = left ? [NEAR, wall - WALL_HALF - PADDING] : [wall + WALL_HALF + PADDING, FAR];
  return x >= from && x <= to && y >= NEAR && y <= FAR;
}
