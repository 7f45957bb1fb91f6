import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeImage } from './decode.ts';
import { encodePng, PNG_KINDS, type PngPicture, pngChunk, pngPixels, pngRows } from './png.law.ts';

/** Samples that differ everywhere, and a palette that does. */
function picture(
  [colourType, depth]: (typeof PNG_KINDS)[number],
  height: number,
  width: number,
  more: Partial<PngPicture> = {},
): PngPicture {
  const colours = 2 ** depth;
  return {
    width,
    height,
    colourType,
    depth,
    ...(colourType === 3 ? { palette: Array.from({ length: 3 * colours }, (_, i) => (i * 89 + 7) % 256) } : {}),
    sample: (y, x, c) => (y * 7919 + x * 104729 + c * 1299709 + ((y * x) % 5) * 331) % colours,
    ...more,
  };
}
const colour = (height: number, width: number, more: Partial<PngPicture> = {}) => picture([2, 8], height, width, more);
const decoded = async (p: PngPicture): Promise<Uint8Array> => (await decodeImage(encodePng(p), 'x.png')).rgb;

test.each(PNG_KINDS)(
  'colour type %i of %i bits decodes to its pixels, interlaced or not, at every size to 9 x 9',
  async (colourType, depth) => {
    for (const interlaced of [false, true]) {
      for (let height = 1; height <= 9; height++) {
        for (let width = 1; width <= 9; width++) {
          const p = picture([colourType, depth], height, width, { interlaced });
          expect(await decoded(p), `${height} x ${width}, interlaced ${interlaced}`).toEqual(pngPixels(p));
        }
      }
      for (const [height, width] of [
        [33, 17],
        [1, 65],
        [40, 1],
      ] as const) {
        const p = picture([colourType, depth], height, width, { interlaced, pieces: 3 });
        expect(await decoded(p)).toEqual(pngPixels(p));
      }
    }
  },
);

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test('a palette in a truecolour picture, of any length, is a hint that changes nothing', async () => {
  for (const kind of [
    [2, 8],
    [2, 16],
    [6, 8],
    [6, 16],
  ] as const) {
    for (const palette of [[1, 2, 3], [1, 2, 3, 4, 5, 6], Array.from({ length: 768 }, (_, i) => i % 256)]) {
      const p = picture(kind, 3, 5, { palette });
      expect(await decoded(p)).toEqual(pngPixels(p));
    }
  }
});

test('chunks that do not make pixels, sound or broken, change nothing', async () => {
  const chunks: [string, Uint8Array][] = [
    ['tRNS', bytes(0, 9, 0, 8, 0, 7)],
    ['tRNS', bytes(1)],
    ['iCCP', text('none\0\0not a profile')],
    ['iCCP', bytes(1, 2, 3)],
    ['gAMA', bytes(0, 0, 0, 0)],
    ['cHRM', bytes(1)],
    ['sRGB', bytes(9)],
    ['bKGD', bytes(0)],
    ['tEXt', text('no zero')],
    ['zTXt', text('a\0\0rubbish')],
    ['eXIf', bytes(1, 2)],
    ['acTL', bytes(0, 0, 0, 2, 0, 0, 0, 0)],
    ['pHYs', bytes(0)],
    ['qqQq', bytes(5)],
  ];
  for (const extra of chunks) {
    const p = colour(1, 1, { extra: [extra] });
    expect(await decoded(p), extra[0]).toEqual(pngPixels(p));
    const indexed = picture([3, 2], 5, 3, { extra: [extra], interlaced: true });
    expect(await decoded(indexed), extra[0]).toEqual(pngPixels(indexed));
  }
  const wrongSum = encodePng(colour(2, 2, { extra: [['tEXt', text('a\0b')]] }));
  wrongSum[Buffer.from(wrongSum).indexOf('tEXt') + 4 + 3]! ^= 1; // its checksum
  expect((await decodeImage(wrongSum, 'x')).rgb).toEqual(pngPixels(colour(2, 2)));
});

