// The codecs give four bytes a pixel; images have three.

/** [count, 3] bytes of [count, 4]: the alpha channel is dropped, as PIL's `convert('RGB')` does. */
export function withoutAlpha(rgba: Uint8ClampedArray | Uint8Array, count: number): Uint8Array {
  const rgb = new Uint8Array(count * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}
