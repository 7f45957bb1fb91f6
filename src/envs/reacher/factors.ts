// The factors of variation of Reacher, in drawing order.

import type { Factor } from '../env.ts';
import { colorFactor, type FactorValues, integerFactor, realFactor } from '../factors.ts';
import { type Arm, WRIST_LIMIT } from './arm.ts';

const state = (at: number): { readonly vector: 'state'; readonly at: number } => ({ vector: 'state', at });
const goal = (at: number): { readonly vector: 'goal'; readonly at: number } => ({ vector: 'goal', at });

/** Factors of Reacher by name. */
export const reacherFactors: Readonly<Record<string, Factor>> = {
  'floor.color': colorFactor([51, 77, 102], 'Colour of the floor.'),
  'arm.color': colorFactor([191, 143, 87], 'Colour of the two links.'),
  'finger.color': colorFactor([222, 110, 53], 'Colour of the fingertip.'),
  'target.color': colorFactor([170, 60, 60], 'Colour of the ball where the fingertip should be.'),
  'light.intensity': realFactor(0.5, 1.3, 1, 'How bright the light is.'),
  'arm.density': realFactor(500, 2000, 1000, 'Density of the arm in kilograms per cubic metre.'),
  'arm.thickness': realFactor(0.006, 0.014, 0.01, 'Radius of the links in metres; they get heavier by it.'),
  'arm.damping': realFactor(0.005, 0.02, 0.01, 'Torque against the speed of a joint, in newton metre seconds.'),
  'arm.gear': realFactor(0.03, 0.1, 0.05, 'Torque of an action component of 1, in newton metres.'),
  'arm.shoulder': realFactor(-Math.PI, Math.PI, 0, 'Angle of the shoulder.', state(0)),
  'arm.wrist': realFactor(-WRIST_LIMIT, WRIST_LIMIT, 0, 'Angle of the wrist.', state(1)),
  'arm.velocity': realFactor(-5, 5, [0, 0], 'Speeds of shoulder and wrist in radians a second.', state(2)),
  'target.shoulder': realFactor(-Math.PI, Math.PI, 1, 'Angle of the shoulder at the goal.', goal(0)),
  'target.wrist': realFactor(-WRIST_LIMIT, WRIST_LIMIT, 1, 'Angle of the wrist at the goal.', goal(1)),
  'rendering.render_target': integerFactor(0, 1, 0, '1: a ball shows where the fingertip should be.'),
};

/** Factors drawn by a plain reset: the arm starts at rest. */
export const reacherVaried: readonly string[] = ['arm.shoulder', 'arm.wrist', 'target.shoulder', 'target.wrist'];

/** The arm that the factors describe. */
export function armFrom(values: FactorValues): Arm {
  const read = (name: string): number => values[`arm.${name}`] as number;
  return {
    density: read('density'),
    thickness: read('thickness'),
    damping: read('damping'),
    gear: read('gear'),
  };
}
