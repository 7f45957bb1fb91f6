// The scripted expert of the table-top world. It decides from the present state alone, as OGBench's Markov oracle does:
// over the cube, down with open fingers, close, lift, over the goal, down, let go, up.

import type { Stream } from '../../core/index.ts';
import { levelYaw } from '../../physics/index.ts';
import type { Env, Policy } from '../env.ts';
import { noisyAction } from '../policies.ts';
import { cubeHalf } from './cube.ts';
import { DONE, MOVE, opening, TWIST } from './dynamics.ts';
import { CUBE, GRIPPER, LOWEST, MAX_YAW, OPEN, PLACES, TURN, YAW } from './parts.ts';

/** Height of the grasping point over the cube's middle while the gripper travels without it. */
const OVER = 0.09;
/** Height at which the cube is carried, counted from where it lies. */
const CARRY = 0.07;
/** Beside a target by less than this, in metres and radians, the gripper goes down. */
const ABOVE = 0.012;
const SQUARE = 0.15;
/** The cube is at its goal when nearer than this, well inside the world's own tolerance. */
const AT_GOAL = 0.015;
/** A finger further than this from the cube's side holds it no more, nearer than that holds it. */
const FREE = 0.006;
const HELD = 0.002;

interface Scene {
  readonly cube: readonly [number, number, number];
  readonly hand: readonly [number, number, number];
  readonly goal: readonly [number, number, number];
  /** Turn that squares the gripper to the cube. */
  readonly twist: number;
  /** How far the fingers' pads are apart from the cube's sides, on average. */
  readonly gap: number;
}

const three = (v: ArrayLike<number>, at = 0): readonly [number, number, number] => [v[at]!, v[at + 1]!, v[at + 2]!];

function sceneOf(env: Env, goal: ArrayLike<number>): Scene {
  const half = cubeHalf(env);
  const state = env.state();
  const hand = three(state, GRIPPER);
  const quarter = Math.PI / 2;
  const yaw = state[YAW]!;
  let twist = levelYaw(state, TURN) - yaw;
  twist -= quarter * Math.round(twist / quarter);
  if (Math.abs(yaw + twist) > MAX_YAW) twist -= quarter * Math.sign(twist);
  return {
    cube: three(state, CUBE),
    // Its height is counted as the cube's: zero grasps a lying cube in its middle.
    hand: [hand[0], hand[1], hand[2] - Math.max(half, LOWEST)],
    goal: three(goal),
    twist,
    gap: opening(state) * OPEN - half,
  };
}

/** Whether the cube lies at a goal on the table. A goal in the air is held, not left. */
function arrived({ cube, goal }: Scene): boolean {
  return Math.hypot(goal[0] - cube[0], goal[1] - cube[1], goal[2] - cube[2]) < AT_GOAL && goal[2] < AT_GOAL;
}

/** Whether it lies there and the gripper has gone up. */
function isDone(scene: Scene): boolean {
  return arrived(scene) && scene.hand[2] - scene.cube[2] > OVER - 0.02;
}

/** What to do: where to go from here, how to turn, and whether to open (-1) or close (1). */
interface Order {
  readonly move: readonly [number, number, number];
  readonly twist: number;
  readonly grip: -1 | 1;
}

function orderOf(scene: Scene): Order {
  const { cube, hand, goal, twist, gap } = scene;
  const [dx, dy, dz] = [cube[0] - hand[0], cube[1] - hand[1], cube[2] - hand[2]];
  const beside = Math.hypot(dx, dy);
  const [gx, gy] = [goal[0] - cube[0], goal[1] - cube[1]];
  const still = (grip: -1 | 1): Order => ({ move: [0, 0, 0], twist: 0, grip });

  const around = beside < 2 * ABOVE && Math.abs(dz) < 0.02;
  if (arrived(scene)) {
    // There: let go, and then up and away.
    if (around && gap < FREE) return still(-1);
    return { move: [0, 0, Math.max(0, cube[2] + OVER - hand[2])], twist: 0, grip: -1 };
  }
  if (around && gap < HELD) {
    // Held: up, over the goal, down to it.
    const far = Math.hypot(gx, gy);
    const height = far < ABOVE ? goal[2] : Math.max(CARRY, goal[2]);
    const lift = height - cube[2];
    const ready = far < ABOVE || cube[2] > CARRY / 2;
    return { move: ready ? [gx, gy, lift] : [0, 0, lift], twist: 0, grip: 1 };
  }
  if (beside < ABOVE && Math.abs(twist) < SQUARE) {
    // Over the cube, or around it: down with open fingers, then close.
    if (dz > -ABOVE) return { move: [dx, dy, dz], twist: 0, grip: 1 };
    return { move: [dx, dy, dz], twist, grip: -1 };
  }
  // Over the cube by a way that does not sweep it aside.
  const rise = cube[2] + OVER - hand[2];
  if (rise > 0.04) return { move: [0, 0, rise], twist: 0, grip: -1 };
  return { move: [dx, dy, rise], twist, grip: -1 };
}

/** An order as an action within the bounds, with N(0, noise^2) on each component. */
function actionOf({ move, twist, grip }: Order, noise: number, random: Stream): Float32Array {
  return noisyAction([...move.map((d) => d / (DONE * MOVE)), twist / (DONE * TWIST), grip], noise, random);
}

/** The scripted expert. It needs no memory: the order follows from the state and the goal. */
export function cubeExpert(): Policy {
  return {
    name: 'expert',
    act: (env, random) => actionOf(orderOf(sceneOf(env, env.goal())), 0, random),
  };
}

/**
 * The expert with N(0, noise^2) on each component of its actions. Once the cube lies at the world's goal it draws a place
 * on the table, and another when the cube lies there, so that an episode is full of picking and placing, as OGBench's
 * data are. `reset` forgets the place.
 */
export function noisyCubeExpert({ noise = 0.1 }: { readonly noise?: number } = {}): Policy {
  let next: readonly number[] | undefined;
  return {
    name: 'noisy-expert',
    reset() {
      next = undefined;
    },
    act(env, random) {
      let scene = sceneOf(env, next ?? env.goal());
      if (isDone(scene)) {
        next = [PLACES * (2 * random.uniform() - 1), PLACES * (2 * random.uniform() - 1), 0];
        scene = sceneOf(env, next);
      }
      return actionOf(orderOf(scene), noise, random);
    },
  };
}
