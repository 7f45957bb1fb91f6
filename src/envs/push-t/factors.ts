// The factors of variation of Push-T, in drawing order. `goal.*` is the green picture on the floor, which is fixed and
// has nothing to do with the goal; `target.*` is the goal, drawn from the ranges of the start.
// Source: stable-worldmodel `envs/pusht/env.py`. Its `agent.shape`, `agent.angle` and `goal.scale` change nothing there
// (the agent is a disc, the picture takes the block's scale) and are left out. It declares 40 as the block's scale; the
// published data and the original environment have 30.

import type { Factor } from '../env.ts';
import { colorFactor, integerFactor, realFactor } from '../factors.ts';
import { BLOCK_SHAPES } from './block.ts';
import { AGENT, AGENT_VELOCITY, ANGLE, BLOCK, WORLD } from './dynamics.ts';

const TURN = 2 * Math.PI;
const state = (at: number): { readonly vector: 'state'; readonly at: number } => ({ vector: 'state', at });
const goal = (at: number): { readonly vector: 'goal'; readonly at: number } => ({ vector: 'goal', at });

/** Factors of Push-T by name. Lengths are in pixels of the 512-pixel world. */
export const pushTFactors: Readonly<Record<string, Factor>> = {
  'background.color': colorFactor([255, 255, 255], 'Colour of the floor.'),
  'goal.color': colorFactor([144, 238, 144], 'Colour of the picture of a block on the floor.'),
  'goal.position': realFactor(50, 450, [256, 256], 'Where that picture is; it is not the goal.'),
  'goal.angle': realFactor(-TURN, TURN, Math.PI / 4, 'How that picture is turned.'),
  'block.color': colorFactor([119, 136, 153], 'Colour of the outline of the block; its inside is 1.2 times lighter.'),
  'block.scale': realFactor(20, 60, 30, 'Thickness of the limbs of the block.'),
  'block.shape': integerFactor(1, BLOCK_SHAPES.length, 2, `Shape of the block: ${BLOCK_SHAPES.join(', ')}.`),
  'block.angle': realFactor(-TURN, TURN, 0, 'How the block is turned.', state(ANGLE)),
  'block.start_position': realFactor(100, 400, [400, 100], 'Where the origin of the block is.', state(BLOCK)),
  'agent.color': colorFactor([65, 105, 225], 'Colour of the rim of the agent; its inside is 1.2 times lighter.'),
  'agent.scale': realFactor(20, 60, 40, 'Size of the agent; its radius is 0.375 times that.'),
  'agent.start_position': realFactor(50, 450, [256, 400], 'Where the agent is.', state(AGENT)),
  'agent.velocity': realFactor(0, WORLD, [0, 0], 'Velocity of the agent in pixels a second.', state(AGENT_VELOCITY)),
  'target.block_angle': realFactor(-TURN, TURN, 0, 'How the block is turned at the goal.', goal(ANGLE)),
  'target.block_position': realFactor(
    100,
    400,
    [256, 256],
    'Where the origin of the block is at the goal.',
    goal(BLOCK),
  ),
  'target.agent_position': realFactor(50, 450, [256, 400], 'Where the agent is at the goal.', goal(AGENT)),
  'rendering.render_goal': integerFactor(0, 1, 1, '1: the picture on the floor is drawn.'),
};

/** Factors drawn by a plain reset. */
export const pushTVaried: readonly string[] = [
  'agent.start_position',
  'block.start_position',
  'block.angle',
  'target.agent_position',
  'target.block_position',
  'target.block_angle',
];
