// The animated GIF of planned episodes: a grid of cells, each with what the agent sees, the goal picture, and the path
// that the world model imagines. Only pixels that change are stored, so a few hundred kilobytes hold six episodes.

import { JepaError } from '../core/index.ts';
import {
  type Canvas,
  type Color,
  canvas,
  drawImage,
  drawStroke,
  drawText,
  filledCanvas,
  fillRect,
  textWidth,
} from '../raster/index.ts';
import { type AnimationOptions, animatedGif, type GifFile } from '../raster/node.ts';
import type { ImagePoint } from '../run/index.ts';
import type { Rollout } from '../run/node.ts';

/** How the GIF is laid out. */
export interface GifOptions extends AnimationOptions {
  /** Largest width in pixels; pictures are magnified by the largest whole number that fits. */
  readonly width?: number;
  readonly columns?: number;
}

const PAPER: Color = [250, 250, 248];
const INK: Color = [70, 76, 88];
const EDGE: Color = [205, 207, 210];
const GREEN: Color = [22, 137, 90];
const BLUE: Color = [36, 88, 230];
const WHITE: Color = [255, 255, 255];
const GAP = 10;
const TEXT = 2;

interface Layout {
  readonly scale: number;
  readonly goalScale: number;
  readonly columns: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly width: number;
  readonly height: number;
}

function layout(rollouts: readonly Rollout[], width: number, columns: number): Layout {
  const { width: w, height: h } = rollouts[0]!.file;
  const cell = (scale: number): number => w * scale + GAP + Math.max(w * goalScale(scale), textWidth('REACHED', TEXT));
  const goalScale = (scale: number): number => Math.max(1, Math.floor(scale / 2));
  const total = (scale: number): number => columns * (cell(scale) + 2 * GAP) + GAP;
  let scale = 1;
  while (total(scale + 1) <= width) scale++;
  const rows = Math.ceil(rollouts.length / columns);
  const cellHeight = h * scale;
  return {
    scale,
    goalScale: goalScale(scale),
    columns,
    cellWidth: cell(scale),
    cellHeight,
    width: total(scale),
    height: rows * (cellHeight + 2 * GAP),
  };
}

/**
 * Encodes planned episodes of one image size as an animated GIF that loops. Episodes that end early stay at their last
 * frame. Throws `data` when there is no episode or their sizes differ.
 */
export function episodesGif(rollouts: readonly Rollout[], options: GifOptions = {}): GifFile {
  const { width = 620, columns = Math.min(2, rollouts.length), delayMs = 90, hold = 14 } = options;
  const first = rollouts[0]?.file;
  if (first === undefined) throw new JepaError('data', 'a GIF needs at least one recorded episode, got none');
  for (const { file, name } of rollouts) {
    if (file.width !== first.width || file.height !== first.height) {
      const got = `${file.height}x${file.width} in episode ${name}`;
      throw new JepaError(
        'data',
        `episodes of a GIF must share one image size ${first.height}x${first.width}, got ${got}`,
      );
    }
  }
  const place = layout(rollouts, width, columns);
  const steps = Math.max(...rollouts.map((r) => r.file.frames));
  const pictures = Array.from({ length: steps }, (_, t) => compose(rollouts, t, place));
  return animatedGif(pictures, { delayMs, hold });
}

function compose(rollouts: readonly Rollout[], t: number, place: Layout): Canvas {
  const target = filledCanvas(place.width, place.height, PAPER);
  rollouts.forEach((rollout, i) => {
    const x = GAP + (i % place.columns) * (place.cellWidth + 2 * GAP) + GAP / 2;
    const y = GAP + Math.floor(i / place.columns) * (place.cellHeight + 2 * GAP);
    cell(target, rollout, Math.min(t, rollout.file.frames - 1), x, y, place);
  });
  return target;
}

function frameOf({ file, images }: Rollout, i: number): Canvas {
  const size = file.height * file.width * 3;
  return canvas(images, file.width, file.height, i * size);
}

function cell(target: Canvas, rollout: Rollout, t: number, x: number, y: number, place: Layout): void {
  const { file } = rollout;
  const { scale, goalScale } = place;
  const [w, h] = [file.width * scale, file.height * scale];
  const reached = file.reachedAt === undefined ? file.success && t === file.frames - 1 : t >= file.reachedAt;
  frame(target, x, y, w, h, reached ? GREEN : EDGE, reached ? 3 : 1);
  drawImage(target, frameOf(rollout, t), x, y, scale);
  paths(target, rollout, t, [x, y, w, h]);

  const side = x + w + GAP;
  drawText(target, 'goal', side, y, TEXT, INK);
  const goalTop = y + 5 * TEXT + 5;
  frame(target, side, goalTop, file.width * goalScale, file.height * goalScale, EDGE, 1);
  drawImage(target, frameOf(rollout, file.frames), side, goalTop, goalScale);
  const below = goalTop + file.height * goalScale + GAP;
  drawText(target, `step ${t}`, side, below, TEXT, INK);
  if (reached) drawText(target, 'reached', side, below + 5 * TEXT + 6, TEXT, GREEN);
}

function frame(target: Canvas, x: number, y: number, w: number, h: number, colour: Color, line: number): void {
  fillRect(target, x - line, y - line, x + w + line, y + h + line, colour);
}

function paths(target: Canvas, { file }: Rollout, t: number, box: readonly [number, number, number, number]): void {
  if (file.extent === undefined) return;
  const [left, top, right, bottom] = file.extent;
  const at = ([px, py]: ImagePoint): readonly [number, number] => [
    box[0] + ((px - left) / (right - left)) * box[2],
    box[1] + ((py - top) / (bottom - top)) * box[3],
  ];
  const line = Math.max(2, box[2] / 75);
  const draw = (points: readonly ImagePoint[], width: number, colour: Color, from: number, to: number): void => {
    for (let i = 1; i < points.length; i++) {
      const alpha = from + (to - from) * (points.length < 3 ? 1 : (i - 1) / (points.length - 2));
      drawStroke(target, at(points[i - 1]!), at(points[i]!), width, colour, alpha, box);
    }
  };
  draw((file.path ?? []).slice(0, t + 1), line * 0.8, INK, 0.1, 0.6);
  const plan = (file.imagined ?? []).filter((m) => m.at <= t).at(-1);
  if (plan === undefined || plan.path.length === 0) return;
  draw(plan.path, line * 2, WHITE, 0.8, 0.2);
  draw(plan.path, line, BLUE, 1, 0.45);
  const end = at(plan.path[plan.path.length - 1]!);
  drawStroke(target, end, end, line * 2.2, BLUE, 0.7, box);
}
