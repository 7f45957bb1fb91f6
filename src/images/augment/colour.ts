// Colour operations in place on f32 pixels in 0..255, interleaved RGB: torchvision's `adjust_*`, `rgb_to_grayscale` and
// `solarize` on float tensors, with 255 in the place of 1.

// torchvision's weights of gray; they sum to 0.9999.
const RED = 0.2989;
const GREEN = 0.587;
const BLUE = 0.114;

/** Keeps values in 0..255. A factor of at most 1 mixes values of that range and needs no clamping. */
function clamp(pixels: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) pixels[i] = Math.max(0, Math.min(255, pixels[i]!));
}

/** x <- clamp(factor x) for the first `count` values. */
export function brightness(pixels: Float32Array, count: number, factor: number): void {
  for (let i = 0; i < count; i++) pixels[i]! *= factor;
  if (factor > 1) clamp(pixels, count);
}

/** x <- clamp(factor x + (1 - factor) m), m the mean gray of the image. */
export function contrast(pixels: Float32Array, count: number, factor: number): void {
  let r = 0;
  let g = 0;
  let b = 0;
  for (let i = 0; i < count; i += 3) {
    r += pixels[i]!;
    g += pixels[i + 1]!;
    b += pixels[i + 2]!;
  }
  const rest = ((1 - factor) * (RED * r + GREEN * g + BLUE * b)) / (count / 3);
  for (let i = 0; i < count; i++) pixels[i] = factor * pixels[i]! + rest;
  if (factor > 1) clamp(pixels, count);
}

/** x <- clamp(factor x + (1 - factor) y), y the gray of the pixel. */
export function saturation(pixels: Float32Array, count: number, factor: number): void {
  for (let i = 0; i < count; i += 3) {
    const r = pixels[i]!;
    const g = pixels[i + 1]!;
    const b = pixels[i + 2]!;
    const rest = (1 - factor) * (RED * r + GREEN * g + BLUE * b);
    pixels[i] = factor * r + rest;
    pixels[i + 1] = factor * g + rest;
    pixels[i + 2] = factor * b + rest;
  }
  if (factor > 1) clamp(pixels, count);
}

/**
 * Turns the hue of every pixel by `turns` of the colour circle, value and saturation (HSV) kept: red becomes green after
 * a third of a turn.
 *
 * In HSV a pixel is max V, chroma C = max - min and a hue h in [0, 6) on the circle red, yellow, green, cyan, blue,
 * magenta. With f the fraction of h, the three values of the turned pixel are V, V - C and either V - C f or V - C (1 - f).
 */
export function hue(pixels: Float32Array, count: number, turns: number): void {
  const shift = 6 * (turns - Math.floor(turns));
  if (shift === 0) return;
  for (let i = 0; i < count; i += 3) {
    const r = pixels[i]!;
    const g = pixels[i + 1]!;
    const b = pixels[i + 2]!;
    const high = Math.max(r, g, b);
    const low = Math.min(r, g, b);
    const chroma = high - low;
    if (chroma === 0) continue;
    let h = shift + (high === r ? (g - b) / chroma : high === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma);
    if (h < 0) h += 6;
    else if (h >= 12) h -= 12;
    else if (h >= 6) h -= 6;
    const sector = h | 0;
    const f = h - sector;
    const falling = high - chroma * f;
    const rising = low + chroma * f;
    switch (sector) {
      case 0:
        pixels[i] = high;
        pixels[i + 1] = rising;
        pixels[i + 2] = low;
        break;
      case 1:
        pixels[i] = falling;
        pixels[i + 1] = high;
        pixels[i + 2] = low;
        break;
      case 2:
        pixels[i] = low;
        pixels[i + 1] = high;
        pixels[i + 2] = rising;
        break;
      case 3:
        pixels[i] = low;
        pixels[i + 1] = falling;
        pixels[i + 2] = high;
        break;
      case 4:
        pixels[i] = rising;
        pixels[i + 1] = low;
        pixels[i + 2] = high;
        break;
      default:
        pixels[i] = high;
        pixels[i + 1] = low;
        pixels[i + 2] = falling;
    }
  }
}

/** All three channels become 0.2989 R + 0.587 G + 0.114 B. */
export function grayscale(pixels: Float32Array, count: number): void {
  for (let i = 0; i < count; i += 3) {
    const gray = RED * pixels[i]! + GREEN * pixels[i + 1]! + BLUE * pixels[i + 2]!;
    pixels[i] = gray;
    pixels[i + 1] = gray;
    pixels[i + 2] = gray;
  }
}

/** x <- 255 - x where x >= `threshold`. */
export function solarise(pixels: Float32Array, count: number, threshold: number): void {
  for (let i = 0; i < count; i++) if (pixels[i]! >= threshold) pixels[i] = 255 - pixels[i]!;
}
