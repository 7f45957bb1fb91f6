import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canvas, drawLine, fill, fillConvex, fillDisc, fillRect, gaussianDot, resampleArea } from './index.ts';

const WHITE = [255, 255, 255];

/** Paints on black and returns the painted area in pixels. */
function area(size: number, paint: (target: ReturnType<typeof canvas>) => void): number {
  const data = new Uint8Array(size * size * 3);
  paint(canvas(data, size, size));
  return data.reduce((a, b) => a + b, 0) / (3 * 255);
}

test('a rectangle covers its own area, wherever it lies', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 10, noNaN: true }),
      fc.double({ min: 1, max: 10, noNaN: true }),
      fc.double({ min: 0.1, max: 9, noNaN: true }),
      fc.double({ min: 0.1, max: 9, noNaN: true }),
      (x, y, w, h) => {
        const got = area(20, (target) => fillRect(target, x, y, x + w, y + h, WHITE));
        // Rounding to levels: at most half a level at each pixel of the rim, and of the inside where nothing is rounded.
        expect(Math.abs(got - w * h)).toBeLessThan((2 * (w + h + 4) * 0.5) / 255);
      },
    ),
    { numRuns: 100 },
  );
});

test('a rectangle on pixel boundaries leaves no trace outside', () => {
  const data = new Uint8Array(4 * 4 * 3);
  fillRect(canvas(data, 4, 4), 1, 2, 3, 3, [10, 20, 30]);
  const painted = Array.from({ length: 16 }, (_, i) => [...data.subarray(3 * i, 3 * i + 3)].join());
  expect(painted.map((p, i) => (p === '10,20,30' ? i : -1)).filter((i) => i >= 0)).toEqual([9, 10]);
  expect(painted.filter((p) => p === '0,0,0').length).toBe(14);
});

test('a disc covers pi r^2 within one percent', () => {
  for (const r of [3, 5.5, 8]) {
    const got = area(24, (target) => fillDisc(target, 12.3, 11.8, r, WHITE));
    expect(Math.abs(got / (Math.PI * r * r) - 1)).toBeLessThan(0.01);
  }
});

test('a triangle covers its area in both directions of turning', () => {
  const corners = [2.2, 3.1, 15.7, 5.4, 8.3, 17.9];
  const want = Math.abs((15.7 - 2.2) * (17.9 - 3.1) - (8.3 - 2.2) * (5.4 - 3.1)) / 2;
  const reversed = [8.3, 17.9, 15.7, 5.4, 2.2, 3.1];
  for (const points of [corners, reversed]) {
    const got = area(20, (target) => fillConvex(target, points, WHITE));
    expect(Math.abs(got - want)).toBeLessThan(0.1);
  }
});

test('a rectangle as a polygon is the rectangle', () => {
  const [one, two] = [new Uint8Array(12 * 12 * 3), new Uint8Array(12 * 12 * 3)];
  fillRect(canvas(one, 12, 12), 2.25, 3.5, 8.75, 7.125, [200, 100, 50]);
  fillConvex(canvas(two, 12, 12), [2.25, 3.5, 8.75, 3.5, 8.75, 7.125, 2.25, 7.125], [200, 100, 50]);
  expect(two).toEqual(one);
});

test('a polygon of two points is refused, one without area paints nothing', () => {
  expect(() => fillConvex(canvas(new Uint8Array(48), 4, 4), [0, 0, 1, 1], WHITE)).toThrow(/3 corners/);
  expect(area(4, (target) => fillConvex(target, [0, 0, 2, 2, 4, 4], WHITE))).toBe(0);
});

test('a line covers length times thickness', () => {
  const got = area(20, (target) => drawLine(target, 3, 4, 15, 13, 1.5, WHITE));
  expect(Math.abs(got - 15 * 1.5)).toBeLessThan(0.15);
});

test('a Gaussian dot covers 2 pi sigma^2', () => {
  for (const sigma of [0.5, 1, 2, 4]) {
    const got = area(40, (target) => gaussianDot(target, 20.2, 19.9, sigma, WHITE));
    // Opacities below half a level, beyond 3.53 sigma, are lost: 0.2 % of the mass, and rounding on top.
    expect(Math.abs(got / (2 * Math.PI * sigma * sigma) - 1)).toBeLessThan(0.01);
  }
});

test('shapes that reach beyond the canvas are cut, and write nothing outside it', () => {
  const data = new Uint8Array(8 * 8 * 3 + 20).fill(9);
  const target = canvas(data, 8, 8, 10);
  fill(target, [0, 0, 0]);
  fillRect(target, -5, -5, 3, 20, WHITE);
  fillDisc(target, 8, 8, 5, WHITE);
  fillConvex(target, [-3, 4, 20, -4, 20, 12], WHITE);
  gaussianDot(target, -1, 9, 3, WHITE);
  drawLine(target, -5, -5, 20, 20, 2, WHITE);
  expect([...data.subarray(0, 10), ...data.subarray(10 + 192)]).toEqual(new Array(20).fill(9));
  expect(data[10]).toBe(255);
});

test('shrinking by a whole factor takes the mean of each block, and growing repeats pixels', () => {
  const source = Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => Math.floor(i / 3) * 10);
  const half = new Uint8Array(2 * 2 * 3);
  resampleArea(canvas(source, 4, 4), canvas(half, 2, 2));
  expect([half[0], half[3], half[6], half[9]]).toEqual([25, 45, 105, 125]);
  const twice = new Uint8Array(8 * 8 * 3);
  resampleArea(canvas(source, 4, 4), canvas(twice, 8, 8));
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 8; x++) expect(twice[(y * 8 + x) * 3]).toBe(source[((y >> 1) * 4 + (x >> 1)) * 3]);
  }
});

test('resampling by any factor keeps the mean and leaves an even picture even', () => {
  const even = new Uint8Array(7 * 7 * 3).fill(201);
  const out = new Uint8Array(5 * 5 * 3);
  resampleArea(canvas(even, 7, 7), canvas(out, 5, 5));
  expect(new Set(out)).toEqual(new Set([201]));
});
