import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeImage } from './decode.ts';
import { encodeJpeg, encodeWebp } from './fixtures.law.ts';
import { encodeRgbPng } from './png.law.ts';

const rgb = Uint8Array.from({ length: 6 * 9 * 3 }, (_, i) => 60 + ((i * 5) % 120));

test('a JPEG of the best quality decodes to nearly its pixels', async () => {
  const smooth = Uint8Array.from({ length: 16 * 24 * 3 }, (_, i) => 100 + (Math.floor(i / 3) % 24) * 4);
  const decoded = await decodeImage(await encodeJpeg(smooth, 16, 24), 'x');
  expect([decoded.height, decoded.width]).toEqual([16, 24]);
  for (const [i, value] of decoded.rgb.entries()) expect(Math.abs(value - smooth[i]!)).toBeLessThanOrEqual(3);
});

test('a damaged JPEG is corrupt, and the next good one decodes', async () => {
  const good = await encodeJpeg(
    Uint8Array.from({ length: 3072 }, (_, i) => (i * 97) % 256),
    32,
    32,
  );
  const blank = good.slice();
  blank.fill(0, good.length >> 1, (good.length >> 1) + 200);
  const damaged = [good.slice(0, good.length >> 1), good.slice(0, -40), blank, good.slice(0, 30)];
  for (const bytes of damaged) {
    await expect(decodeImage(bytes, 'a.parquet, row 7')).rejects.toThrow(/^a.parquet, row 7: corrupt JPEG \(/);
    expect((await decodeImage(good, 'x')).width).toBe(32);
  }
});

test('a damaged PNG, an empty file and a text are corrupt', async () => {
  const png = encodeRgbPng(rgb, 6, 9);
  const flipped = png.slice();
  flipped[50]! ^= 1;
  await expect(decodeImage(png.slice(0, 60), 'a.png')).rejects.toThrow(/a.png: corrupt PNG/);
  await expect(decodeImage(flipped, 'a.png')).rejects.toThrow(/a.png: corrupt PNG .*checksum of its chunk IDAT/);
  await expect(decodeImage(new Uint8Array(0), 'a.png')).rejects.toThrow(/it is empty/);
  await expect(decodeImage(new TextEncoder().encode('hello, world'), 'a.jpg')).rejects.toThrow(
    /neither a JPEG nor a PNG/,
  );
});

/** A JPEG with segments put in behind its first marker. */
const withSegments = (jpeg: Uint8Array, ...segments: readonly (readonly number[])[]): Uint8Array =>
  Buffer.concat([jpeg.subarray(0, 2), Uint8Array.from(segments.flat()), jpeg.subarray(2)]);
const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
/** Where the frame header of a baseline or progressive JPEG stands. */
function frameAt(jpeg: Uint8Array): number {
  for (let at = 2; ; at += 2 + ((jpeg[at + 2]! << 8) | jpeg[at + 3]!)) {
    if ([0xc0, 0xc1, 0xc2].includes(jpeg[at + 1]!)) return at;
  }
}
const smooth = (height: number, width: number): Uint8Array =>
  Uint8Array.from({ length: height * width * 3 }, (_, i) => 40 + (Math.floor(i / 3) % width) * 5 + (i % 3) * 20);

test('a JPEG with damaged, cut off or absurd metadata segments decodes to the same pixels', async () => {
  const good = await encodeJpeg(smooth(16, 24), 16, 24);
  const { rgb: pixels } = await decodeImage(good, 'x');
  const exif = [0xff, 0xe1, 0, 16, ...ascii('Exif\0\0MM\0*'), 255, 255, 255, 255];
  const cases: readonly (readonly number[])[] = [
    exif,
    [0xff, 0xee, 0, 9, ...ascii('Adobe'), 0, 100], // too short for what it should hold
    [0xff, 0xee, 0, 2],
    [0xff, 0xe1, 0, 0], // a length that is none
    [0xff, 0xe1, 0xff, 0xff, ...ascii('Exif\0\0')], // reaches past the end of the file
    [0xff, 0xe2, 0, 16, ...ascii('ICC_PROFILE\0'), 9, 1],
    [0xff, 0xfe, 0, 6, 0xff, 0xd8, 0xff, 0xd9], // a comment that looks like an end
    [0xff, 0xff, 0xff, 0xed, 0, 4, 1, 2], // fill bytes
  ];
  for (const segment of cases) {
    expect((await decodeImage(withSegments(good, segment), 'x')).rgb, String(segment)).toEqual(pixels);
  }
  expect((await decodeImage(withSegments(good, ...cases), 'x')).rgb).toEqual(pixels);
});

test('JPEGs in inks, of more bits, lossless or with arithmetic coding are refused by what they are', async () => {
  const good = await encodeJpeg(smooth(16, 24), 16, 24);
  const at = frameAt(good);
  const changed = (offset: number, value: number): Uint8Array => good.map((v, i) => (i === at + offset ? value : v));
  const cases: [Uint8Array, RegExp][] = [
    [changed(9, 4), /it is a JPEG of four inks without Adobe's segment.*convert it to RGB/],
    [changed(9, 2), /a JPEG of 2 channels/],
    [changed(4, 12), /a JPEG of 12 bits/],
    [changed(1, 0xc3), /a lossless or hierarchical JPEG/],
    [changed(1, 0xc9), /arithmetic coding/],
  ];
  for (const [bytes, message] of cases) {
    const refused = decodeImage(bytes, 'a.jpg');
    await expect(refused).rejects.toMatchObject({ code: 'unsupported' });
    await expect(refused).rejects.toThrow(message);
  }
});

test('the size of a JPEG and of a WebP is held against the limit before they are decoded', async () => {
  const jpeg = await encodeJpeg(smooth(16, 24), 16, 24);
  const at = frameAt(jpeg);
  const huge = jpeg.map((v, i) => (i >= at + 5 && i <= at + 8 ? 0xff : v));
  await expect(decodeImage(huge, 'a.jpg')).rejects.toThrow(/65535 x 65535 pixels: above the limit imagePixels/);
  const webp = await encodeWebp(smooth(16, 24), 16, 24);
  await expect(decodeImage(webp, 'a.webp', { imagePixels: 383 })).rejects.toThrow(/24 x 16 pixels/);
  expect((await decodeImage(webp, 'a.webp', { imagePixels: 384 })).height).toBe(16);
});

test('a JPEG of thousands of scans, which costs time out of proportion, is corrupt', async () => {
  const good = await encodeJpeg(smooth(16, 24), 16, 24);
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
  const many = Buffer.concat([
    good.subarray(0, -2),
    Uint8Array.from(new Array(501).fill(scan).flat()),
    good.subarray(-2),
  ]);
  await expect(decodeImage(many, 'x')).rejects.toThrow(/more than 500 scans/);
});

test('a lossless WebP decodes to its exact pixels, one with losses nearly; alpha is dropped', async () => {
  const pixels = smooth(16, 24);
  expect(await decodeImage(await encodeWebp(pixels, 16, 24, { lossless: 1 }), 'x')).toEqual({
    height: 16,
    width: 24,
    rgb: pixels,
  });
  const clear = await decodeImage(await encodeWebp(pixels, 16, 24, { lossless: 1, exact: 1 }, 7), 'x');
  expect(clear.rgb).toEqual(pixels);
  const lossy = await decodeImage(await encodeWebp(pixels, 16, 24, { quality: 100 }), 'x');
  const worst = lossy.rgb.reduce((most, v, i) => Math.max(most, Math.abs(v - pixels[i]!)), 0);
  expect(worst).toBeLessThan(12);
});

test('a WebP cut off anywhere is corrupt, an animated one is refused as such', async () => {
  for (const options of [{ lossless: 1 }, { quality: 90 }]) {
    const webp = await encodeWebp(smooth(16, 24), 16, 24, options);
    for (let length = 12; length < webp.length - 1; length += 3) {
      await expect(decodeImage(webp.subarray(0, length), 'x')).rejects.toMatchObject({ code: 'corrupt' });
    }
  }
  const animated = [...ascii('RIFF'), 22, 0, 0, 0, ...ascii('WEBPVP8X'), 10, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 7, 0, 0];
  await expect(decodeImage(Uint8Array.from(animated), 'a.webp')).rejects.toThrow(/it is an animated WebP, .*convert/);
});

test('a file of another kind is named with what to do', async () => {
  const cases: [Uint8Array, RegExp][] = [
    [Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), /a Git LFS pointer.*git lfs pull/],
    [Buffer.from('<!DOCTYPE html><html>Not found</html>'), /an HTML page/],
    [gzipSync('x'), /gzip-compressed; unpack/],
    [Buffer.from('GIF89a        '), /a GIF; convert/],
    [Buffer.from('\0\0\0\x20ftypavif    ', 'latin1'), /an AVIF; convert/],
    [Buffer.from('II*\0        ', 'latin1'), /a TIFF; convert/],
  ];
  for (const [bytes, message] of cases) await expect(decodeImage(bytes, 'a.jpg')).rejects.toThrow(message);
});
