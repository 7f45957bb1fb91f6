// The arm in closed form: masses of its parts, its equations of motion as those of a double pendulum without gravity, and
// its model in MuJoCo's language. The world moves by MuJoCo; the expert (and the tests) know the equations.
//
// q1: angle of the shoulder, q2: of the wrist against the first link, w1, w2: their speeds. Metres, kilograms, radians.
// Figures: DeepMind Control Suite, reacher (arXiv 1801.00690), as read in stable-worldmodel.

/** What can differ between arms. */
export interface Arm {
  /** Kilograms per cubic metre. */
  readonly density: number;
  /** Radius of the two links. */
  readonly thickness: number;
  /** Torque against a joint's speed of 1. */
  readonly damping: number;
  /** Torque of an action component of 1, in newton metres. */
  readonly gear: number;
}

/** Length of the links: without their round ends. */
const UPPER = 0.12;
const LOWER = 0.1;
/** How far the middle of the finger is from the wrist, and its radius. */
const FINGER = 0.12;
export const FINGER_RADIUS = 0.01;
/** Height of the arm's middle above the floor. */
export const HEIGHT = 0.02;
/** Half the side of the floor. */
const FLOOR = 0.3;
/** The wrist turns this far to both sides; a soft stop, which a fast arm passes by a little. */
export const WRIST_LIMIT: number = (160 * Math.PI) / 180;
/** Seconds of a step of physics, and how many make a step of control. */
const TIMESTEP = 0.02;
export const SUBSTEPS = 2;

/** A body that turns in the plane: its mass, the distance of its centre from the joint, its inertia about the centre. */
interface Link {
  readonly mass: number;
  readonly center: number;
  readonly inertia: number;
}

/** A capsule from the joint outward, `length` without its caps. */
function capsule(length: number, radius: number, density: number): Link {
  const tube = density * Math.PI * radius ** 2 * length;
  const caps = (density * 4 * Math.PI * radius ** 3) / 3;
  const inertia =
    tube * (radius ** 2 / 4 + length ** 2 / 12) +
    caps * ((2 * radius ** 2) / 5 + length ** 2 / 4 + (3 * length * radius) / 8);
  return { mass: tube + caps, center: length / 2, inertia };
}

/** Two links that move as one. */
function together(a: Link, b: Link): Link {
  const mass = a.mass + b.mass;
  const center = (a.mass * a.center + b.mass * b.center) / mass;
  const about = (link: Link): number => link.inertia + link.mass * (link.center - center) ** 2;
  return { mass, center, inertia: about(a) + about(b) };
}

/** The equations of motion, M(q) a + c(q, w) + damping w = torque, as numbers of one arm. */
export interface Equations {
  /** M in rows [m11, m12, m22]; m21 = m12. */
  mass(q2: number): readonly [number, number, number];
  /** Centrifugal and Coriolis torques c [2]. */
  bias(q2: number, w1: number, w2: number): readonly [number, number];
}

/** The equations of motion of an arm. */
export function equationsOf({ density, thickness }: Arm): Equations {
  const upper = capsule(UPPER, thickness, density);
  const fingerMass = (density * 4 * Math.PI * FINGER_RADIUS ** 3) / 3;
  const finger: Link = { mass: fingerMass, center: FINGER, inertia: (2 / 5) * fingerMass * FINGER_RADIUS ** 2 };
  const lower = together(capsule(LOWER, thickness, density), finger);
  const aboutWrist = lower.inertia + lower.mass * lower.center ** 2;
  const aboutShoulder = upper.inertia + upper.mass * upper.center ** 2 + lower.mass * UPPER ** 2;
  const lever = lower.mass * UPPER * lower.center;
  return {
    mass(q2) {
      const coupled = lever * Math.cos(q2);
      return [aboutShoulder + aboutWrist + 2 * coupled, aboutWrist + coupled, aboutWrist];
    },
    bias(q2, w1, w2) {
      const h = lever * Math.sin(q2);
      return [-h * (2 * w1 + w2) * w2, h * w1 * w1];
    },
  };
}

/** Where the middle of the finger is, [x, y]. */
export function fingerAt(q1: number, q2: number): readonly [number, number] {
  return [UPPER * Math.cos(q1) + FINGER * Math.cos(q1 + q2), UPPER * Math.sin(q1) + FINGER * Math.sin(q1 + q2)];
}

/** The arm for MuJoCo. Its Euler integrator takes the damping implicitly; contacts are off. */
export function armModel({ density, thickness, damping, gear }: Arm): string {
  return `<mujoco model="reacher">
  <compiler angle="radian"/>
  <option timestep="${TIMESTEP}"><flag contact="disable"/></option>
  <size memory="64K"/>
  <default>
    <joint type="hinge" axis="0 0 1" damping="${damping}"/>
    <geom type="capsule" size="${thickness}" density="${density}"/>
    <motor gear="${gear}" ctrllimited="true" ctrlrange="-1 1"/>
  </default>
  <worldbody>
    <geom name="floor" type="plane" size="${FLOOR} ${FLOOR} 0.1"/>
    <geom name="base" type="cylinder" fromto="0 0 0 0 0 0.04" size="0.015"/>
    <body name="upper" pos="0 0 ${HEIGHT}">
      <joint name="shoulder"/>
      <geom name="upper" fromto="0 0 0 ${UPPER} 0 0"/>
      <body name="lower" pos="${UPPER} 0 0">
        <joint name="wrist" limited="true" range="${-WRIST_LIMIT} ${WRIST_LIMIT}"/>
        <geom name="lower" fromto="0 0 0 ${LOWER} 0 0"/>
        <geom name="finger" type="sphere" pos="${FINGER} 0 0" size="${FINGER_RADIUS}"/>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor name="shoulder" joint="shoulder"/>
    <motor name="wrist" joint="wrist"/>
  </actuator>
</mujoco>`;
}
