// PNG by fast-png, brought to 8-bit RGB as PIL's `convert('RGB')` does: gray is repeated, a palette looked up, alpha dropped.

import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import type { DecodedImage } from './decode.ts';

/** Values of one byte each: 16 bits lose the lower eight, fewer than 8 bits are unpacked and spread over 0..255. */
function byteValues({ data, depth, width, height, channels }: DecodedPng): Uint8Array | Uint8ClampedArray {
  if (data instanceof Uint16Array) return Uint8Array.from(data, (value) => value >> 8);
  if (depth === 8) return data;
  const perRow = Math.ceil((width * channels * depth) / 8);
  const most = (1 << depth) - 1;
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const row = Math.floor(i / (width * channels));
    const bit = (i % (width * channels)) * depth;
    const byte = data[row * perRow + (bit >> 3)]!;
    return (255 * ((byte >> (8 - depth - (bit & 7))) & most)) / most;
  });
}

/** Decodes a PNG. Throws an `Error` when anything is wrong with it, checksums included. */
export function decodePng(bytes: Uint8Array): DecodedImage {
  const png = decode(bytes, { checkCrc: true });
  const { width, height } = png;
  const indexed = png.palette !== undefined;
  const values = indexed ? convertIndexedToRgb(png) : byteValues(png);
  const channels = indexed ? values.length / (width * height) : png.channels;
  const rgb = new Uint8Array(width * height * 3);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  for (let from = 0, to = 0; to < rgb.length; from += channels, to += 3) {
    rgb[to] = values[from]!;
    rgb[to + 1] = values[from + green]!;
    rgb[to + 2] = values[from + blue]!;
  }
  return { height, width, rgb };
}
