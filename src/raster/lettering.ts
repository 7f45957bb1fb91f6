// What figures and animations are put together from: magnified pictures, round-ended translucent strokes, and text in a 3x5
// pixel font. Coordinates are pixels, x right, y down.

import type { Canvas, Color } from './canvas.ts';
import { fillRect } from './shapes.ts';

/** Draws `image` at (x, y), each of its pixels as a `scale` x `scale` square; `scale` is a whole number. */
export function drawImage(target: Canvas, image: Canvas, x: number, y: number, scale: number): void {
  for (let row = 0; row < image.height * scale; row++) {
    for (let column = 0; column < image.width * scale; column++) {
      const from = image.offset + (Math.floor(row / scale) * image.width + Math.floor(column / scale)) * 3;
      const to = target.offset + ((y + row) * target.width + x + column) * 3;
      for (let c = 0; c < 3; c++) target.pixels[to + c] = image.pixels[from + c]!;
    }
  }
}

/** A straight line with round ends, blended at `alpha`; only inside the rectangle `clip` [x, y, width, height]. */
export function drawStroke(
  target: Canvas,
  from: readonly [number, number],
  to: readonly [number, number],
  width: number,
  colour: Color,
  alpha: number,
  clip: readonly [number, number, number, number],
): void {
  const reach = width / 2 + 1;
  const left = Math.max(clip[0], Math.floor(Math.min(from[0], to[0]) - reach));
  const right = Math.min(clip[0] + clip[2] - 1, Math.ceil(Math.max(from[0], to[0]) + reach));
  const top = Math.max(clip[1], Math.floor(Math.min(from[1], to[1]) - reach));
  const bottom = Math.min(clip[1] + clip[3] - 1, Math.ceil(Math.max(from[1], to[1]) + reach));
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const lengthSquared = dx * dx + dy * dy;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const along = lengthSquared === 0 ? 0 : ((x - from[0]) * dx + (y - from[1]) * dy) / lengthSquared;
      const t = Math.min(1, Math.max(0, along));
      const distance = Math.hypot(x - from[0] - t * dx, y - from[1] - t * dy);
      const cover = alpha * Math.min(1, Math.max(0, width / 2 + 0.5 - distance));
      if (cover <= 0) continue;
      const at = target.offset + (y * target.width + x) * 3;
      for (let c = 0; c < 3; c++) {
        target.pixels[at + c] = Math.round(target.pixels[at + c]! * (1 - cover) + colour[c]! * cover);
      }
    }
  }
}

// Rows of three dots from top to bottom, one octal digit per row (4 left, 2 middle, 1 right).
// biome-ignore format: a table reads better in columns
const GLYPHS: Readonly<Record<string, string>> = {
  A: '25755', B: '65656', C: '34443', D: '65556', E: '74647', F: '74644', G: '34553', H: '55755', I: '72227',
  J: '11152', K: '55655', L: '44447', M: '57755', N: '65555', O: '25552', P: '65644', Q: '25563', R: '65655',
  S: '34216', T: '72222', U: '55557', V: '55552', W: '55775', X: '55255', Y: '55222', Z: '71247',
  '0': '75557', '1': '26227', '2': '71747', '3': '71317', '4': '55711', '5': '74717', '6': '74757', '7': '71122',
  '8': '75757', '9': '75717', ' ': '00000', '.': '00002', '%': '51245', '/': '11244', '-': '00700', '+': '02720',
};

/** Width in pixels of `text` at `scale`. */
export function textWidth(text: string, scale: number): number {
  return Math.max(0, text.length * 4 - 1) * scale;
}

/** Writes `text` (letters, digits and ` . % / - +`; others are blank) with its top left corner at (x, y). */
export function drawText(target: Canvas, text: string, x: number, y: number, scale: number, colour: Color): void {
  [...text.toUpperCase()].forEach((letter, i) => {
    [...(GLYPHS[letter] ?? GLYPHS[' ']!)].forEach((digit, row) => {
      for (let column = 0; column < 3; column++) {
        if ((Number(digit) >> (2 - column)) & 1) {
          const [left, top] = [x + (i * 4 + column) * scale, y + row * scale];
          fillRect(target, left, top, left + scale, top + scale, colour);
        }
      }
    });
  });
}
