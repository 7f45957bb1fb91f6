// Reacher: a two-link arm on a table must take given joint angles. The arm of the DeepMind Control Suite with the task
// `qpos_match` of stable-worldmodel, moved by MuJoCo, seen from straight above.

import { mujocoModule, mujocoPhysics, type Physics } from '../../physics/index.ts';
import type { Color } from '../../raster/index.ts';
import { type SceneRenderer, type Solid, sceneRenderer } from '../../raster/index.ts';
import { needWorld } from '../check.ts';
import type { WorldDeclaration } from '../declaration.ts';
import type { Env } from '../env.ts';
import type { FactorValues } from '../factors.ts';
import { defineEnv, type EnvOptions } from '../world.ts';
import { armModel, FINGER_RADIUS, fingerAt, HEIGHT, SUBSTEPS } from './arm.ts';
import { armFrom, reacherFactors, reacherVaried } from './factors.ts';
import { reacherPredicates } from './predicates.ts';

const ID = 'reacher';
/** Each joint must be nearer than this to its goal, in radians. */
const NEAR = 0.05;
/** Bounds of angles and speeds that a state may hold; none that occurs is near them. */
const ANY_ANGLE = 1000;
const ANY_SPEED = 1000;
/** What lies beyond the floor, and the base under the shoulder. */
const RIM: Color = [26, 34, 44];
const BASE: Color = [90, 90, 96];
const UPRIGHT = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** What evaluations need to know. */
const reacherDeclares: WorldDeclaration = {
  probes: [
    { name: 'joint angles', components: [0, 1], names: ['shoulder', 'wrist'], circular: true },
    { name: 'joint speeds', components: [2, 3], names: ['shoulder', 'wrist'] },
  ],
  oracle: { policy: 'expert' },
  notVaried: { 'target.color': 'the target is not drawn' },
};

/** What the world derives from its factors. */
interface Scene {
  readonly physics: Physics;
  readonly renderer: SceneRenderer;
  readonly colors: Readonly<Record<string, Color>>;
  readonly target: Color | undefined;
}

/** The picture's stage: a camera straight above the shoulder, x to the right and y upward. */
function rendererFrom(values: FactorValues, imageSize: number): SceneRenderer {
  const intensity = values['light.intensity'] as number;
  return sceneRenderer(imageSize, imageSize, {
    camera: { position: [0, 0, 0.75], target: [0, 0, 0], up: [0, 1, 0], fovy: 45 },
    light: { direction: [0.3, -0.4, -1], ambient: 0.45 * intensity, diffuse: 0.6 * intensity },
    background: RIM,
  });
}

function colorsFrom(values: FactorValues): Scene['colors'] {
  const arm = values['arm.color'] as Color;
  return {
    floor: values['floor.color'] as Color,
    base: BASE,
    upper: arm,
    lower: arm,
    finger: values['finger.color'] as Color,
  };
}

/** One step of control on a state [4], in place: torques for two steps of physics. */
function move(state: Float32Array, action: Float32Array, { physics }: Scene): void {
  physics.set(state.subarray(0, 2), state.subarray(2));
  physics.data('ctrl').set(action);
  physics.step(SUBSTEPS);
  state.set(physics.data('qpos'));
  state.set(physics.data('qvel'), 2);
}

/** What a frame shows of a state [4]. */
function solids(state: Float32Array, goal: Float32Array, { physics, colors, target }: Scene): readonly Solid[] {
  physics.set(state.subarray(0, 2));
  physics.kinematics();
  const shown: Solid[] = physics.geoms().map((geom) => ({ ...geom, color: colors[geom.name]! }));
  if (target === undefined) return shown;
  const [x, y] = fingerAt(goal[0]!, goal[1]!);
  return [
    ...shown,
    { type: 'sphere', position: [x, y, HEIGHT], rotation: UPRIGHT, size: [1.5 * FINGER_RADIUS, 0, 0], color: target },
  ];
}

/**
 * The Reacher world; MuJoCo must be open (`prepareEnv('reacher')`). State [4]: angles of shoulder and wrist, then their
 * speeds, in radians and seconds. Goal [2]: the two angles. Actions [2] in [-1, 1] are torques in units of 0.05 newton
 * metres, twenty-five a second. The goal is reached when both angles are nearer than 0.05 radians. Angles do not wrap: a
 * shoulder one turn further is elsewhere. `distance` is the larger of the two errors, in radians.
 *
 * A reset draws start and goal alike, the shoulder in a full turn and the wrist within 160 degrees, at rest. The goal may
 * be a state's angles beyond the wrist's soft stop; the arm then hardly stays there.
 *
 * Source: DeepMind Control Suite (arXiv 1801.00690); stable-worldmodel, `ReacherDMControl`, task `qpos_match`.
 *
 * @example
 * await prepareEnv('reacher');
 * const env = reacher({ imageSize: 64 });
 * env.reset(key(0));
 * const { terminated, distance } = env.step([0.5, -0.2]);
 */
export function reacher({ imageSize }: EnvOptions = {}): Env {
  mujocoModule(ID);
  let model = '';
  let physics: Physics | undefined;

  /** The arm's physics, made again only when a factor of the arm has changed. */
  function physicsFrom(values: FactorValues): Physics {
    const wanted = armModel(armFrom(values));
    if (physics !== undefined && wanted === model) return physics;
    physics?.free();
    model = wanted;
    physics = mujocoPhysics(ID, wanted);
    return physics;
  }

  const speed = [-ANY_SPEED, ANY_SPEED] as const;
  const angle = [-ANY_ANGLE, ANY_ANGLE] as const;
  return defineEnv<Scene>(
    {
      id: ID,
      actionDim: 2,
      actionLow: -1,
      actionHigh: 1,
      stateNames: ['shoulder', 'wrist', 'shoulder.speed', 'wrist.speed'],
      goalDim: 2,
      maxSteps: 200,
      factors: reacherFactors,
      varied: reacherVaried,
      stateRange: [angle, [-2 * Math.PI, 2 * Math.PI], speed, speed],
      goalRange: [angle, [-2 * Math.PI, 2 * Math.PI]],
      solvedWithin: NEAR,
      prepare: (values, size) => ({
        physics: physicsFrom(values),
        renderer: rendererFrom(values, size),
        colors: colorsFrom(values),
        target: values['rendering.render_target'] === 1 ? (values['target.color'] as Color) : undefined,
      }),
      move,
      distance: (state, goal) => Math.max(Math.abs(state[0]! - goal[0]!), Math.abs(state[1]! - goal[1]!)),
      declares: reacherDeclares,
      predicates: reacherPredicates,
      draw: (target, state, goal, scene) => scene.renderer.draw(target, solids(state, goal, scene)),
    },
    { imageSize },
  );
}

/** Throws for a world that is not Reacher. */
export function checkReacher(env: Env): void {
  needWorld(env, ID);
}
