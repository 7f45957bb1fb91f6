import { expect, test } from 'vitest';
import { compile } from '../../compile/index.ts';
import { bilinearMatrix, conv2d, einsum, input, interpolateBilinear, smoothL1, upsampleNearest } from '../index.ts';

test('nearest upsampling repeats every pixel, of floats and of bytes', async () => {
  const expected = [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2];
  const program = await compile({
    f: upsampleNearest(input('floats', [1, 2]), [2, 3]),
    u: upsampleNearest(input('bytes', [1, 2], 'u8'), [2, 3]),
  });
  const out = await program.run({ inputs: { floats: Float32Array.of(1, 2), bytes: Uint8Array.of(1, 2) } });
  expect([...(out.f as Float32Array)]).toEqual(expected);
  expect([...(out.u as Uint8Array)]).toEqual(expected);
});

test('every row of the bilinear matrix sums to 1, and equal sizes give the identity', () => {
  for (const [from, to, antialias] of [
    [5, 3, false],
    [5, 3, true],
    [3, 8, false],
    [4, 4, true],
    [4, 4, false],
  ] as const) {
    const m = bilinearMatrix(from, to, antialias);
    for (let i = 0; i < to; i++) {
      const row = [...m.subarray(i * from, (i + 1) * from)];
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
      if (from === to) expect(row).toEqual(row.map((_, j) => (i === j ? 1 : 0)));
    }
  }
});

test('bilinear resizing interpolates between pixel centres and holds the border', async () => {
  // Centres of the four new pixels on the old axis: -0.25, 0.25, 0.75, 1.25.
  const program = await compile({ y: interpolateBilinear(input('x', [1, 1, 1, 2]), [1, 4]) });
  const { y } = await program.run({ inputs: { x: Float32Array.of(0, 4) } });
  expect([...(y as Float32Array)]).toEqual([0, 1, 3, 4]);
});

test('halving with antialiasing weighs four pixels 1 3 3 1', () => {
  // Centre 2.5, reach 2: distances 1.5, 0.5, 0.5, 1.5 give 1/4, 3/4, 3/4, 1/4 before normalising.
  const row = [...bilinearMatrix(6, 3, true).subarray(6, 12)];
  row.forEach((v, j) => {
    expect(v).toBeCloseTo([0, 1, 3, 3, 1, 0][j]! / 8, 6);
  });
});

test('a convolution of one pixel per kernel is the einsum over patches', async () => {
  const x = input('x', [1, 2, 2, 2]);
  const w = input('w', [3, 2, 2, 2]);
  const program = await compile({ a: conv2d(x, w, { stride: 2 }), b: einsum('bcij,ocij->bo', x, w) });
  const wave = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.cos(i));
  const { a, b } = await program.run({ inputs: { x: wave(8), w: wave(24) } });
  a!.forEach((v, i) => {
    expect(v).toBeCloseTo(Number(b![i]), 5);
  });
});

test('smooth L1 is quadratic within beta and linear outside', async () => {
  const program = await compile({ y: smoothL1(input('a', [4]), 1, 2) });
  const { y } = await program.run({ inputs: { a: Float32Array.of(1, 2, 3, -4) } });
  expect([...(y as Float32Array)]).toEqual([0, 0.25, 1, 4]);
});
