import { expect, test } from 'vitest';
import { filledCanvas } from './canvas.ts';
import { animatedGif } from './gif.ts';

test('an animation states its size and holds one picture for each', () => {
  const pictures = [0, 100, 200].map((level) => filledCanvas(5, 4, [level, 0, 0]));
  const { bytes, ...size } = animatedGif(pictures, { delayMs: 50, hold: 3 });
  const file = Buffer.from(bytes);
  expect(size).toEqual({ width: 5, height: 4, frames: 3 });
  expect(file.toString('latin1', 0, 6)).toBe('GIF89a');
  expect([file.readUInt16LE(6), file.readUInt16LE(8)]).toEqual([5, 4]);
  expect(file.at(-1)).toBe(0x3b);
  // A graphic control extension (21 f9 04, flags, delay in hundredths of a second) precedes every picture.
  const delays = file.toString('latin1').split('\x21\xf9\x04').slice(1);
  expect(delays.map((rest) => Buffer.from(rest, 'latin1').readUInt16LE(1))).toEqual([5, 5, 15]);
});

test('no picture, and pictures of two sizes, are refused', () => {
  expect(() => animatedGif([])).toThrow(/pictures of one size, got 0/);
  expect(() => animatedGif([filledCanvas(2, 2, [0, 0, 0]), filledCanvas(2, 3, [0, 0, 0])])).toThrow(/got 2 of them/);
});
