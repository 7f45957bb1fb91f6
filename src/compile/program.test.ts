import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { grad } from '../autodiff/index.ts';
import { flatLayout, key } from '../core/index.ts';
import { nodeRuntime } from '../runtime/index.ts';
import {
  add,
  affine,
  constant,
  input,
  matmul,
  mul,
  parameter,
  random,
  reduceMean,
  reduceSum,
  scalar,
  square,
  state,
  sub,
  transpose,
} from '../tensor/index.ts';
import { compile } from './index.ts';

test('a product with its gradient runs and writes into the given buffer', async () => {
  const x = input('x', [4, 3]);
  const w = parameter('w', [2, 3]);
  const loss = reduceSum(square(affine(x, w)));
  const program = await compile({ loss, dw: grad(loss, [w])[0]! });
  const layout = flatLayout([{ name: 'w', shape: [2, 3] }]);
  const data = Float32Array.of(1, 2, 3, -1, 0, 1);
  const xs = Float32Array.from({ length: 12 }, (_, i) => i / 10);
  const dw = new Float32Array(6);
  const out = await program.run({ inputs: { x: xs }, parameters: { layout, data }, into: { dw } });
  let loss_ = 0;
  const expected = new Float64Array(6);
  for (let i = 0; i < 4; i++)
    for (let o = 0; o < 2; o++) {
      let y = 0;
      for (let k = 0; k < 3; k++) y += xs[i * 3 + k]! * data[o * 3 + k]!;
      loss_ += y * y;
      for (let k = 0; k < 3; k++) expected[o * 3 + k]! += 2 * y * xs[i * 3 + k]!;
    }
  expect(out.loss![0]).toBeCloseTo(loss_, 4);
  dw.forEach((v, i) => {
    expect(v).toBeCloseTo(expected[i]!, 4);
  });
});

test('equal subexpressions are computed once and dead code is gone', async () => {
  const x = input('x', [8]);
  const a = mul(add(x, 1), add(x, 1));
  reduceSum(mul(x, 5));
  const program = await compile({ a });
  expect(program.explain().nodes).toBe(2);
});

test('what depends on constants only is folded', async () => {
  const x = input('x', [2]);
  const c = mul(add(constant(Float32Array.of(1, 2), [2], 'f32'), 1), 3);
  const program = await compile({ y: mul(x, c) });
  expect(program.explain().nodes).toBe(1);
  expect([...(await program.run({ inputs: { x: Float32Array.of(1, 1) } })).y!]).toEqual([6, 9]);
});

test('a transpose before a product is folded into it', async () => {
  const a = input('a', [2, 5, 3]);
  const b = input('b', [2, 5, 4]);
  const program = await compile({ y: matmul(transpose(a), b) });
  expect(program.explain().rows.map((r) => r.operation)).toEqual(['matmul']);
});

test('programs of equal structure share one session', async () => {
  const build = () => compile({ y: reduceMean(square(input('shared', [3]))) });
  const [p, q] = [await build(), await build()];
  expect(q.model).toBe(p.model);
});

test('random tensors depend on the key and their label only', async () => {
  const build = (label: string) => compile({ y: add(random(label, [4], { kind: 'normal' }), 0) });
  const p = await build('a');
  const one = (await p.run({ key: key(1) })).y;
  expect((await p.run({ key: key(1) })).y).toEqual(one);
  expect((await p.run({ key: key(2) })).y).not.toEqual(one);
  expect((await (await build('b')).run({ key: key(1) })).y).not.toEqual(one);
});

test('an output may be an input, a constant, or the same value twice', async () => {
  const x = input('x', [2]);
  const y = add(x, 1);
  const out = await (await compile({ x2: x, one: scalar(1), y, again: y, s: state('s', [1]) })).run({
    inputs: { x: Float32Array.of(3, 4) },
    state: { layout: flatLayout([{ name: 's', shape: [1] }]), data: Float32Array.of(9) },
  });
  expect([...out.x2!, ...out.one!, ...out.y!, ...out.again!, ...out.s!]).toEqual([3, 4, 1, 4, 5, 4, 5, 9]);
});

test('feeding the wrong size, dtype or name says what is expected', async () => {
  const program = await compile({ y: mul(input('pixels', [2, 2]), 2) });
  await expect(program.run({ inputs: { pixels: new Float32Array(3) } })).rejects.toThrow(
    /'pixels' must be f32\[2, 2\] = 4 elements, got Float32Array of 3/,
  );
  await expect(program.run({ inputs: { pixels: new Uint8Array(4) } })).rejects.toThrow(/got Uint8Array/);
  await expect(program.run({ inputs: { pixels: new Float32Array(4), pixel: new Float32Array(4) } })).rejects.toThrow(
    /did you mean 'pixels'/,
  );
  await expect(program.run({})).rejects.toThrow(/must be fed/);
});

