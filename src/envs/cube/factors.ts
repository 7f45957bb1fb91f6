// The factors of variation of the table-top world, in drawing order. The ranges of places are those of the reference in
// spirit (start and target anywhere on the table within reach, the gripper above it), on a smaller table.

import type { Factor, FactorBinding, FactorValue } from '../env.ts';
import { colorFactor, type FactorValues, integerFactor, realFactor } from '../factors.ts';
import { CUBE, CUBE_HALF, FINGERS, GRIPPER, OPEN, PLACES, TURN, YAW } from './parts.ts';

/** A target is drawn at least this far from the cube: twice the distance that counts as solved. */
const APART = 0.08;
const state = (at: number): FactorBinding => ({ vector: 'state', at });
const goal = (at: number): FactorBinding => ({ vector: 'goal', at });

/** Factors of the cube world by name. Lengths in metres, angles in radians. */
export const cubeFactors: Readonly<Record<string, Factor>> = {
  'background.color': colorFactor([225, 232, 240], 'Colour behind the table.'),
  'table.color': colorFactor([205, 190, 165], 'Colour of the table.'),
  'arm.color': colorFactor([88, 112, 158], 'Colour of the arm.'),
  'gripper.color': colorFactor([45, 45, 55], 'Colour of the gripper.'),
  'light.intensity': realFactor(0.5, 1.3, 1, 'Brightness of the light.'),
  'camera.azimuth': realFactor(-0.6, 0.6, 0, 'How far the camera stands to the right of the front.'),
  'camera.elevation': realFactor(0.4, 1.2, 0.7, 'How far above the level the camera stands.'),
  'cube.color': colorFactor([214, 48, 38], 'Colour of the cube.'),
  'cube.size': realFactor(0.03, 0.06, 2 * CUBE_HALF, 'Side of the cube.'),
  'cube.position': realFactor(-PLACES, PLACES, [0.05, -0.08], 'Where the cube lies.', state(CUBE)),
  'cube.yaw': realFactor(-Math.PI, Math.PI, 0, 'How the cube is turned.', state(TURN + 2)),
  'gripper.position': realFactor(-PLACES, PLACES, [-0.05, 0], 'Where the gripper is.', state(GRIPPER)),
  'gripper.height': realFactor(0.12, 0.25, 0.18, 'How high its grasping point is.', state(GRIPPER + 2)),
  'gripper.yaw': realFactor(-Math.PI / 4, Math.PI / 4, 0, 'How it is turned.', state(YAW)),
  'gripper.fingers': realFactor(0, OPEN, [OPEN, OPEN], 'How far each finger is from the middle.', state(FINGERS)),
  'target.color': colorFactor([60, 180, 75], 'Colour of the mark at the goal.'),
  'target.position': realFactor(-PLACES, PLACES, [0.05, 0.08], 'Where the cube should lie.', goal(0)),
  'target.height': realFactor(0, 0.15, 0, 'How high above the table it should be held.', goal(2)),
  'rendering.render_target': integerFactor(0, 1, 0, '1: a mark shows the goal.'),
};

/** Factors drawn by a plain reset: the goal is on the table. */
export const cubeVaried: readonly string[] = [
  'cube.position',
  'cube.yaw',
  'gripper.position',
  'gripper.height',
  'gripper.yaw',
  'target.position',
];

/** Targets are drawn apart from the cube. */
export function acceptCube(name: string, value: FactorValue, values: FactorValues): boolean {
  if (name !== 'target.position') return true;
  const [x, y] = value as readonly [number, number];
  const [cx, cy] = values['cube.position'] as readonly [number, number];
  return Math.hypot(x - cx, y - cy) >= APART;
}
