// A soft dot whose opacity falls off as exp(-d^2 / (2 sigma^2)), in two renderings: `gaussianDot` averages the opacity over
// each pixel's area, at any scale; `sampledGaussianDot` repeats the reference arithmetic of stable-worldmodel's Two-Room
// (`envs/two_room/env.py`) in float32, one sample per pixel centre, truncated to u8.

import { blend, type Canvas, type Color } from './canvas.ts';

const fround = Math.fround;

/** Beyond this many sigmas the opacity is below half a level of 255. */
const VISIBLE = 3.6;

/** Three-point Gauss-Legendre nodes and weights on [0, 1]. */
const NODES = [0.5 - Math.sqrt(0.15), 0.5, 0.5 + Math.sqrt(0.15)] as const;
const WEIGHTS = [5 / 18, 8 / 18, 5 / 18] as const;

let columns = new Float64Array(256);

/** Mean of exp(-(t - c)^2 / (2 sigma^2)) over pixel i. Pixels wider than sigma are cut into pieces no wider than sigma. */
function pixelMean(i: number, c: number, sigma: number): number {
  const pieces = Math.max(1, Math.ceil(1 / sigma));
  let sum = 0;
  for (let piece = 0; piece < pieces; piece++) {
    for (let n = 0; n < 3; n++) {
      const d = (i + (piece + NODES[n]!) / pieces - c) / sigma;
      sum += WEIGHTS[n]! * Math.exp(-0.5 * d * d);
    }
  }
  return sum / pieces;
}

/**
 * Draws a dot of opacity `peak * exp(-d^2 / (2 sigma^2))` about (cx, cy) in canvas coordinates, at most 1, averaged over
 * each pixel.
 */
export function gaussianDot(target: Canvas, cx: number, cy: number, sigma: number, color: Color, peak = 1): void {
  const { pixels: data, width, height, offset } = target;
  const reach = VISIBLE * sigma + 1;
  const left = Math.max(0, Math.floor(cx - reach));
  const right = Math.min(width, Math.ceil(cx + reach));
  const top = Math.max(0, Math.floor(cy - reach));
  const bottom = Math.min(height, Math.ceil(cy + reach));
  if (right - left > columns.length) columns = new Float64Array(right - left);
  for (let i = left; i < right; i++) columns[i - left] = pixelMean(i, cx, sigma);
  for (let j = top; j < bottom; j++) {
    const row = peak * pixelMean(j, cy, sigma);
    let at = offset + (j * width + left) * 3;
    for (let i = left; i < right; i++, at += 3) {
      const alpha = row * columns[i - left]!;
      if (alpha > 0.00196) blend(data, at, color, Math.min(1, alpha));
    }
  }
}

/** The largest value of the unnormalised dot on the pixel grid: at the pixel nearest to its centre. */
export function gridPeak(x: number, y: number, sigma: number, width: number, height: number): number {
  const dx = x - Math.min(Math.max(Math.round(x), 0), width - 1);
  const dy = y - Math.min(Math.max(Math.round(y), 0), height - 1);
  return Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
}

/** 1 - alpha rounds to 1 in float32 when alpha is at most 2^-25 = exp(-17.33), which is 5.89 sigmas out. */
const EXACT = 6;
const EXACT_ARGUMENT = 17.6;
let squares = new Float32Array(256);

/**
 * The reference dot, in pixel-centre coordinates (pixel i is the point i): alpha = exp(-d^2 / (2 sigma^2)) divided by its
 * maximum over the grid, colour = background * (1 - alpha) + colour * alpha in float32, truncated. A white pixel far out
 * becomes 254 where float32 rounding leaves 254.99998: that is the reference's picture.
 */
export function sampledGaussianDot(target: Canvas, x: number, y: number, sigma: number, color: Color): void {
  const { pixels: data, width, height, offset } = target;
  const spread = fround(2 * sigma * sigma);
  const value = (dx: number, dy: number): number =>
    fround(Math.exp(fround(-fround(fround(dx * dx) + fround(dy * dy)) / spread)));
  const nearestX = Math.min(Math.max(Math.round(x), 0), width - 1);
  const nearestY = Math.min(Math.max(Math.round(y), 0), height - 1);
  const highest = value(fround(nearestX - x), fround(nearestY - y));
  if (highest === 0) return;
  const left = Math.max(0, Math.floor(x - EXACT * sigma));
  const right = Math.min(width - 1, Math.ceil(x + EXACT * sigma));
  const bottom = Math.min(height - 1, Math.ceil(y + EXACT * sigma));
  const limit = spread * EXACT_ARGUMENT;
  const red = color[0]!;
  const green = color[1]!;
  const blue = color[2]!;
  if (right - left >= squares.length) squares = new Float32Array(right - left + 1);
  for (let i = left; i <= right; i++) squares[i - left] = fround(i - x) * fround(i - x);
  for (let j = Math.max(0, Math.floor(y - EXACT * sigma)); j <= bottom; j++) {
    const dy2 = fround(fround(j - y) * fround(j - y));
    let at = offset + (j * width + left) * 3;
    for (let i = left; i <= right; i++, at += 3) {
      const distance2 = fround(squares[i - left]! + dy2);
      if (distance2 > limit) continue;
      const alpha = fround(fround(Math.exp(fround(-distance2 / spread))) / highest);
      const keep = fround(1 - alpha);
      data[at] = fround(fround(data[at]! * keep) + fround(red * alpha));
      data[at + 1] = fround(fround(data[at + 1]! * keep) + fround(green * alpha));
      data[at + 2] = fround(fround(data[at + 2]! * keep) + fround(blue * alpha));
    }
  }
}
