// The 17 factors of variation of Two-Room, in drawing order, and which draws are taken.
// Source: stable-worldmodel `envs/two_room/env.py`. Two of them do nothing there and here: the frame is painted in
// `wall.color`, and `task.min_steps` constrains nothing unless goals must lie in the other room.

import type { Factor, FactorValue } from '../env.ts';
import { colorFactor, type FactorValues, integerFactor, realFactor } from '../factors.ts';
import { DOOR_FIT, GOAL_RADIUS, layoutFrom, offFloor, WALL_CENTER } from './layout.ts';

/** Factors of Two-Room by name. Lengths are in pixels of the 224-pixel picture. */
export const twoRoomFactors: Readonly<Record<string, Factor>> = {
  'background.color': colorFactor([255, 255, 255], 'Colour of the floor.'),
  'wall.color': colorFactor([0, 0, 0], 'Colour of the dividing wall and of the frame.'),
  'wall.border_color': colorFactor([0, 0, 0], 'Declared by the reference, painted nowhere.'),
  'wall.thickness': integerFactor(7, 41, 10, 'Thickness of the dividing wall; half of it, rounded down, on each side.'),
  'wall.axis': integerFactor(0, 1, 1, '1: the wall is vertical; 0: horizontal.'),
  'agent.color': colorFactor([255, 0, 0], 'Colour of the agent.'),
  'agent.radius': realFactor(7, 14, 7, 'Standard deviation of the dot, and the distance kept from walls.'),
  'agent.position': realFactor(14, 209, [60, 112], 'Where the agent is.', { vector: 'state', at: 0 }),
  'agent.speed': realFactor(1.75, 10.5, 5, 'Pixels moved by an action component of 1.'),
  'door.color': colorFactor([255, 255, 255], 'Colour of the doors.'),
  'door.number': integerFactor(1, 3, 1, 'How many of the three doors exist.'),
  'door.size': integerFactor(1, 21, [14, 14, 14], 'Half-extent of each door along the wall.'),
  'door.position': integerFactor(0, 223, [49, 49, 49], 'Centre of each door along the wall.'),
  'task.min_steps': integerFactor(15, 114, 25, "Least steps to the goal by way of a door, for targets 'other-room'."),
  'target.color': colorFactor([0, 255, 0], 'Colour of the target, when it is shown.'),
  'target.radius': realFactor(7, 14, 7, 'Standard deviation of the target dot, when it is shown.'),
  'target.position': realFactor(14, 209, [164, 112], 'Where the goal is.', { vector: 'goal', at: 0 }),
  'rendering.render_target': integerFactor(0, 1, 0, '1: the target is drawn; 0: the goal cannot be seen.'),
};

/** Factors drawn by a plain reset. */
export const twoRoomVaried: readonly string[] = ['agent.position', 'target.position'];

/**
 * Where goals are drawn. `anywhere`: uniformly, also in the agent's own room or inside the wall, as the reference code
 * does. `other-room`: across the wall and at least `task.min_steps` away, as the reference's documentation says.
 */
export type TargetRule = 'anywhere' | 'other-room';

/** Whether a drawn value is taken, given all the other values. */
export function acceptTwoRoom(targets: TargetRule, name: string, value: FactorValue, values: FactorValues): boolean {
  if (name === 'agent.position') {
    const { axis, low, high } = layoutFrom(values);
    const across = (value as readonly number[])[axis]!;
    return across < low || across > high;
  }
  if (name === 'door.size') {
    const fits = DOOR_FIT * (values['agent.radius'] as number);
    return (value as readonly number[]).slice(0, values['door.number'] as number).some((size) => size >= fits);
  }
  if (name !== 'target.position') return true;
  const goal = value as readonly number[];
  // As the other factors stand at first, every goal is near enough to the floor.
  if (offFloor(layoutFrom(values), goal) >= GOAL_RADIUS) return false;
  return targets === 'anywhere' || farGoal(goal, values);
}

function farGoal(goal: readonly number[], values: FactorValues): boolean {
  const layout = layoutFrom(values);
  const { axis, low, high, doors, speed, radius } = layout;
  const agent = values['agent.position'] as readonly number[];
  const goalSide = goal[axis]! < WALL_CENTER;
  if (goalSide === agent[axis]! < WALL_CENTER || (goal[axis]! >= low && goal[axis]! <= high)) return false;
  let shortest = Number.POSITIVE_INFINITY;
  for (const { center, half } of doors) {
    if (half < DOOR_FIT * radius) continue;
    const leg = (p: readonly number[]): number => Math.hypot(p[axis]! - WALL_CENTER, p[1 - axis]! - center);
    shortest = Math.min(shortest, leg(agent) + leg(goal));
  }
  return shortest / speed >= (values['task.min_steps'] as number);
}