test('image data that unpack to more or fewer rows than the header says are corrupt, however much more', async () => {
  const p = colour(8, 8);
  const rows = pngRows(p);
  const bomb = encodePng(p, deflateSync(Buffer.alloc(2 ** 28)));
  const before = process.memoryUsage().rss;
  await expect(decodeImage(bomb, 'bomb.png')).rejects.toThrow(
    /bomb.png: corrupt PNG .*unpack to more than its 200 bytes/,
  );
  expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 26);
  const oneMore = encodePng(p, deflateSync(Buffer.concat([rows, bytes(0)])));
  await expect(decodeImage(oneMore, 'x')).rejects.toThrow(/more than its 200 bytes/);
  const oneLess = encodePng(p, deflateSync(rows.subarray(0, -1)));
  await expect(decodeImage(oneLess, 'x')).rejects.toThrow(/hold 199 of 200 bytes/);
  const filter = encodePng(p, deflateSync(rows.map((v, i) => (i === 25 ? 5 : v))));
  await expect(decodeImage(filter, 'x')).rejects.toThrow(/filter 5 is not defined/);
});

test('texts and profiles that unpack to gigabytes are not unpacked', async () => {
  const swollen = Buffer.concat([text('a\0\0'), deflateSync(Buffer.alloc(2 ** 28))]);
  const p = colour(2, 2, {
    extra: [
      ['zTXt', swollen],
      ['iCCP', swollen],
      ['iTXt', swollen],
    ],
  });
  const before = process.memoryUsage().rss;
  expect(await decoded(p)).toEqual(pngPixels(p));
  expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 26);
});

test('a picture above the limit of pixels is refused by its header, with how to raise the limit', async () => {
  const huge = encodePng({ ...colour(1, 1), width: 30_000, height: 30_000 }, deflateSync(new Uint8Array(9)));
  const refused = decodeImage(huge, 'huge.png');
  await expect(refused).rejects.toMatchObject({ code: 'unsupported' });
  await expect(refused).rejects.toThrow(
    /huge.png: 30000 x 30000 pixels: above the limit imagePixels.*JEPA_READ_LIMITS=imagePixels=900000000/,
  );
  const small = encodePng(colour(3, 3));
  await expect(decodeImage(small, 'x', { imagePixels: 8 })).rejects.toThrow(/imagePixels of 8/);
  expect((await decodeImage(small, 'x', { imagePixels: 9 })).width).toBe(3);
  await expect(decodeImage(small, 'x', { imageBytes: 20 })).rejects.toThrow(/imageBytes of 20/);
});

test('headers, palettes and chunks that are not defined, or cut off anywhere, are corrupt', async () => {
  const good = encodePng(colour(4, 4, { pieces: 2 }));
  for (let length = 8; length < good.length; length++) {
    await expect(decodeImage(good.subarray(0, length), 'x'), `${length} bytes`).rejects.toMatchObject({
      code: 'corrupt',
    });
  }
  const wrong: [PngPicture, RegExp][] = [
    [{ ...colour(1, 1), width: 0 }, /its size is 0 x 1/],
    [{ ...colour(1, 1), depth: 4 }, /colour type 2 with 4 bits/],
    [picture([3, 1], 2, 2, { palette: [1, 2, 3, 4, 5, 6, 7, 8, 9] }), /a palette of 9 bytes is not defined for 1 bits/],
    [picture([3, 2], 2, 2, { palette: [1, 2] }), /a palette of 2 bytes/],
    [{ ...picture([0, 8], 2, 2), colourType: 3 }, /no palette/],
    [colour(1, 1, { extra: [['QQQQ', bytes(1)]] }), /its chunk QQQQ is not known/],
  ];
  for (const [p, message] of wrong) await expect(decodeImage(encodePng(p), 'x')).rejects.toThrow(message);
  const signature = good.subarray(0, 8);
  await expect(decodeImage(Buffer.concat([signature, pngChunk('IEND', bytes())]), 'x')).rejects.toThrow(/header of 13/);
});

test('after a hundred damaged pictures a good one decodes', async () => {
  const p = colour(200, 200);
  const packed = deflateSync(pngRows(p));
  const damaged = encodePng(p, packed.subarray(0, -300));
  for (let i = 0; i < 100; i++) await expect(decodeImage(damaged, 'x')).rejects.toMatchObject({ code: 'corrupt' });
  expect((await decodeImage(encodePng(p, packed), 'x')).rgb).toEqual(pngPixels(p));
});
