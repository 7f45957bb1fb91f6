// A JPEG encoder for tests: blocks of 8 x 8 equal pixels in any number of channels, baseline, from the definitions of ITU-T T.81
// (annexes A.3, B, F): of an even block all coefficients are 0 but the first, which is 8 (value - 128) at quantisation 1.

/** Channels of one block, each 0..255. */
export type Block = readonly number[];

const segment = (marker: number, data: readonly number[]): number[] => [
  0xff,
  marker,
  (data.length + 2) >> 8,
  (data.length + 2) & 255,
  ...data,
];
/** Adobe's segment: version, flags, and the transform: 0 none, 1 YCbCr, 2 YCCK. */
export const adobeSegment = (transform: 0 | 1 | 2): number[] =>
  segment(0xee, [...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]);

/** Bits of a number of `size` bits. */
const bitsOf = (value: number, size: number): string => (size === 0 ? '' : value.toString(2).padStart(size, '0'));

/** The code of a first coefficient's difference: its size in four bits, then the number, negative ones less 1 (F.1.2.1). */
function difference(value: number): string {
  const size = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1;
  return bitsOf(size, 4) + bitsOf(value < 0 ? value + 2 ** size - 1 : value, size);
}

/** Rows of blocks as a JPEG file, with the segments given behind its first marker. */
export function encodeBlocks(rows: readonly (readonly Block[])[], segments: readonly number[] = []): Uint8Array {
  const channels = rows[0]![0]!.length;
  const [height, width] = [8 * rows.length, 8 * rows[0]!.length];
  const ids = Array.from({ length: channels }, (_, c) => c + 1);
  const last = new Array<number>(channels).fill(0);
  let bits = '';
  for (const block of rows.flat()) {
    for (const [c, value] of block.entries()) {
      const coefficient = 8 * (value - 128);
      bits += `${difference(coefficient - last[c]!)}0`; // 0: no other coefficients
      last[c] = coefficient;
    }
  }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  const data = (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segments,
    ...segment(0xdb, [0, ...new Array<number>(64).fill(1)]),
    ...segment(0xc0, [
      8,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      channels,
      ...ids.flatMap((id) => [id, 0x11, 0]),
    ]),
    // Sizes 0 to 11 of first coefficients with four bits each; of the others only the end of the block, with one.
    ...segment(0xc4, [0x00, 0, 0, 0, 12, ...new Array<number>(12).fill(0), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    ...segment(0xc4, [0x10, 1, ...new Array<number>(15).fill(0), 0]),
    ...segment(0xda, [channels, ...ids.flatMap((id) => [id, 0]), 0, 63, 0]),
    ...data.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte])),
    ...[0xff, 0xd9],
  ]);
}

/** The first pixel of each block of decoded blocks. */
export function blockColours({ width, rgb }: { readonly width: number; readonly rgb: Uint8Array }): number[][] {
  const out: number[][] = [];
  for (let y = 0; y < rgb.length / (3 * width); y += 8) {
    for (let x = 0; x < width; x += 8) out.push([...rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)]);
  }
  return out;
}
