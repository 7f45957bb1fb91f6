// Push-T: a round agent pushes a T-shaped block to a pose that is shown as a picture. The world of Diffusion Policy with
// relative actions, as DINO-WM and stable-worldmodel have it (`envs/pusht/env.py`), quirks included.

import { JepaError } from '../../core/index.ts';
import { newTouch, placeConvex, type Space, touchDisc } from '../../physics/index.ts';
import { needWorld } from '../check.ts';
import type { Env, FactorValue } from '../env.ts';
import type { FactorValues } from '../factors.ts';
import { angleApart } from '../predicate.ts';
import { defineEnv, type EnvOptions } from '../world.ts';
import { BLOCK_SHAPES, type Block, makeBlock } from './block.ts';
import { drawPushT, type Look, lookFrom } from './draw.ts';
import { AGENT_RADIUS, ANGLE, BLOCK, movePushT, pushTSpace, WORLD } from './dynamics.ts';
import { pushTFactors, pushTVaried } from './factors.ts';
import { pushTPredicates } from './predicates.ts';

const ID = 'push-t';
/** Tolerances of the goal: pixels over the four coordinates together, and radians. */
const NEAR_PIXELS = 20;
const NEAR_ANGLE = Math.PI / 9;
/** How far outside the picture a goal may lie. */
const MARGIN = 128;

/**
 * Where starts and goals are drawn. `anywhere`: uniformly, also with the agent inside the block or the block in a wall,
 * as the reference does; such goals may be out of reach. `free`: agent and block apart and the block between the walls.
 */
export type PushTPlaces = 'anywhere' | 'free';

/** Options of Push-T. */
export interface PushTOptions extends EnvOptions {
  /** @default 'anywhere' */
  readonly places?: PushTPlaces;
}

/** What the world derives from its factors. */
interface Scene {
  readonly block: Block;
  readonly radius: number;
  readonly space: Space;
  readonly look: Look;
}

function blockFrom(values: FactorValues): Block {
  return makeBlock(BLOCK_SHAPES[(values['block.shape'] as number) - 1]!, values['block.scale'] as number);
}

function radiusFrom(values: FactorValues): number {
  return AGENT_RADIUS * (values['agent.scale'] as number);
}

function sceneFrom(values: FactorValues, imageSize: number): Scene {
  const block = blockFrom(values);
  const radius = radiusFrom(values);
  return { block, radius, space: pushTSpace(block, radius), look: lookFrom(values, block, imageSize) };
}

/** Distance from the goal in tolerances: solved below 1. */
function distance(state: Float32Array, goal: Float32Array, { block }: Scene): number {
  let sum = 0;
  for (let i = 0; i < ANGLE; i++) sum += (goal[i]! - state[i]!) ** 2;
  return Math.max(Math.sqrt(sum) / NEAR_PIXELS, angleApart(goal[ANGLE]!, state[ANGLE]!, block.symmetry) / NEAR_ANGLE);
}

/** Whether the block at a pose [x, y, angle] stands between the walls and clear of an agent at (x, y), where one is given. */
function clear(block: Block, radius: number, pose: readonly number[], agent?: readonly number[]): boolean {
  const touch = newTouch();
  return block.outline.every((part) => {
    const at = { count: part.count, corners: part.corners.slice(), normals: part.normals.slice() };
    placeConvex(part, pose[0]!, pose[1]!, Math.cos(pose[2]!), Math.sin(pose[2]!), at);
    if (at.corners.some((v) => v < 8 || v > WORLD - 9)) return false;
    if (agent !== undefined) touchDisc(agent[0]!, agent[1]!, radius, at, touch);
    return touch.count === 0;
  });
}

