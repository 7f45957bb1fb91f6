// A PNG before it is decoded: its chunks checked, and only those kept that make the pixels (header, palette, image data).
// Colour profiles, texts, transparency and times are left out unread, so they can neither break nor swell anything, and a
// palette in a truecolour image, which is only a hint for displays, is left out too.
// Source: Portable Network Graphics, 3rd edition (W3C), sections 5 (chunks), 7.2 (filters), 8 (interlace), 11.2 (critical chunks).

import { crc32, inflateSync } from 'node:zlib';

const SIGNATURE_BYTES = 8;
/** Bits in a pixel for each colour type: samples, times the depths that are allowed. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const INDEXED = 3;
/** First row and column, and steps, of the seven passes of Adam7. */
const ADAM7 = [
  [0, 0, 8, 8],
  [0, 4, 8, 8],
  [4, 0, 8, 4],
  [0, 2, 4, 4],
  [2, 0, 4, 2],
  [0, 1, 2, 2],
  [1, 0, 2, 1],
] as const;

/** What IHDR says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

interface Chunk {
  readonly type: string;
  /** Length, type, data and checksum. */
  readonly whole: Uint8Array;
  readonly data: Uint8Array;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function* chunks(bytes: Uint8Array): Generator<Chunk> {
  const view = viewOf(bytes);
  for (let at = SIGNATURE_BYTES; ; ) {
    if (at + 12 > bytes.length) throw new Error('it ends before its last chunk');
    const length = view.getUint32(at);
    const type = Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1');
    if (!/^[A-Za-z]{4}$/.test(type)) throw new Error(`a chunk has no name at byte ${at + 4}`);
    const end = at + 12 + length;
    if (end > bytes.length) throw new Error(`it ends within its chunk ${type}`);
    yield { type, whole: bytes.subarray(at, end), data: bytes.subarray(at + 8, at + 8 + length) };
    if (type === 'IEND') return;
    at = end;
  }
}

/** The header, which must come first. Throws an `Error` when it makes no sense. */
export function pngHeader(bytes: Uint8Array): PngHeader {
  const [first] = chunks(bytes);
  if (first?.type !== 'IHDR' || first.data.length !== 13)
    throw new Error('it does not begin with a header of 13 bytes');
  const view = viewOf(first.data);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth = 0, colourType = 0, compression, filter, interlace = 0] = first.data.subarray(8);
  if (width === 0 || height === 0) throw new Error(`its size is ${width} x ${height}`);
  if (DEPTHS[colourType]?.includes(depth) !== true)
    throw new Error(`colour type ${colourType} with ${depth} bits is not defined`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    throw new Error('its compression, filter or interlace method is not defined');
  return { width, height, depth, colourType, interlaced: interlace === 1 };
}

/** Rows and bytes in a row, without the filter byte, of each pass; empty passes are left out. */
function passes({
  width,
  height,
  depth,
  colourType,
  interlaced,
}: PngHeader): (readonly [rows: number, bytes: number])[] {
  const bits = depth * SAMPLES[colourType]!;
  const sizes = interlaced
    ? ADAM7.map(([row, column, down, across]) => [
        Math.ceil((height - row) / down),
        Math.ceil((width - column) / across),
      ])
    : [[height, width]];
  return sizes.flatMap(([rows, columns]) =>
    rows! > 0 && columns! > 0 ? [[rows!, Math.ceil((columns! * bits) / 8)] as const] : [],
  );
}

/** Unpacks the image data as far as the header allows, and checks its length and its filters. */
function checkData(header: PngHeader, packed: Uint8Array): void {
  const layout = passes(header);
  const bytes = layout.reduce((sum, [rows, row]) => sum + rows * (1 + row), 0);
  let data: Uint8Array;
  try {
    data = inflateSync(packed, { maxOutputLength: bytes });
  } catch (error) {
    if (error instanceof RangeError) throw new Error(`its data unpack to more than its ${bytes} bytes of rows`);
    throw new Error(`its data cannot be unpacked: ${error instanceof Error ? error.message : error}`);
  }
  if (data.length !== bytes) throw new Error(`its data hold ${data.length} of ${bytes} bytes of rows`);
  let at = 0;
  for (const [rows, row] of layout) {
    for (let y = 0; y < rows; y++, at += 1 + row) {
      if (data[at]! > 4) throw new Error(`filter ${data[at]} is not defined`);
    }
  }
}

/**
 * The same picture with nothing but the chunks that make its pixels, checked: order, checksums, and that the data unpack to
 * just the rows of the header. Throws an `Error` that says what is wrong.
 *
 * @param header of the same bytes
 */
export function plainPng(bytes: Uint8Array, header: PngHeader): Uint8Array {
  const kept: Uint8Array[] = [bytes.subarray(0, SIGNATURE_BYTES)];
  const data: Uint8Array[] = [];
  let palette = 0;
  for (const chunk of chunks(bytes)) {
    const critical = chunk.type[0] === chunk.type[0]!.toUpperCase();
    if (!critical) continue;
    const body = chunk.whole.subarray(4, -4);
    if (crc32(body) !== viewOf(chunk.whole).getUint32(chunk.whole.length - 4))
      throw new Error(`the checksum of its chunk ${chunk.type} is wrong`);
    if (chunk.type === 'PLTE') {
      if (header.colourType !== INDEXED) continue;
      if (palette > 0 || data.length > 0) throw new Error('its palette is not in its place');
      palette = chunk.data.length / 3;
      if (!Number.isInteger(palette) || palette < 1 || palette > 2 ** header.depth)
        throw new Error(`a palette of ${chunk.data.length} bytes is not defined for ${header.depth} bits`);
    } else if (chunk.type === 'IDAT') data.push(chunk.data);
    else if (chunk.type === 'IHDR' ? kept.length > 1 : chunk.type !== 'IEND')
      throw new Error(`its chunk ${chunk.type} is not known, or not in its place`);
    kept.push(chunk.whole);
  }
  if (header.colourType === INDEXED && palette === 0) throw new Error('it has no palette');
  if (data.length === 0) throw new Error('it has no image data');
  checkData(header, data.length === 1 ? data[0]! : Buffer.concat(data));
  return Buffer.concat(kept);
}
