// The shapes of the table-top world, once for the physics and once for the picture. Lengths in metres. The middle of the
// table's surface is the origin, x away from the arm's foot (towards the viewer), y to the left of the arm, z up.

/** Places of the state [24]. */
export const CUBE = 0;
export const TURN = 3;
export const GRIPPER = 6;
export const YAW = 9;
export const FINGERS = 10;
/** Velocities follow in the order of the positions. */
export const VELOCITY = 12;

/** Half the side of the cube, unless a factor changes it. */
export const CUBE_HALF = 0.025;

/** Furthest each finger's pad goes from the middle between them. */
export const OPEN = 0.042;

/** Half the square that starts and goals are drawn in. */
export const PLACES = 0.14;

/** Where the gripper's grasping point may be sent: half the square, and heights. */
export const REACH = 0.2;
export const LOWEST = 0.016;
export const HIGHEST = 0.3;
/** Turns of the gripper stay within this, in radians: the cube looks the same after a quarter turn. */
export const MAX_YAW: number = Math.PI / 2;

/** A box fixed to the gripper: its middle and half sides in the gripper's axes, with the grasping point as origin. */
export interface Part {
  readonly center: readonly [number, number, number];
  readonly half: readonly [number, number, number];
}

/** Each finger, `center[1]` counted from the pad's distance on its side. The tip is 12 mm below the grasping point. */
export const FINGER: Part = { center: [0, 0.007, 0.019], half: [0.012, 0.007, 0.031] };
/** What carries the fingers. */
export const PALM: Part = { center: [0, 0, 0.064], half: [0.02, 0.052, 0.014] };
/** Height of the wrist above the grasping point: there the drawn arm ends. */
export const WRIST = 0.13;
