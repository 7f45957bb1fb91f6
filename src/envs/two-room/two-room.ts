// Two-Room, the 224-pixel navigation world of LeWorldModel: a red dot, a wall, a door, and a goal that is shown only as a
// picture. Variant "TwoRoom-v1" of stable-worldmodel (`envs/two_room/env.py`), quirks included.

import { JepaError } from '../../core/index.ts';
import { needWorld } from '../check.ts';
import type { Env, FactorValue } from '../env.ts';
import { sideGroup } from '../task-groups.ts';
import { defineEnv, type EnvOptions } from '../world.ts';
import { drawTwoRoom, type Scene, sceneFrom } from './draw.ts';
import { acceptTwoRoom, type TargetRule, twoRoomFactors, twoRoomVaried } from './factors.ts';
import { GOAL_RADIUS, goalDistance, type Layout, layoutFrom, moveTwoRoom, offFloor, PICTURE } from './layout.ts';
import { acrossRooms, twoRoomPredicates } from './predicates.ts';
import { throughRooms } from './walls.ts';

const ID = 'two-room';
const LAYOUT_FACTORS = [
  'agent.radius',
  'agent.speed',
  'wall.thickness',
  'wall.axis',
  'door.number',
  'door.size',
  'door.position',
];

/** Options of Two-Room. */
export interface TwoRoomOptions extends EnvOptions {
  /** Where goals are drawn; `anywhere` is what the reference code does. */
  readonly targets?: TargetRule;
}

/** Refuses goals that the agent cannot come near enough to: in a corner behind the frame, deep inside a thick wall. */
function checkGoal(what: 'state' | 'goal', vector: Float32Array, _state: Float32Array, { layout }: Scene): void {
  if (what === 'state') return;
  const off = offFloor(layout, vector);
  if (off < GOAL_RADIUS) return;
  throw new JepaError(
    'usage',
    `${ID}: the goal must lie within ${GOAL_RADIUS} pixels of where the agent can be, got (${vector[0]}, ${vector[1]}), which is ${off.toFixed(1)} pixels from the nearest such place; choose a goal on the floor, within [${layout.min}, ${layout.max}]`,
    { goal: Array.from(vector), off },
  );
}

/**
 * The Two-Room world. State [2] is the agent's (x, y), goal [2] the target's, both in pixels of the 224-pixel picture
 * within [0, 223]; actions [2] in [-1, 1] move it by up to `agent.speed` pixels along each axis; the goal is reached nearer
 * than 16 pixels.
 *
 * @example
 * const env = twoRoom({ imageSize: 64 });
 * env.reset(key(0));
 * const { terminated, distance } = env.step([1, 0]);
 */
export function twoRoom({ imageSize = PICTURE, targets = 'anywhere' }: TwoRoomOptions = {}): Env {
  return defineEnv<Scene>(
    {
      id: ID,
      actionDim: 2,
      actionLow: -1,
      actionHigh: 1,
      stateNames: ['agent.x', 'agent.y'],
      goalDim: 2,
      maxSteps: 100,
      factors: twoRoomFactors,
      varied: twoRoomVaried,
      stateRange: [0, PICTURE - 1],
      goalRange: [0, PICTURE - 1],
      solvedWithin: GOAL_RADIUS,
      accept: (name, value, values) => acceptTwoRoom(targets, name, value, values),
      check: checkGoal,
      prepare: sceneFrom,
      move: (state, action, { layout }) => moveTwoRoom(layout, state, action),
      distance: goalDistance,
      behindWall: (state, { layout }) => throughRooms(state, layout),
      group: (start, goal, { layout }) => sideGroup(acrossRooms(layout, start, goal)),
      predicates: twoRoomPredicates,
      declares: {
        ground: { at: [0, 1], extent: [-0.5, -0.5, PICTURE - 0.5, PICTURE - 0.5] },
        oracle: { policy: 'oracle' },
        bands: [50, 100, 150],
        notVaried: { 'target.color': 'the target is not drawn', 'target.radius': 'the target is not drawn' },
      },
      draw: drawTwoRoom,
    },
    { imageSize },
  );
}

/** The geometry of a Two-Room world as it stands. Throws for any other world. */
export function layoutOf(env: Env): Layout {
  needWorld(env, ID);
  const values: Record<string, FactorValue> = {};
  for (const name of LAYOUT_FACTORS) values[name] = env.factor(name);
  return layoutFrom(values);
}
