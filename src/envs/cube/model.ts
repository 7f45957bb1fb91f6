// The physics: a free cube on a table and a gripper on sliding joints (x, y, z), a hinge (yaw) and two sliding fingers,
// all driven by strongly damped position servos. The arm itself has no physics, only a picture: where OGBench moves a
// UR5e so that its gripper goes where it is sent, the gripper here goes there directly.

import { mujocoPhysics, type Physics } from '../../physics/index.ts';
import { FINGER, OPEN, PALM, type Part } from './parts.ts';

/** Seconds of a step of physics, and steps of physics per step of control. */
const TIMESTEP = 0.005;
export const SUBSTEPS = 10;

/** Masses in kilograms: hand and finger. The cube's density, in kilograms per cubic metre, makes 62 grams. */
const HAND = 1;
const SLIDER = 0.1;
const DENSITY = 500;
/** Inertia of the yaw hinge, in kg m^2. */
const YAW_INERTIA = 0.02;
/**
 * Damping of the servos: in N s/m along x, y and z, in N m s about the yaw hinge, in N s/m at the fingers. It outweighs
 * inertia, so that the gripper starts and stops within milliseconds.
 */
const DAMPING = { slide: 300, yaw: 5, finger: 40 };
/**
 * Stiffness over damping, per second: how fast what is left of the way shrinks. In one step of control the
 * gripper goes a third of the way asked for, 0.33 metres a second at most.
 */
const RATE = { slide: 8, yaw: 8, finger: 10 };

const servo = (joint: string, kind: keyof typeof RATE): string =>
  `<position name="${joint}" joint="${joint}" kp="${RATE[kind] * DAMPING[kind]}" kv="${DAMPING[kind]}"/>`;

const box = ({ center, half }: Part, side = 1): string =>
  `type="box" pos="${center[0]} ${side * center[1]} ${center[2]}" size="${half.join(' ')}"`;

const finger = (name: string, side: 1 | -1): string => `
      <body name="${name}" gravcomp="1">
        <joint name="${name}" type="slide" axis="0 ${side} 0" range="0 ${OPEN}" limited="true"/>
        <geom name="${name}" ${box(FINGER, side)} mass="${SLIDER}" friction="1.5 0.02 0.0001"/>
      </body>`;

/** The model in MJCF. Fingers and hand touch the cube only, the cube touches everything. */
function cubeModel(half: number): string {
  return `<mujoco model="cube">
  <size memory="512K"/>
  <compiler autolimits="true"/>
  <option timestep="${TIMESTEP}" integrator="implicitfast" cone="elliptic" impratio="10"/>
  <default>
    <geom condim="4" contype="0" conaffinity="1" friction="0.7 0.02 0.0001" solref="0.01 1"/>
  </default>
  <worldbody>
    <geom name="table" type="plane" size="0 0 1"/>
    <body name="cube" pos="0 0 ${half}">
      <freejoint name="cube"/>
      <geom name="cube" type="box" size="${half} ${half} ${half}" density="${DENSITY}" contype="1" conaffinity="0"/>
    </body>
    <body name="hand" gravcomp="1">
      <joint name="x" type="slide" axis="1 0 0"/>
      <joint name="y" type="slide" axis="0 1 0"/>
      <joint name="z" type="slide" axis="0 0 1"/>
      <joint name="yaw" type="hinge" axis="0 0 1" armature="${YAW_INERTIA}"/>
      <geom name="palm" ${box(PALM)} mass="${HAND}"/>${finger('left', 1)}${finger('right', -1)}
    </body>
  </worldbody>
  <actuator>
    ${['x', 'y', 'z'].map((joint) => servo(joint, 'slide')).join('\n    ')}
    ${servo('yaw', 'yaw')}
    ${servo('left', 'finger')}
    ${servo('right', 'finger')}
  </actuator>
</mujoco>`;
}

/** Models in memory at the same time. */
const KEPT = 8;
const models = new Map<number, Physics>();

/**
 * The physics of a cube of some half side. All worlds share it, because each step begins from a whole state; ask for each
 * step, old ones are freed.
 */
export function physicsOf(half: number): Physics {
  const known = models.get(half);
  if (known !== undefined) return known;
  const physics = mujocoPhysics('cube', cubeModel(half));
  const [oldest] = models.keys();
  if (models.size >= KEPT && oldest !== undefined) {
    models.get(oldest)?.free();
    models.delete(oldest);
  }
  models.set(half, physics);
  return physics;
}
