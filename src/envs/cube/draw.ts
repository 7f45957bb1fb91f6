// The picture of the table-top world: table, cube, gripper, and an arm of two links that reaches from its foot to the
// gripper, seen from the front and above. The arm follows from the gripper's place (two links in the upright plane
// through foot and wrist, elbow up); it is for the eye only.

import { rotationMatrix } from '../../physics/index.ts';
import type { Canvas, Color } from '../../raster/index.ts';
import { type SceneRenderer, type Solid, sceneRenderer } from '../../raster/index.ts';
import type { FactorValues } from '../factors.ts';
import { CUBE, FINGER, FINGERS, GRIPPER, PALM, type Part, TURN, WRIST, YAW } from './parts.ts';

/** Half sides of the table. */
const TABLE = [0.5, 0.7];
const FOOT_X = -0.46;
const SHOULDER_Z = 0.14;
const FOOT_RADIUS = 0.07;
/** Length of both links: together they reach every place the gripper may go to. */
const LINK = 0.42;
const UPPER_RADIUS = 0.045;
const LOWER_RADIUS = 0.034;
const WRIST_RADIUS = 0.028;
/** The camera looks at this point from this far; it is sent around and up by factors. */
const LOOK_AT = [0, 0, 0.11];
const DISTANCE = 1.3;
/** Height of the picture at that point, in metres: a cube of 5 cm is 6 pixels of 64 wide. */
const EXTENT = 0.5;
const SHADE = 0.6;

/** What the picture depends on besides state and goal. */
export interface Look {
  readonly renderer: SceneRenderer;
  readonly solids: Shapes;
  readonly half: number;
}

/** A solid whose pose is written anew for each frame. */
interface Moving extends Solid {
  readonly position: Float64Array;
  readonly rotation: Float64Array;
  readonly size: Float64Array;
}

interface Shapes {
  readonly cube: Moving;
  readonly palm: Moving;
  readonly fingers: readonly [Moving, Moving];
  readonly links: readonly [Moving, Moving, Moving];
  readonly mark: Moving;
  readonly all: readonly Solid[];
  readonly marked: readonly Solid[];
}

const upright = (): Float64Array => Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

const solid = (type: Solid['type'], size: readonly number[], color: Color, position = [0, 0, 0]): Moving => ({
  type,
  position: Float64Array.from(position),
  rotation: upright(),
  size: Float64Array.from(size),
  color,
});

function shapesFrom(values: FactorValues, half: number): Shapes {
  const [arm, grip] = ['arm.color', 'gripper.color'].map((name) => values[name] as Color);
  const cube = solid('box', [half, half, half], values['cube.color'] as Color);
  const palm = solid('box', PALM.half, grip!);
  const fingers = [solid('box', FINGER.half, grip!), solid('box', FINGER.half, grip!)] as const;
  const links = [
    solid('capsule', [UPPER_RADIUS, 0], arm!),
    solid('capsule', [LOWER_RADIUS, 0], arm!),
    solid('capsule', [WRIST_RADIUS, 0], arm!),
  ] as const;
  const mark = solid('box', [half, half, 0.001], values['target.color'] as Color);
  const all = [...links, palm, ...fingers, cube];
  return { cube, palm, fingers, links, mark, all, marked: [...all, mark] };
}

/** The look given by the factors at a picture size. */
export function lookFrom(values: FactorValues, half: number, imageSize: number): Look {
  const number = (name: string): number => values[name] as number;
  const [around, up, bright] = [number('camera.azimuth'), number('camera.elevation'), number('light.intensity')];
  const flat = DISTANCE * Math.cos(up);
  const renderer = sceneRenderer(imageSize, imageSize, {
    camera: {
      position: [flat * Math.cos(around), flat * Math.sin(around), LOOK_AT[2]! + DISTANCE * Math.sin(up)],
      target: LOOK_AT,
      fovy: (360 / Math.PI) * Math.atan(EXTENT / 2 / DISTANCE),
    },
    light: { direction: [-0.35, 0.25, -1], ambient: 0.45 * bright, diffuse: 0.65 * bright },
    background: values['background.color'] as Color,
    still: [
      solid('plane', TABLE, values['table.color'] as Color),
      solid('cylinder', [FOOT_RADIUS, SHOULDER_Z / 2], values['arm.color'] as Color, [FOOT_X, 0, SHOULDER_Z / 2]),
    ],
    shadow: { height: 0, shade: SHADE },
  });
  return { renderer, half, solids: shapesFrom(values, half) };
}