test('parameters in a layout of other shapes are refused, though their numbers would fit', async () => {
  const program = await compile({ y: affine(input('x', [1, 3]), parameter('w', [2, 3])) });
  const parameters = { layout: flatLayout([{ name: 'w', shape: [3, 2] }]), data: new Float32Array(6) };
  await expect(program.run({ inputs: { x: new Float32Array(3) }, parameters })).rejects.toThrow(
    /parameter 'w' must have the shape \[2, 3\], the layout that was given says \[3, 2\]/,
  );
  const short = { layout: flatLayout([{ name: 'w', shape: [2, 3] }]), data: new Float32Array(5) };
  await expect(program.run({ inputs: { x: new Float32Array(3) }, parameters: short })).rejects.toThrow(
    /got Float32Array of 5/,
  );
});

test('a key that is no key is refused: it would draw the same numbers as another', async () => {
  const program = await compile({ y: add(random('noise', [2], { kind: 'normal' }), 0) });
  await expect(program.run({ key: [Number.NaN, 0] })).rejects.toThrow(
    /key must be two whole numbers below 2\^32, got NaN,0/,
  );
});

test('a destination that shares memory with a feed or with another destination is refused', async () => {
  const x = input('x', [4]);
  const program = await compile({ y: mul(x, 2), z: add(x, 1) });
  const buffer = new Float32Array(12);
  const part = (start: number) => buffer.subarray(start, start + 4);
  const run = (feed: number, y: number, z: number) =>
    program.run({ inputs: { x: part(feed) }, into: { y: part(y), z: part(z) } });
  await expect(run(0, 3, 8)).rejects.toThrow(/destination of output 'y' shares memory with what is fed as 'x'/);
  await expect(run(0, 4, 7)).rejects.toThrow(
    /destination of output 'z' shares memory with the destination of output 'y'/,
  );
  expect(Object.keys(await run(0, 4, 8))).toEqual(['y', 'z']);
});

test('a shape error names the operation, both shapes and the line of the caller', () => {
  expect(() => sub(input('a', [2, 3]), input('b', [4, 3]))).toThrow(
    /sub: .*f32\[2, 3\] and f32\[4, 3\] at .*program\.test\.ts:\d+/,
  );
});

test('the profile names the slowest nodes', async () => {
  const a = input('a', [64, 64]);
  const times = await (await compile({ y: matmul(matmul(a, a), a) }, { runtime: nodeRuntime({ threads: 1 }) })).profile(
    { inputs: { a: new Float32Array(4096) } },
  );
  expect(times.length).toBeGreaterThan(0);
  expect(times[0]!.opType).toBe('MatMul');
});

test('disposing a program leaves others of equal structure usable, and disposing it twice is harmless', async () => {
  const make = () => compile({ y: mul(input('x', [2]), 3.25) });
  const [first, second] = [await make(), await make()];
  await first.dispose();
  await first.dispose();
  const { y } = await second.run({ inputs: { x: Float32Array.of(1, 2) } });
  expect([...(y as Float32Array)]).toEqual([3.25, 6.5]);
  await second.dispose();
  const again = await make();
  expect([...((await again.run({ inputs: { x: Float32Array.of(2, 4) } })).y as Float32Array)]).toEqual([6.5, 13]);
});

test('a run under way survives the disposal of its program; a later one is an error', async () => {
  const program = await compile({ y: mul(input('x', [2]), 4.75) });
  const running = program.run({ inputs: { x: Float32Array.of(1, 2) } });
  await program.dispose();
  expect([...(await running).y!]).toEqual([4.75, 9.5]);
  await expect(program.run({ inputs: { x: Float32Array.of(1, 2) } })).rejects.toMatchObject({ code: 'usage' });
});

test('a program compiled while the last of its structure is disposed can be used', async () => {
  const make = () => compile({ y: mul(input('x', [1]), 5.125) });
  const first = await make();
  const second = make();
  await first.dispose();
  expect([...(await (await second).run({ inputs: { x: Float32Array.of(2) } })).y!]).toEqual([10.25]);
});

test('the model names the version of this package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const { model } = await compile({ y: add(input('version', [1]), 1) });
  expect(Buffer.from(model).includes(Buffer.from(version))).toBe(true);
});
