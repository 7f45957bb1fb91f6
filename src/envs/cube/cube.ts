// Pick and place on a table-top, in the manner of OGBench's cube-single (arXiv 2410.20092, `manipspace`): its actions,
// control period, success and scripted data, with a gripper that goes where it is sent in place of a UR5e under inverse
// kinematics, a smaller table, a cube of 5 cm instead of 4, and our own picture.

import { mujocoModule } from '../../physics/index.ts';
import { needWorld } from '../check.ts';
import type { WorldDeclaration } from '../declaration.ts';
import type { Env } from '../env.ts';
import { defineEnv, type EnvOptions } from '../world.ts';
import { drawCube, type Look, lookFrom } from './draw.ts';
import { moveGripper } from './dynamics.ts';
import { acceptCube, cubeFactors, cubeVaried } from './factors.ts';
import { cubePredicates } from './predicates.ts';

const ID = 'cube';
/** The goal is reached nearer than this, in metres. OGBench's. */
const NEAR = 0.04;
/** Metres that a place, and metres or radians a second that a velocity, in a state may hold. */
const ANY_PLACE = 5;
const ANY_SPEED = 100;
const ANY_TURN = 4;

/** What evaluations need to know. The cube's turn is a rotation vector: its z is the yaw of a cube that lies flat. */
const cubeDeclares: WorldDeclaration = {
  probes: [
    { name: 'cube position', components: [0, 1, 2], names: ['x', 'y', 'z'] },
    { name: 'cube yaw', components: [5], names: ['yaw'], circular: true },
    { name: 'gripper position', components: [6, 7, 8], names: ['x', 'y', 'z'] },
    { name: 'gripper yaw', components: [9], names: ['yaw'], circular: true },
    { name: 'gripper opening', components: [10, 11], names: ['left', 'right'] },
    { name: 'cube velocity', components: [12, 13, 14], names: ['vx', 'vy', 'vz'] },
    { name: 'gripper velocity', components: [18, 19, 20], names: ['vx', 'vy', 'vz'] },
  ],
  oracle: { policy: 'expert' },
  carried: ['gripper'],
  notVaried: { 'target.color': 'the target is not drawn' },
};

interface Scene {
  readonly half: number;
  readonly marked: boolean;
  /** Made at the first frame: a world that is only stepped needs none. */
  look(): Look;
}

const xyz = (name: string): string[] => ['x', 'y', 'z'].map((axis) => `${name}${axis}`);
const times = <T>(count: number, value: T): T[] => new Array<T>(count).fill(value);

/**
 * The table-top world. MuJoCo must be open: `await prepareEnv('cube')`.
 *
 * State [24], positions and then velocities: the cube's place (x, y; z counts from where it lies flat on the table) and
 * rotation vector; the gripper's grasping point, its yaw, and how far the left and the right finger are from the middle;
 * velocities in the same order, the cube's angular velocity in its own axes. Metres, radians, seconds. Goal [3]: the
 * cube's place, reached nearer than 0.04.
 *
 * Actions [5] in [-1, 1], twenty a second: a move of 5 cm along x (towards the viewer), y (to the right in the picture)
 * and z (up), a turn of 0.3, and closing (positive) or opening the gripper by its whole width. Each is relative to the
 * gripper as it is, and a third of a move is done before the next: a grasp has to be held, and with a last component of
 * 0 the fingers let go.
 *
 * @example
 * await prepareEnv('cube');
 * const env = cube({ imageSize: 64 });
 * env.reset(key(0));
 * const { terminated, distance } = env.step([0, 0, -1, 0, -1]);
 */
export function cube({ imageSize }: EnvOptions = {}): Env {
  mujocoModule(ID);
  return defineEnv<Scene>(
    {
      id: ID,
      actionDim: 5,
      actionLow: -1,
      actionHigh: 1,
      stateNames: [
        ...xyz('cube.'),
        ...xyz('cube.turn.'),
        ...xyz('gripper.'),
        'gripper.yaw',
        'finger.left',
        'finger.right',
        ...xyz('cube.v'),
        ...xyz('cube.spin.'),
        ...xyz('gripper.v'),
        'gripper.spin',
        'finger.left.v',
        'finger.right.v',
      ],
      goalDim: 3,
      maxSteps: 200,
      factors: cubeFactors,
      varied: cubeVaried,
      stateRange: [
        ...times(3, [-ANY_PLACE, ANY_PLACE] as const),
        ...times(3, [-ANY_TURN, ANY_TURN] as const),
        ...times(3, [-1, 1] as const),
        [-ANY_TURN, ANY_TURN],
        ...times(2, [-0.02, 0.1] as const),
        ...times(12, [-ANY_SPEED, ANY_SPEED] as const),
      ],
      goalRange: [-ANY_PLACE, ANY_PLACE],
      solvedWithin: NEAR,
      accept: acceptCube,
      prepare(values, size) {
        const half = (values['cube.size'] as number) / 2;
        let look: Look | undefined;
        return {
          half,
          marked: values['rendering.render_target'] === 1,
          look: () => {
            look ??= lookFrom(values, half, size);
            return look;
          },
        };
      },
      move: (state, action, { half }) => moveGripper(half, state, action),
      distance: (state, goal) => Math.hypot(state[0]! - goal[0]!, state[1]! - goal[1]!, state[2]! - goal[2]!),
      declares: cubeDeclares,
      predicates: cubePredicates,
      draw: (target, state, goal, { look, marked }) => drawCube(target, state, goal, look(), marked),
    },
    { imageSize },
  );
}

/** Half the side of a world's cube. Throws for any other world. */
export function cubeHalf(env: Env): number {
  needWorld(env, ID);
  return (env.factor('cube.size') as number) / 2;
}