/** Puts a capsule between two points. */
function span({ position, rotation, size }: Moving, a: readonly number[], b: readonly number[]): void {
  const axis = [b[0]! - a[0]!, b[1]! - a[1]!, b[2]! - a[2]!];
  const length = Math.sqrt(axis[0]! ** 2 + axis[1]! ** 2 + axis[2]! ** 2);
  const [zx, zy, zz] = [axis[0]! / length, axis[1]! / length, axis[2]! / length];
  // Any direction square to the axis will do for x; level and along the table where the axis allows.
  const level = Math.sqrt(zx * zx + zy * zy);
  const [xx, xy] = level < 1e-6 ? [1, 0] : [-zy / level, zx / level];
  rotation.set([xx, -zz * xy, zx, xy, zz * xx, zy, 0, zx * xy - zy * xx, zz]);
  position.set([(a[0]! + b[0]!) / 2, (a[1]! + b[1]!) / 2, (a[2]! + b[2]!) / 2]);
  size[1] = length / 2;
}

/** Where the elbow of two links of length LINK from the shoulder to the wrist is. */
function elbow(shoulder: readonly number[], wrist: readonly number[]): number[] {
  const [dx, dy, dz] = [wrist[0]! - shoulder[0]!, wrist[1]! - shoulder[1]!, wrist[2]! - shoulder[2]!];
  const level = Math.sqrt(dx * dx + dy * dy);
  const distance = Math.sqrt(level * level + dz * dz);
  const rise = Math.sqrt(Math.max(0, LINK * LINK - (distance * distance) / 4));
  // Square to the way from shoulder to wrist, in the upright plane, pointing up.
  const [out, up] = [(-rise * dz) / distance, (rise * level) / distance];
  return [
    shoulder[0]! + dx / 2 + (out * dx) / level,
    shoulder[1]! + dy / 2 + (out * dy) / level,
    shoulder[2]! + dz / 2 + up,
  ];
}

/** Puts a part of the gripper where a state has it. */
function attach({ position, rotation }: Moving, { center }: Part, side: number, state: ArrayLike<number>): void {
  const cos = Math.cos(state[YAW]!);
  const sin = Math.sin(state[YAW]!);
  position[0] = state[GRIPPER]! + cos * center[0] - sin * side;
  position[1] = state[GRIPPER + 1]! + sin * center[0] + cos * side;
  position[2] = state[GRIPPER + 2]! + center[2];
  rotation.set([cos, -sin, 0, sin, cos, 0, 0, 0, 1]);
}

/** Paints the frame of a state [24]; with `marked`, the goal's place too. */
export function drawCube(
  target: Canvas,
  state: ArrayLike<number>,
  goal: ArrayLike<number>,
  { renderer, solids, half }: Look,
  marked: boolean,
): void {
  const { cube, palm, fingers, links, mark } = solids;
  cube.position.set([state[CUBE]!, state[CUBE + 1]!, state[CUBE + 2]! + half]);
  rotationMatrix(state, TURN, cube.rotation);
  attach(palm, PALM, PALM.center[1], state);
  attach(fingers[0], FINGER, state[FINGERS]! + FINGER.center[1], state);
  attach(fingers[1], FINGER, -(state[FINGERS + 1]! + FINGER.center[1]), state);
  const shoulder = [FOOT_X, 0, SHOULDER_Z];
  const hand = [state[GRIPPER]!, state[GRIPPER + 1]!, state[GRIPPER + 2]! + PALM.center[2]];
  const wrist = [hand[0]!, hand[1]!, state[GRIPPER + 2]! + WRIST];
  const bend = elbow(shoulder, wrist);
  span(links[0], shoulder, bend);
  span(links[1], bend, wrist);
  span(links[2], hand, wrist);
  mark.position.set([goal[0]!, goal[1]!, goal[2]! + 0.001]);
  renderer.draw(target, marked ? solids.marked : solids.all);
}
