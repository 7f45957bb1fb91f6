// The picture of Push-T: floor, the green picture of a block, walls, agent, block, in the reference's colours and
// geometry at any size. Edges are anti-aliased at the frame's own size, where the reference draws 512 pixels and shrinks.
// Source: stable-worldmodel `envs/pusht/env.py` (`_render_frame`), `envs/utils.py` (`DrawOptions`).

import { placeConvex } from '../../physics/index.ts';
import { type Canvas, type Color, canvas, drawLine, fill, fillConvex, fillDisc } from '../../raster/index.ts';
import type { FactorValues } from '../factors.ts';
import type { Block } from './block.ts';
import { AGENT, ANGLE, BLOCK, WALL_RADIUS, WALLS, WORLD } from './dynamics.ts';

const WALL_COLOR: Color = [211, 211, 211];
/** The agent's lighter inside is this much smaller than its rim, and outlines are this thick. */
const RIM = 4;

/** What the picture depends on besides the state. */
export interface Look {
  /** The frame without agent and block, imageSize * imageSize * 3 bytes; painted at the first frame. */
  background(): Uint8Array;
  readonly agentColor: Color;
  readonly blockColor: Color;
}

/** The reference's lighter colour: 1.2 times, at most 255. */
function lighter(color: Color): Color {
  return color.map((v) => Math.min(255, Math.floor(v * 1.2)));
}

/** The corners of a block's parts in pixels of a frame, each part grown on all sides by `grow` pixels of the world. */
function placedParts(block: Block, pose: readonly number[], scale: number, grow: number): Float64Array[] {
  const cos = Math.cos(pose[2]!);
  const sin = Math.sin(pose[2]!);
  return block.outline.map((part) => {
    const { count, corners, normals } = part;
    const placed = { count, corners: corners.slice(), normals: normals.slice() };
    placeConvex(part, pose[0]!, pose[1]!, cos, sin, placed);
    return placed.corners.map((v, i) => {
      // The sides that meet in a corner are square, so both move it by their own normal.
      const before = (i + 2 * count - 2) % (2 * count);
      return scale * (v + grow * (placed.normals[i]! + placed.normals[before]!));
    });
  });
}

/** The look given by the factors at a picture size. */
export function lookFrom(values: FactorValues, block: Block, imageSize: number): Look {
  let background: Uint8Array | undefined;
  return {
    agentColor: values['agent.color'] as Color,
    blockColor: values['block.color'] as Color,
    background() {
      if (background === undefined) {
        background = new Uint8Array(imageSize * imageSize * 3);
        paintBackground(canvas(background, imageSize, imageSize), values, block);
      }
      return background;
    },
  };
}

function paintBackground(target: Canvas, values: FactorValues, block: Block): void {
  const scale = target.width / WORLD;
  fill(target, values['background.color'] as Color);
  if (values['rendering.render_goal'] === 1) {
    const pose = [...(values['goal.position'] as readonly number[]), values['goal.angle'] as number];
    for (const corners of placedParts(block, pose, scale, 0))
      fillConvex(target, corners, values['goal.color'] as Color);
  }
  const thick = 2 * WALL_RADIUS * scale;
  for (const { ax, ay, bx, by } of WALLS) {
    drawLine(target, ax * scale, ay * scale, bx * scale, by * scale, thick, WALL_COLOR);
    fillDisc(target, ax * scale, ay * scale, thick / 2, WALL_COLOR);
  }
}

/** Paints the frame of a state [10]; `radius` is the agent's. */
export function drawPushT(target: Canvas, state: ArrayLike<number>, block: Block, radius: number, look: Look): void {
  const scale = target.width / WORLD;
  target.pixels.set(look.background(), target.offset);
  const { agentColor, blockColor } = look;
  const ax = state[AGENT]! * scale;
  const ay = state[AGENT + 1]! * scale;
  fillDisc(target, ax, ay, radius * scale, agentColor);
  if (radius > RIM) fillDisc(target, ax, ay, (radius - RIM) * scale, lighter(agentColor));
  const pose = [state[BLOCK]!, state[BLOCK + 1]!, state[ANGLE]!];
  const insides = placedParts(block, pose, scale, -RIM / 2);
  const inside = lighter(blockColor);
  for (const [i, corners] of placedParts(block, pose, scale, RIM / 2).entries()) {
    fillConvex(target, corners, blockColor);
    fillConvex(target, insides[i]!, inside);
  }
}
