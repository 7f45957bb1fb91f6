import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { decodeImage } from './decode.ts';
import { encodeJpeg } from './fixtures.law.ts';

const rgb = Uint8Array.from({ length: 6 * 9 * 3 }, (_, i) => 60 + ((i * 5) % 120));

test('a PNG decodes to its exact pixels: colour, colour with alpha, gray, 16 bits', async () => {
  const image = { width: 9, height: 6 };
  expect(await decodeImage(encode({ ...image, data: rgb, channels: 3 }), 'x')).toEqual({ ...image, rgb });
  const rgba = Uint8Array.from({ length: 216 }, (_, i) => (i % 4 === 3 ? 9 : rgb[3 * (i >> 2) + (i % 4)]!));
  expect((await decodeImage(encode({ ...image, data: rgba, channels: 4 }), 'x')).rgb).toEqual(rgb);
  const gray = rgb.slice(0, 54);
  const grayAsRgb = Uint8Array.from({ length: 162 }, (_, i) => gray[Math.floor(i / 3)]!);
  expect((await decodeImage(encode({ ...image, data: gray, channels: 1 }), 'x')).rgb).toEqual(grayAsRgb);
  const deep = Uint16Array.from(rgb, (v) => 256 * v + 200);
  expect((await decodeImage(encode({ ...image, data: deep, channels: 3, depth: 16 }), 'x')).rgb).toEqual(rgb);
});

test('PNGs of one bit and with a palette give black, white and the colours of the palette', async () => {
  const bits = encode({ width: 3, height: 2, depth: 1, channels: 1, data: Uint8Array.of(0b10100000, 0b01000000) });
  const white = [255, 255, 255];
  const black = [0, 0, 0];
  expect([...(await decodeImage(bits, 'x')).rgb]).toEqual([white, black, white, black, white, black].flat());
  // 3 x 1 pixels of four bits, the indices 1, 2, 1; palette black, red, (10, 20, 200). fast-png does not write palettes.
  const indexed = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAABBAMAAADpzgmHAAAACVBMVEUAAAD/AAAKFMjRIVoNAAAAC0lEQVR4nGMQEgAAADcAI5kIZlkAAAAASUVORK5CYII=',
    'base64',
  );
  expect([...(await decodeImage(indexed, 'x')).rgb]).toEqual([255, 0, 0, 10, 20, 200, 255, 0, 0]);
});

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
  const png = encode({ width: 9, height: 6, data: rgb, channels: 3 });
  const flipped = png.slice();
  flipped[50]! ^= 1;
  await expect(decodeImage(png.slice(0, 60), 'a.png')).rejects.toThrow(/a.png: corrupt PNG/);
  await expect(decodeImage(flipped, 'a.png')).rejects.toThrow(/a.png: corrupt PNG/);
  await expect(decodeImage(new Uint8Array(0), 'a.png')).rejects.toThrow(/it is empty/);
  await expect(decodeImage(new TextEncoder().encode('hello, world'), 'a.jpg')).rejects.toThrow(
    /neither a JPEG nor a PNG/,
  );
});
