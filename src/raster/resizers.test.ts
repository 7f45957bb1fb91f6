// The four rules by which a picture changes its size, and what holds for all of them. README.md says when to use which; each
// rule's own definition is tested where it lies.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Canvas, canvas, filledCanvas } from './canvas.ts';
import { resizeBilinear, resizeNearest } from './interpolate.ts';
import { resampleArea } from './resample.ts';
import { resizer, toBytes } from './resize.ts';

type Resize = (image: Canvas, width: number, height: number) => Canvas;

const rules: Readonly<Record<string, Resize>> = {
  resampleArea(image, width, height) {
    const out = filledCanvas(width, height, [0, 0, 0]);
    resampleArea(image, out);
    return out;
  },
  resizer(image, width, height) {
    const values = new Float32Array(width * height * 3);
    const whole = { top: 0, left: 0, height: image.height, width: image.width };
    resizer().box(image.pixels, image.height, image.width, whole, height, width, values);
    const out = filledCanvas(width, height, [0, 0, 0]);
    toBytes(values, values.length, out.pixels);
    return out;
  },
  resizeNearest,
  resizeBilinear,
};

const side = fc.integer({ min: 1, max: 12 });
const picture: fc.Arbitrary<Canvas> = fc
  .tuple(side, side)
  .chain(([width, height]) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((pixels) => canvas(pixels, width, height)),
  );

function mirrored({ pixels, width, height }: Canvas): Canvas {
  const out = filledCanvas(width, height, [0, 0, 0]);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + x);
      out.pixels.set(pixels.subarray(from, from + 3), 3 * (y * width + width - 1 - x));
    }
  }
  return out;
}

describe.each(Object.entries(rules))('%s', (name, resize) => {
  test('a picture at its own size is the picture', () => {
    fc.assert(
      fc.property(picture, (image) => {
        expect(resize(image, image.width, image.height).pixels).toEqual(image.pixels);
      }),
    );
  });

  test('an even picture stays even', () => {
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (w, h, toW, toH, level) => {
        const out = resize(filledCanvas(w, h, [level, 0, 255]), toW, toH);
        expect(out.pixels).toEqual(filledCanvas(toW, toH, [level, 0, 255]).pixels);
      }),
    );
  });

  test('no channel leaves the range of its own pixels', () => {
    fc.assert(
      fc.property(picture, side, side, (image, width, height) => {
        const out = resize(image, width, height);
        const levels = ({ pixels }: Canvas, c: number): number[] => [...pixels].filter((_, i) => i % 3 === c);
        for (let c = 0; c < 3; c++) {
          const [before, after] = [levels(image, c), levels(out, c)];
          expect(Math.min(...after)).toBeGreaterThanOrEqual(Math.min(...before));
          expect(Math.max(...after)).toBeLessThanOrEqual(Math.max(...before));
        }
      }),
    );
  });

  test('a mirrored picture gives the mirrored result', () => {
    fc.assert(
      fc.property(picture, side, side, (image, width, height) => {
        // A centre on the border of two pixels belongs to the right one.
        fc.pre(name !== 'resizeNearest' || !onBorder(image.width, width));
        const [a, b] = [resize(mirrored(image), width, height), mirrored(resize(image, width, height))];
        // Sums in another order may round to the neighbouring level.
        a.pixels.forEach((v, i) => {
          expect(Math.abs(v - b.pixels[i]!)).toBeLessThanOrEqual(name === 'resizeNearest' ? 0 : 1);
        });
      }),
    );
  });
});

/** Whether the centre of a target pixel lies on the border of two source pixels. */
function onBorder(from: number, to: number): boolean {
  return Array.from({ length: to }, (_, i) => ((2 * i + 1) * from) % (2 * to) === 0).some(Boolean);
}

const two = canvas(Uint8Array.of(0, 0, 0, 100, 200, 40), 2, 1);

test('the nearest pixel is repeated', () => {
  expect([...resizeNearest(two, 4, 1).pixels]).toEqual([0, 0, 0, 0, 0, 0, 100, 200, 40, 100, 200, 40]);
});

test('bilinear is linear between the centres of pixels', () => {
  const row = [0, 0, 0, 25, 50, 10, 75, 150, 30, 100, 200, 40];
  expect([...resizeBilinear(two, 4, 2).pixels]).toEqual([...row, ...row]);
});

test('the four rules differ where a picture shrinks', () => {
  // Four pixels 0, 0, 200, 100 to two: means 0 and 150; triangles of half width 2; the pixel right of each centre; at the centre.
  const four = canvas(Uint8Array.from([0, 0, 200, 100].flatMap((v) => [v, v, v])), 4, 1);
  const levels = Object.fromEntries(
    Object.entries(rules).map(([name, resize]) => {
      const { pixels } = resize(four, 2, 1);
      return [name, [pixels[0], pixels[3]]];
    }),
  );
  expect(levels).toEqual({
    resampleArea: [0, 150],
    // (3 * 0 + 3 * 0 + 200) / 7 and (0 + 3 * 200 + 3 * 100) / 7.
    resizer: [29, 129],
    resizeNearest: [0, 100],
    resizeBilinear: [0, 150],
  });
});

test('a size that is no whole number above 0 is refused', () => {
  for (const resize of [resizeNearest, resizeBilinear]) {
    expect(() => resize(two, 0, 1)).toThrow(/whole numbers above 0, got 0 x 1/);
    expect(() => resize(two, 1.5, 1)).toThrow(/got 1.5 x 1/);
  }
});
