// The picture of Two-Room. Floor, doors, wall and frame do not depend on the agent: they are painted once per setting of
// the factors and kept, so that a frame is a copy and a dot. At 224 pixels the frame is the reference's; at other sizes the
// background is that picture averaged over each pixel's area and the dot is drawn at the same scale.
// Source: stable-worldmodel `envs/two_room/env.py`, `_render_frame`.

import {
  type Canvas,
  type Color,
  canvas,
  fill,
  fillRect,
  gaussianDot,
  gridPeak,
  resampleArea,
  sampledGaussianDot,
} from '../../raster/index.ts';
import type { FactorValues } from '../factors.ts';
import { BORDER, type Layout, layoutFrom, PICTURE, WALL_CENTER } from './layout.ts';

/** Thickness of the painted frame; it lies just outside the reachable floor. */
const FRAME = 4;

/** What a Two-Room world derives from its factors: the layout at once, the background at the first frame. */
export interface Scene {
  readonly layout: Layout;
  readonly agentColor: Color;
  readonly target: { readonly color: Color; readonly radius: number } | undefined;
  /** The frame without agent and target, imageSize * imageSize * 3 bytes. */
  background(): Uint8Array;
}

/** Backgrounds of the latest settings, by the settings that decide them; worlds of one vector share theirs. */
const kept = new Map<string, Uint8Array>();
const KEEP = 64;

/** The scene of the given factor values at a picture size. */
export function sceneFrom(values: FactorValues, imageSize: number): Scene {
  const layout = layoutFrom(values);
  let background: Uint8Array | undefined;
  return {
    layout,
    agentColor: values['agent.color'] as Color,
    target:
      values['rendering.render_target'] === 1
        ? { color: values['target.color'] as Color, radius: values['target.radius'] as number }
        : undefined,
    background() {
      background ??= backgroundOf(layout, values, imageSize);
      return background;
    },
  };
}

function backgroundOf(layout: Layout, values: FactorValues, imageSize: number): Uint8Array {
  const colors = ['background.color', 'door.color', 'wall.color'].map((name) => values[name] as Color);
  const setting = JSON.stringify([imageSize, layout.axis, layout.half, layout.doors, colors]);
  const known = kept.get(setting);
  if (known !== undefined) return known;
  const reference = new Uint8Array(PICTURE * PICTURE * 3);
  paintReference(canvas(reference, PICTURE, PICTURE), layout, colors[0]!, colors[1]!, colors[2]!);
  let picture = reference;
  if (imageSize !== PICTURE) {
    picture = new Uint8Array(imageSize * imageSize * 3);
    resampleArea(canvas(reference, PICTURE, PICTURE), canvas(picture, imageSize, imageSize));
  }
  if (kept.size >= KEEP) kept.delete(kept.keys().next().value!);
  kept.set(setting, picture);
  return picture;
}

/** Floor, wall, doors in the wall, frame. All edges lie between pixels, so every pixel has one of three colours. */
function paintReference(target: Canvas, layout: Layout, floor: Color, door: Color, wall: Color): void {
  const { axis, half, doors } = layout;
  const stripe = (from: number, to: number, color: Color): void => {
    const low = WALL_CENTER - half;
    const high = WALL_CENTER + half + 1;
    if (axis === 0) fillRect(target, low, from, high, to, color);
    else fillRect(target, from, low, to, high, color);
  };
  fill(target, floor);
  stripe(0, PICTURE, wall);
  for (const { center, half: extent } of doors) stripe(center - extent, center + extent + 1, door);
  for (const edge of [BORDER - FRAME, PICTURE - BORDER]) {
    fillRect(target, edge, 0, edge + FRAME, PICTURE, wall);
    fillRect(target, 0, edge, PICTURE, edge + FRAME, wall);
  }
}

function dot(target: Canvas, position: ArrayLike<number>, radius: number, color: Color): void {
  const x = position[0]!;
  const y = position[1]!;
  if (target.width === PICTURE) {
    sampledGaussianDot(target, x, y, radius, color);
    return;
  }
  const scale = target.width / PICTURE;
  const peak = 1 / gridPeak(x, y, radius, PICTURE, PICTURE);
  gaussianDot(target, (x + 0.5) * scale, (y + 0.5) * scale, radius * scale, color, peak);
}

/** Paints the frame with the agent at `agent` and, where the factors show it, the target at `goal`. */
export function drawTwoRoom(target: Canvas, agent: ArrayLike<number>, goal: ArrayLike<number>, scene: Scene): void {
  target.pixels.set(scene.background(), target.offset);
  if (scene.target !== undefined) dot(target, goal, scene.target.radius, scene.target.color);
  dot(target, agent, scene.layout.radius, scene.agentColor);
}
