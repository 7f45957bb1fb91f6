import { expect, test } from 'vitest';
import { compile } from '../compile/index.ts';
import { key } from '../core/index.ts';
import { conv2d, convTranspose2d, input, maxPool2d, mul, reduceSum } from '../tensor/index.ts';
import { convolutionCases } from './cases/convolution.law.ts';
import { draw, f32 } from './finite-difference.law.ts';
import { gradientLaw } from './gradient.law.ts';
import { grad } from './index.ts';

gradientLaw(convolutionCases);

/** The definition: a sum over channels and kernel places, in doubles. */
function convolved(
  x: Float32Array,
  w: Float32Array,
  [b, c, h, wd]: readonly number[],
  [o, cg, kh, kw]: readonly number[],
  stride: number,
  padding: number,
): number[] {
  const groups = c! / cg!;
  const [ho, wo] = [
    Math.floor((h! + 2 * padding - kh!) / stride) + 1,
    Math.floor((wd! + 2 * padding - kw!) / stride) + 1,
  ];
  const out: number[] = [];
  for (let n = 0; n < b!; n++)
    for (let m = 0; m < o!; m++)
      for (let y = 0; y < ho; y++)
        for (let z = 0; z < wo; z++) {
          let sum = 0;
          for (let k = 0; k < cg!; k++)
            for (let i = 0; i < kh!; i++)
              for (let j = 0; j < kw!; j++) {
                const [r, s] = [y * stride + i - padding, z * stride + j - padding];
                if (r < 0 || s < 0 || r >= h! || s >= wd!) continue;
                const channel = Math.floor(m / (o! / groups)) * cg! + k;
                sum += x[((n * c! + channel) * h! + r) * wd! + s]! * w[((m * cg! + k) * kh! + i) * kw! + j]!;
              }
          out.push(sum);
        }
  return out;
}

test.each([
  { x: [2, 4, 5, 6], w: [6, 2, 3, 2], stride: 1, padding: 1 },
  { x: [2, 4, 5, 6], w: [4, 4, 3, 3], stride: 2, padding: 1 },
  { x: [1, 3, 4, 4], w: [2, 3, 2, 2], stride: 2, padding: 0 },
])('conv2d is the sum over channels and kernel: $x by $w, stride $stride, padding $padding', async (c) => {
  const [x, w] = [draw(f32(c.x), key(1)) as Float32Array, draw(f32(c.w), key(2)) as Float32Array];
  const { stride, padding } = c;
  const y = conv2d(input('x', c.x), input('w', c.w), { stride, padding, groups: c.x[1]! / c.w[1]! });
  const out = (await (await compile({ y })).run({ inputs: { x, w } })).y as Float32Array;
  const expected = convolved(x, w, c.x, c.w, stride, padding);
  expect(out.length).toBe(expected.length);
  out.forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i]!, 4);
  });
});

test('convTranspose2d is the adjoint of conv2d: <conv(x), y> = <x, convT(y)>', async () => {
  for (const [stride, outputPadding] of [
    [1, 0],
    [2, 1],
  ] as const) {
    const w = input('w', [3, 2, 3, 3]);
    const x = input('x', [2, 2, 6, 6]);
    const y = conv2d(x, w, { stride, padding: 1 });
    const z = input('z', y.shape);
    const back = convTranspose2d(z, w, { stride, padding: 1, outputPadding });
    expect(back.shape).toEqual(x.shape);
    const program = await compile({ left: reduceSum(mul(y, z)), right: reduceSum(mul(x, back)) });
    const out = await program.run({
      inputs: {
        x: draw(f32(x.shape), key(1)),
        w: draw(f32(w.shape), key(2)),
        z: draw(f32(z.shape), key(3)),
      },
    });
    expect(out.left![0]).toBeCloseTo(Number(out.right![0]), 3);
  }
});

test('the gradient of a tied maximum goes to the first place of the window', async () => {
  const x = input('x', [1, 1, 2, 4]);
  const program = await compile({ g: grad(reduceSum(maxPool2d(x, 2)), [x])[0]! });
  const { g } = await program.run({ inputs: { x: Float32Array.of(1, 7, 3, 3, 7, 7, 3, 3) } });
  expect([...g!]).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
});

test('overlapping windows add their gradients at a shared maximum', async () => {
  const x = input('x', [1, 1, 1, 4]);
  const program = await compile({ g: grad(reduceSum(maxPool2d(x, [1, 2], { stride: 1 })), [x])[0]! });
  expect([...(await program.run({ inputs: { x: Float32Array.of(1, 5, 2, 3) } })).g!]).toEqual([0, 2, 0, 1]);
});