/** With `free` places: block positions must be clear of the walls (angles are drawn before), agents of the block. */
function accept(name: string, value: FactorValue, values: FactorValues): boolean {
  const given = value as readonly number[];
  const target = name.startsWith('target.');
  const read = (key: string): readonly number[] => [values[key] as FactorValue].flat();
  const angle = read(target ? 'target.block_angle' : 'block.angle');
  if (name === 'block.start_position' || name === 'target.block_position') {
    return clear(blockFrom(values), radiusFrom(values), [...given, ...angle]);
  }
  if (name === 'agent.start_position' || name === 'target.agent_position') {
    const block = read(target ? 'target.block_position' : 'block.start_position');
    return clear(blockFrom(values), radiusFrom(values), [...block, ...angle], given);
  }
  return true;
}

const inPicture: readonly [number, number] = [-MARGIN, WORLD + MARGIN];

/**
 * The Push-T world. State [10]: agent x, y; block x, y and angle in [0, 2 pi); agent velocity; the velocity of the block's
 * centre of gravity and its angular velocity, which act in the next step. The first seven are the reference's state. Goal
 * [5]: the first five. Actions [2] in [-1, 1] put the target that pulls the agent up to 100 pixels away from it. Lengths
 * in pixels of the 512-pixel world, time in seconds, ten actions a second.
 *
 * The goal is reached when agent and block positions together are nearer than 20 pixels (the norm over four coordinates)
 * and the angle nearer than 20 degrees, up to the symmetry of the block's shape. `distance` is the larger of the two in
 * units of these tolerances.
 *
 * @example
 * const env = pushT({ imageSize: 64 });
 * env.reset(key(0));
 * const { terminated, distance } = env.step([0.5, -0.2]);
 */
export function pushT({ imageSize, places = 'anywhere' }: PushTOptions = {}): Env {
  if (places !== 'anywhere' && places !== 'free') {
    throw new JepaError('usage', `${ID}: places must be 'anywhere' or 'free', got '${String(places)}'`, { places });
  }
  return defineEnv<Scene>(
    {
      id: ID,
      actionDim: 2,
      actionLow: -1,
      actionHigh: 1,
      stateNames: [
        'agent.x',
        'agent.y',
        'block.x',
        'block.y',
        'block.angle',
        'agent.vx',
        'agent.vy',
        'block.vx',
        'block.vy',
        'block.spin',
      ],
      goalDim: 5,
      maxSteps: 300,
      factors: pushTFactors,
      varied: pushTVaried,
      goalRange: [inPicture, inPicture, inPicture, inPicture, [-4 * Math.PI, 4 * Math.PI]],
      solvedWithin: 1,
      ...(places === 'free' ? { accept } : {}),
      prepare: sceneFrom,
      move: (state, action, { space, block }) => movePushT(space, block, state, action),
      distance,
      declares: { ground: { at: [0, 1], extent: [0, 0, WORLD, WORLD] } },
      predicates: pushTPredicates,
      draw: (target, state, _goal, { block, radius, look }) => drawPushT(target, state, block, radius, look),
    },
    { imageSize },
  );
}

/** The block and the agent's radius of a Push-T world as it stands. Throws for any other world. */
export function pushTBodies(env: Env): { readonly block: Block; readonly radius: number } {
  needWorld(env, ID);
  const names = ['block.shape', 'block.scale', 'agent.scale'];
  const values = Object.fromEntries(names.map((name) => [name, env.factor(name)]));
  return { block: blockFrom(values), radius: radiusFrom(values) };
}

/** A pose of the block: x, y of its origin and its angle. */
export type BlockPose = readonly [x: number, y: number, angle: number];

/** Whether a block stands between the walls at a pose, clear of an agent at a place where one is given. */
export function standsClear(env: Env, pose: BlockPose, agent?: readonly [number, number]): boolean {
  const { block, radius } = pushTBodies(env);
  return clear(block, radius, pose, agent);
}

/** The block's pose within a state or goal vector. */
export function blockPose(vector: ArrayLike<number>): BlockPose {
  return [vector[BLOCK]!, vector[BLOCK + 1]!, vector[ANGLE]!];
}
