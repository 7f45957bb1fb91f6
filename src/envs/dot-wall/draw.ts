// The picture of DotWall. A pixel is floor + (wall colour - floor) where there is a wall + opacity x (dot colour - floor),
// cut to 0..255 and truncated: with the dot red and walls green on black, red and green are the reference's two channels
// bit for bit at 65 pixels. At other sizes the walls are averaged over areas and the dot over each pixel.
// Source: eb_jepa `datasets/two_rooms/env.py` (`_render_dot`, `_render_walls`).

import { type Canvas, type Color, canvas, resampleArea } from '../../raster/index.ts';
import type { FactorValues } from '../factors.ts';
import { DOOR_HALF, DOT, HIGH, LOW, PICTURE, WALL_HALF, type Wall } from './layout.ts';

/** Colours, and the latest background. */
export interface Look {
  readonly floor: Color;
  readonly wall: Color;
  readonly dot: Color;
  readonly imageSize: number;
  latest: { readonly x: number; readonly door: number; readonly bytes: Uint8Array } | undefined;
}

/** The look given by the factors at a picture size. */
export function lookFrom(values: FactorValues, imageSize: number): Look {
  return {
    floor: values['background.color'] as Color,
    wall: values['wall.color'] as Color,
    dot: values['agent.color'] as Color,
    imageSize,
    latest: undefined,
  };
}

/** Whether pixel (i, j) of the reference picture is wall. */
function isWall({ x, door }: Wall, i: number, j: number): boolean {
  if (i === LOW || i === HIGH || j === LOW || j === HIGH) return true;
  return i >= x - WALL_HALF && i <= x + WALL_HALF && (j < door - DOOR_HALF || j > door + DOOR_HALF);
}

function backgroundOf(look: Look, wall: Wall): Uint8Array {
  const { latest, imageSize } = look;
  if (latest !== undefined && latest.x === wall.x && latest.door === wall.door) return latest.bytes;
  const reference = new Uint8Array(PICTURE * PICTURE * 3);
  for (let j = 0; j < PICTURE; j++) {
    for (let i = 0; i < PICTURE; i++) reference.set(isWall(wall, i, j) ? look.wall : look.floor, 3 * (j * PICTURE + i));
  }
  let bytes = reference;
  if (imageSize !== PICTURE) {
    bytes = new Uint8Array(imageSize * imageSize * 3);
    resampleArea(canvas(reference, PICTURE, PICTURE), canvas(bytes, imageSize, imageSize));
  }
  look.latest = { x: wall.x, door: wall.door, bytes };
  return bytes;
}

/** Samples per pixel and axis away from the reference size. */
const SAMPLES = 4;
/** Beyond this many standard deviations a dot adds less than one level. */
const REACH = 3.5;

/** Factors of the dot's opacity along one axis, pixels `from` to `to`. */
function profile(center: number, size: number, from: number, to: number): Float64Array {
  const out = new Float64Array(Math.max(0, to - from));
  const samples = size === PICTURE ? 1 : SAMPLES;
  for (let i = from; i < to; i++) {
    let sum = 0;
    for (let s = 0; s < samples; s++) {
      const d = ((i + (s + 0.5) / samples) * PICTURE) / size - 0.5 - center;
      sum += Math.exp((-d * d) / (2 * DOT * DOT));
    }
    out[i - from] = sum / samples;
  }
  return out;
}

/** Paints the frame of a state [4]: dot x, y, wall, door. */
export function drawDotWall(target: Canvas, state: ArrayLike<number>, look: Look): void {
  const { pixels: data, offset, width: size } = target;
  data.set(backgroundOf(look, { x: state[2]!, door: state[3]! }), offset);
  const scale = size / PICTURE;
  const span = (center: number): readonly [number, number] => [
    Math.max(0, Math.floor((center + 0.5 - REACH * DOT) * scale - 0.5)),
    Math.min(size, Math.ceil((center + 0.5 + REACH * DOT) * scale + 0.5)),
  ];
  const [left, right] = span(state[0]!);
  const [top, bottom] = span(state[1]!);
  const columns = profile(state[0]!, size, left, right);
  const rows = profile(state[1]!, size, top, bottom);
  for (let j = top; j < bottom; j++) {
    for (let i = left; i < right; i++) {
      const alpha = rows[j - top]! * columns[i - left]!;
      const at = offset + 3 * (j * size + i);
      for (let c = 0; c < 3; c++) {
        const level = data[at + c]! + alpha * (look.dot[c]! - look.floor[c]!);
        data[at + c] = Math.min(Math.max(level, 0), 255);
      }
    }
  }
}
