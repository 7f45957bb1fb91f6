// The dynamics of Push-T: an agent that a spring and a damper pull to a target pushes a block; ten steps of physics for
// one step of control (10 Hz). The agent is a kinematic disc: nothing stops it, walls neither, so that it can push the
// block through a wall. Without a push the block stands still. World 512 x 512 pixels, y down.
// Source: stable-worldmodel `envs/pusht/env.py` (`step`, `_setup`).

import { type Segment, type Space, segment, space } from '../../physics/index.ts';
import type { Block } from './block.ts';

/** Side of the world in pixels. */
export const WORLD = 512;
/** Pixels that an action component of 1 puts the target away from the agent. */
export const ACTION_SCALE = 100;
/** Radius of the agent for a scale of 1. */
export const AGENT_RADIUS = 0.375;
/** Half the thickness of the walls. */
export const WALL_RADIUS = 2;

/** Where the state vector holds what. */
export const AGENT = 0;
export const BLOCK = 2;
export const ANGLE = 4;
export const AGENT_VELOCITY = 5;
const BLOCK_VELOCITY = 7;

/** Steps of physics in one step of control, and their length in seconds. */
const SUBSTEPS = 10;
const DT = 0.01;
const SPRING = 100;
const DAMPER = 20;

/** The four walls, as lines with a radius. They stop the block only. */
export const WALLS: readonly Segment[] = [
  segment(5, 506, 5, 5, WALL_RADIUS),
  segment(5, 5, 506, 5, WALL_RADIUS),
  segment(506, 5, 506, 506, WALL_RADIUS),
  segment(5, 506, 506, 506, WALL_RADIUS),
];

/** A space with this block, an agent of this radius, and the walls. */
export function pushTSpace(block: Block, radius: number): Space {
  return space(block, radius, WALLS);
}

/** Puts the block's origin to (x, y) at an angle; the space counts from the centre of gravity. */
export function placeBlock({ pose }: Space, { center: [cx, cy] }: Block, x: number, y: number, angle: number): void {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  pose[0] = x + cx * cos - cy * sin;
  pose[1] = y + cx * sin + cy * cos;
  pose[2] = angle;
}

/** The block's origin, [x, y]. */
export function blockOrigin({ pose }: Space, { center: [cx, cy] }: Block): readonly [number, number] {
  const cos = Math.cos(pose[2]!);
  const sin = Math.sin(pose[2]!);
  return [pose[0]! - cx * cos + cy * sin, pose[1]! - cx * sin - cy * cos];
}

/** One step of control: the action [2] sets the target, ten steps of physics follow. */
export function control(world: Space, action: ArrayLike<number>): void {
  const { disc } = world;
  const targetX = disc[0]! + ACTION_SCALE * action[0]!;
  const targetY = disc[1]! + ACTION_SCALE * action[1]!;
  for (let i = 0; i < SUBSTEPS; i++) {
    disc[2]! += (SPRING * (targetX - disc[0]!) - DAMPER * disc[2]!) * DT;
    disc[3]! += (SPRING * (targetY - disc[1]!) - DAMPER * disc[3]!) * DT;
    world.step(DT);
  }
}

/** `angle` in [0, 2 pi). */
function turn(angle: number): number {
  const rest = angle % (2 * Math.PI);
  return rest < 0 ? rest + 2 * Math.PI : rest;
}

/**
 * One step of control on a state vector [10], in place. A state is complete: the block's velocity, which acts in the
 * next step, is part of it. Only the impulses of the contacts, with which the solver starts its iterations, are not, so
 * that each step of control starts them from zero.
 */
export function movePushT(world: Space, block: Block, state: Float32Array, action: ArrayLike<number>): void {
  const { disc, pose, velocity, bias } = world;
  world.forget();
  disc[0] = state[AGENT]!;
  disc[1] = state[AGENT + 1]!;
  disc[2] = state[AGENT_VELOCITY]!;
  disc[3] = state[AGENT_VELOCITY + 1]!;
  placeBlock(world, block, state[BLOCK]!, state[BLOCK + 1]!, state[ANGLE]!);
  for (let i = 0; i < 3; i++) velocity[i] = state[BLOCK_VELOCITY + i]!;
  bias.fill(0);
  control(world, action);
  const [x, y] = blockOrigin(world, block);
  state[AGENT] = disc[0]!;
  state[AGENT + 1] = disc[1]!;
  state[BLOCK] = x;
  state[BLOCK + 1] = y;
  state[ANGLE] = turn(pose[2]!);
  state[AGENT_VELOCITY] = disc[2]!;
  state[AGENT_VELOCITY + 1] = disc[3]!;
  for (let i = 0; i < 3; i++) state[BLOCK_VELOCITY + i] = velocity[i]! + bias[i]!;
}
