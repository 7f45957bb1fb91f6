// A PNG writer for small embedded pictures: indexed colour when there are at most 256 colours (Two-Room frames have
// about a hundred), true colour otherwise. PNG specification, third edition (W3C 2025).

import { crc32, deflateSync } from 'node:zlib';
import { type Canvas, pixelsOf } from './canvas.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** One chunk: length, type, body, checksum of type and body. */
function chunk(type: string, body: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, 'latin1');
  out.set(body, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

/** Colour numbers per pixel and the palette [n * 3], or undefined when the picture has more than 256 colours. */
function indexed(rgb: Uint8Array): { pixels: Uint8Array; palette: Uint8Array } | undefined {
  const numbers = new Map<number, number>();
  const pixels = new Uint8Array(rgb.length / 3);
  for (let i = 0; i < pixels.length; i++) {
    const colour = (rgb[3 * i]! << 16) | (rgb[3 * i + 1]! << 8) | rgb[3 * i + 2]!;
    let n = numbers.get(colour);
    if (n === undefined) {
      n = numbers.size;
      if (n === 256) return undefined;
      numbers.set(colour, n);
    }
    pixels[i] = n;
  }
  const palette = Uint8Array.from([...numbers.keys()].flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]));
  return { pixels, palette };
}

/** Rows of `stride` bytes, each with the filter byte in front: 0 copies, 2 subtracts the row above. */
function filtered(rows: Uint8Array, stride: number, filter: 0 | 2): Uint8Array {
  const height = rows.length / stride;
  const out = new Uint8Array(rows.length + height);
  for (let y = 0; y < height; y++) {
    const at = y * (stride + 1);
    out[at] = filter;
    for (let x = 0; x < stride; x++) {
      const above = filter === 2 && y > 0 ? rows[(y - 1) * stride + x]! : 0;
      out[at + 1 + x] = rows[y * stride + x]! - above;
    }
  }
  return out;
}

/** The PNG file of an RGB picture, `rgb` [height, width, 3]. */
export function encodePng(rgb: Uint8Array, width: number, height: number): Buffer {
  const palette = indexed(rgb);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = palette === undefined ? 2 : 3;
  const data = palette === undefined ? filtered(rgb, 3 * width, 2) : filtered(palette.pixels, width, 0);
  return Buffer.concat([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    ...(palette === undefined ? [] : [chunk('PLTE', palette.palette)]),
    chunk('IDAT', deflateSync(data, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** The picture as a PNG in a `data:` address, for the `src` of an image element. */
export function pngDataUri(picture: Canvas): string {
  const { width, height } = picture;
  return `data:image/png;base64,${encodePng(pixelsOf(picture), width, height).toString('base64')}`;
}
