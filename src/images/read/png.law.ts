// A PNG encoder for tests, of every colour type, depth, interlace and filter, and what each pixel must decode to: both from
// the definitions of the standard (PNG, 3rd edition, sections 7.2, 8.1, 9.2, 13.12).

import { crc32, deflateSync } from 'node:zlib';

/** A picture to encode, by its samples. */
export interface PngPicture {
  readonly width: number;
  readonly height: number;
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly interlaced?: boolean;
  /** Colours of an indexed picture, three bytes each. */
  readonly palette?: readonly number[];
  /** Sample c of the pixel in row y and column x, below 2^depth. */
  sample(y: number, x: number, c: number): number;
  /** Chunks between the header and the image data. */
  readonly extra?: readonly (readonly [type: string, data: Uint8Array])[];
  /** Number of image data chunks (default 1). */
  readonly pieces?: number;
}

/** Samples a pixel of each colour type. */
export const PNG_SAMPLES = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const;

/** The colour types and depths that the standard allows. */
export const PNG_KINDS: readonly (readonly [PngPicture['colourType'], PngPicture['depth']])[] = [
  ...([1, 2, 4, 8, 16] as const).map((depth) => [0, depth] as const),
  ...([1, 2, 4, 8] as const).map((depth) => [3, depth] as const),
  ...([2, 4, 6] as const).flatMap((type) => ([8, 16] as const).map((depth) => [type, depth] as const)),
];

/** One chunk with its length and checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** The rows of pixels of each pass: which columns of which rows, in the order of the stream. */
function passes({ width, height, interlaced = false }: PngPicture): { ys: number[]; xs: number[] }[] {
  const every = (length: number, first: number, step: number): number[] =>
    Array.from({ length: Math.max(0, Math.ceil((length - first) / step)) }, (_, i) => first + i * step);
  if (!interlaced) return [{ ys: every(height, 0, 1), xs: every(width, 0, 1) }];
  // The 8 x 8 pattern of section 8.1, read off for each pass: first row, first column, row step, column step.
  const pattern = ['16462646', '77777777', '56565656', '77777777', '36463646', '77777777', '56565656', '77777777'];
  return [1, 2, 3, 4, 5, 6, 7].map((pass) => {
    const holds = (y: number, x: number): boolean => Number(pattern[y % 8]![x % 8]) === pass;
    const ys = every(height, 0, 1).filter((y) => [0, 1, 2, 3, 4, 5, 6, 7].some((x) => holds(y, x)));
    const xs = every(width, 0, 1).filter((x) => [0, 1, 2, 3, 4, 5, 6, 7].some((y) => holds(y, x)));
    return { ys, xs };
  });
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** Filters a row; `step` is the bytes of a pixel, at least 1. */
function filtered(type: number, row: Uint8Array, above: Uint8Array, step: number): Uint8Array {
  return row.map((value, i) => {
    const a = i >= step ? row[i - step]! : 0;
    const b = above[i]!;
    const c = i >= step ? above[i - step]! : 0;
    return value - [0, a, b, (a + b) >> 1, paeth(a, b, c)][type]!;
  });
}

/** The filtered rows of a picture, before compression; row n has filter n mod 5. */
export function pngRows(picture: PngPicture): Uint8Array {
  const { colourType, depth } = picture;
  const samples = PNG_SAMPLES[colourType];
  const step = Math.max(1, (samples * depth) >> 3);
  const out: Uint8Array[] = [];
  for (const { ys, xs } of passes(picture)) {
    if (ys.length === 0 || xs.length === 0) continue;
    let above: Uint8Array = new Uint8Array(Math.ceil((xs.length * samples * depth) / 8));
    for (const y of ys) {
      const row = new Uint8Array(above.length);
      const values = xs.flatMap((x) => Array.from({ length: samples }, (_, c) => picture.sample(y, x, c)));
      for (const [i, value] of values.entries()) {
        if (depth === 16) row.set([value >> 8, value & 255], 2 * i);
        else row[(i * depth) >> 3]! |= value << (8 - depth - ((i * depth) & 7));
      }
      const type = out.length % 5;
      out.push(Uint8Array.of(type, ...filtered(type, row, above, step)));
      above = row;
    }
  }
  return Buffer.concat(out);
}

/** The picture as a PNG file; `packed` replaces the compressed rows. */
export function encodePng(picture: PngPicture, packed: Uint8Array = deflateSync(pngRows(picture))): Uint8Array {
  const { width, height, colourType, depth, interlaced = false, palette, extra = [], pieces = 1 } = picture;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  const size = Math.ceil(packed.length / pieces);
  const data = Array.from({ length: pieces }, (_, i) => packed.subarray(i * size, (i + 1) * size));
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngChunk('IHDR', header),
    ...(palette === undefined ? [] : [pngChunk('PLTE', Uint8Array.from(palette))]),
    ...extra.map(([type, bytes]) => pngChunk(type, bytes)),
    ...data.map((piece) => pngChunk('IDAT', piece)),
    pngChunk('IEND', new Uint8Array(0)),
  ]);
}

/** An opaque picture of [height, width, 3] bytes as a PNG. */
export function encodeRgbPng(rgb: Uint8Array, height: number, width: number): Uint8Array {
  const sample = (y: number, x: number, c: number): number => rgb[(y * width + x) * 3 + c]!;
  return encodePng({ width, height, colourType: 2, depth: 8, sample });
}

/** What the picture must decode to: [height, width, 3] bytes. Samples are scaled by 255 / (2^depth - 1); of 16 bits the upper 8. */
export function pngPixels({ width, height, colourType, depth, palette = [], sample }: PngPicture): Uint8Array {
  const byte = (value: number): number => (depth === 16 ? value >> 8 : (value * 255) / (2 ** depth - 1));
  return Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [y, x, c] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width, i % 3];
    if (colourType === 3) return palette[3 * sample(y, x, 0) + c]!;
    return byte(sample(y, x, colourType === 0 || colourType === 4 ? 0 : c));
  });
}
