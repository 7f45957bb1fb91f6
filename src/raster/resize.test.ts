import { expect, test } from 'vitest';
import { resizer, toBytes } from './resize.ts';

/** An image whose three channels are x, y and a checkerboard, scaled into bytes. */
function picture(height: number, width: number): Uint8Array {
  const image = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      image.set([(x * 37) % 256, (y * 53) % 256, (x + y) % 2 === 0 ? 255 : 0], 3 * (y * width + x));
  }
  return image;
}

/** Resizing one axis from its definition: a normalised triangle of half width max(1, s) around s (i + 1/2). */
function direct(values: readonly number[], to: number): number[] {
  const s = values.length / to;
  const reach = Math.max(1, s);
  return Array.from({ length: to }, (_, i) => {
    const weights = values.map((_, j) => Math.max(0, 1 - Math.abs(j + 0.5 - s * (i + 0.5)) / reach));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.reduce((sum, w, j) => sum + w * values[j]!, 0) / total;
  });
}

/** The dense form: rows, then columns, each channel by itself. */
function directBox(
  image: Uint8Array,
  width: number,
  box: { top: number; left: number; height: number; width: number },
  toHeight: number,
  toWidth: number,
  channel: number,
): number[][] {
  const at = (y: number, x: number): number => image[3 * ((box.top + y) * width + box.left + x) + channel]!;
  const rows = Array.from({ length: box.height }, (_, y) =>
    direct(
      Array.from({ length: box.width }, (_, x) => at(y, x)),
      toWidth,
    ),
  );
  const columns = Array.from({ length: toWidth }, (_, x) =>
    direct(
      rows.map((row) => row[x]!),
      toHeight,
    ),
  );
  return Array.from({ length: toHeight }, (_, y) => columns.map((column) => column[y]!));
}

test('a box is resized as the dense triangle filter says, smaller and larger, each channel by itself', () => {
  const image = picture(13, 17);
  const { box: resize } = resizer();
  const box = { top: 1, left: 2, height: 11, width: 14 };
  for (const [h, w] of [
    [5, 4],
    [1, 3],
    [20, 31],
    [11, 6],
    [23, 14],
  ] as const) {
    const out = new Float32Array(h * w * 3);
    resize(image, 13, 17, box, h, w, out);
    for (const channel of [0, 1, 2]) {
      const expected = directBox(image, 17, box, h, w, channel);
      for (let y = 0; y < h; y++) {
        for (let x = 0; x < w; x++) expect(out[3 * (y * w + x) + channel]).toBeCloseTo(expected[y]![x]!, 3);
      }
    }
  }
});

test('two pixels enlarged to four lie at 0, 1/4, 3/4 and 1 of the way', () => {
  const out = new Float32Array(12);
  resizer().box(Uint8Array.of(0, 0, 0, 200, 200, 200), 1, 2, { top: 0, left: 0, height: 1, width: 2 }, 1, 4, out);
  expect([out[0], out[3], out[6], out[9]]).toEqual([0, 50, 150, 200]);
});

test('four pixels halved weigh 3, 3, 1 at the border', () => {
  const out = new Float32Array(6);
  const image = Uint8Array.of(70, 0, 0, 140, 0, 0, 210, 0, 0, 0, 0, 0);
  resizer().box(image, 1, 4, { top: 0, left: 0, height: 1, width: 4 }, 1, 2, out);
  expect(out[0]).toBeCloseTo((3 * 70 + 3 * 140 + 210) / 7, 4);
});

test('a box of the same size is copied, with zeros outside the image', () => {
  const out = new Float32Array(12);
  resizer().box(Uint8Array.of(1, 2, 3), 1, 1, { top: -1, left: 0, height: 2, width: 2 }, 2, 2, out);
  expect([...out]).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0]);
});

test('a flipped result is the mirrored one, copied or resized', () => {
  const image = picture(6, 8);
  const { box: resize } = resizer();
  const box = { top: 0, left: 1, height: 5, width: 6 };
  for (const [h, w] of [
    [5, 6],
    [3, 4],
  ] as const) {
    const plain = new Float32Array(h * w * 3);
    const flipped = new Float32Array(h * w * 3);
    resize(image, 6, 8, box, h, w, plain);
    resize(image, 6, 8, box, h, w, flipped, true);
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const at = 3 * (y * w + x);
        const mirrored = 3 * (y * w + w - 1 - x);
        expect([...flipped.subarray(at, at + 3)]).toEqual([...plain.subarray(mirrored, mirrored + 3)]);
      }
    }
  }
});

test('the centre of a wide image is that of the whole image resized by its shortest side', () => {
  const image = picture(6, 15);
  const whole = directBox(image, 15, { top: 0, left: 0, height: 6, width: 15 }, 4, 10, 0);
  const out = new Float32Array(48);
  resizer().centre(image, 6, 15, 4, out);
  for (let y = 0; y < 4; y++)
    for (let x = 0; x < 4; x++) expect(out[3 * (y * 4 + x)]).toBeCloseTo(whole[y]![x + 3]!, 3);
});

test('a box that leaves the image cannot be resized', () => {
  const box = { top: 0, left: 1, height: 2, width: 2 };
  expect(() => resizer().box(picture(2, 2), 2, 2, box, 4, 4, new Float32Array(48))).toThrow(
    /within its image of 2 x 2/,
  );
});

test('values are rounded to the nearest byte', () => {
  const out = new Uint8Array(4);
  toBytes(Float32Array.of(0, 0.49, 254.5, 255), 4, out);
  expect([...out]).toEqual([0, 0, 255, 255]);
});
