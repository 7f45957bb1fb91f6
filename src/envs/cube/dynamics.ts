// One step of control: 0.05 s in ten steps of MuJoCo. An action is a move relative to where the gripper is now, as in
// OGBench: the servos are sent to the present pose plus the scaled action. Nothing is remembered between steps but the
// state: MuJoCo's warm starts begin anew with each.

import { quaternionFrom, rotationVector } from '../../physics/index.ts';
import { clamp } from '../clamp.ts';
import { physicsOf, SUBSTEPS } from './model.ts';
import { CUBE, FINGERS, GRIPPER, HIGHEST, LOWEST, MAX_YAW, OPEN, REACH, TURN, VELOCITY, YAW } from './parts.ts';

/** What an action component of 1 asks for: metres along x, y and z, and radians. OGBench's. */
export const MOVE = 0.05;
export const TWIST = 0.3;
/** Share of that which is done within a step. */
export const DONE = 0.33;

const qpos = new Float64Array(13);
const qvel = new Float64Array(12);

/** How far the fingers are open, 0 to 1. */
export function opening(state: ArrayLike<number>): number {
  return (state[FINGERS]! + state[FINGERS + 1]!) / (2 * OPEN);
}

/** One step of control: changes `state` [24] in place. `action` [5] is clipped; `half` is half the cube's side. */
export function moveGripper(half: number, state: Float32Array, action: ArrayLike<number>): void {
  const physics = physicsOf(half);
  qpos.set(state.subarray(CUBE, CUBE + 3));
  // The state counts the cube's height from where it lies flat.
  qpos[2] = qpos[2]! + half;
  quaternionFrom(state, TURN, qpos, 3);
  qpos.set(state.subarray(GRIPPER, VELOCITY), 7);
  qvel.set(state.subarray(VELOCITY));
  physics.set(qpos, qvel);

  const ctrl = physics.data('ctrl');
  for (let i = 0; i < 2; i++) ctrl[i] = clamp(state[GRIPPER + i]! + MOVE * action[i]!, -REACH, REACH);
  ctrl[2] = clamp(state[GRIPPER + 2]! + MOVE * action[2]!, LOWEST, HIGHEST);
  ctrl[3] = clamp(state[YAW]! + TWIST * action[3]!, -MAX_YAW, MAX_YAW);
  ctrl[4] = OPEN * clamp(opening(state) - action[4]!, 0, 1);
  ctrl[5] = ctrl[4]!;
  physics.step(SUBSTEPS);

  const moved = physics.data('qpos');
  state.set(moved.subarray(0, 3), CUBE);
  state[CUBE + 2] = moved[2]! - half;
  rotationVector(moved, 3, state, TURN);
  state.set(moved.subarray(7), GRIPPER);
  state.set(physics.data('qvel'), VELOCITY);
}
