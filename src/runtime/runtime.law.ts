// What every runtime must do, run by each implementation. Models are written without a runtime, by `lower` and `encodeModel`.

import { expect, test } from 'vitest';
import { encodeModel, lower } from '../compile/index.ts';
import { add, cast, input, matmul, mul, sub, type Tensor } from '../tensor/index.ts';
import type { HostTensor, Runtime } from './index.ts';

const f32 = (data: readonly number[], shape: readonly number[]): HostTensor => ({
  dtype: 'f32',
  shape,
  data: Float32Array.from(data),
});

/** The bytes of a portable model. */
function modelOf(outputs: Readonly<Record<string, Tensor>>): Uint8Array {
  return encodeModel(lower(outputs, { name: 'law', portable: true }).graph, 'law');
}

/** Laws of the port; `make` is called once. */
export function runtimeLaws(name: string, make: () => Runtime | Promise<Runtime>): void {
  let made: Promise<Runtime> | undefined;
  const runtime = (): Promise<Runtime> => {
    made ??= Promise.resolve(make());
    return made;
  };
  const load = async (outputs: Readonly<Record<string, Tensor>>) => (await runtime()).load(modelOf(outputs));
  const law = (what: string, check: () => Promise<void>): void => test(`${name}: ${what}`, check);

  law('an output with a destination is written into it, and neighbours in its buffer are left alone', async () => {
    const session = await load({ y: mul(input('x', [3]), 2), z: add(input('x', [3]), 1) });
    const buffer = new Float32Array(8).fill(-7);
    const y: HostTensor = { dtype: 'f32', shape: [3], data: buffer.subarray(2, 5) };
    const out = await session.run({ x: f32([1, 2, 3], [3]) }, { y, z: null });
    expect([...buffer]).toEqual([-7, -7, 2, 4, 6, -7, -7, -7]);
    expect([...out.y!.data]).toEqual([2, 4, 6]);
    expect([...out.z!.data]).toEqual([2, 3, 4]);
    await session.dispose();
  });

  law('a destination of every dtype is filled', async () => {
    const x = input('x', [2]);
    const outputs = {
      f32: add(x, 0.5),
      i32: cast(x, 'i32'),
      i64: cast(x, 'i64'),
      u8: cast(x, 'u8'),
      bool: cast(x, 'bool'),
    };
    const session = await load(outputs);
    const into = {
      f32: new Float32Array(2),
      i32: new Int32Array(2),
      i64: new BigInt64Array(2),
      u8: new Uint8Array(2),
      bool: new Uint8Array(2),
    };
    const given = Object.entries(into).map(([n, data]) => [n, { dtype: n, shape: [2], data }]);
    await session.run({ x: f32([0, 5], [2]) }, Object.fromEntries(given) as Record<string, HostTensor>);
    expect(Object.values(into).map((a) => Array.from(a, Number))).toEqual([
      [0.5, 5.5],
      [0, 5],
      [0, 5],
      [0, 5],
      [0, 1],
    ]);
    await session.dispose();
  });

  law('a destination is filled anew by each run', async () => {
    const session = await load({ y: mul(input('x', [1]), 3) });
    const data = new Float32Array(1);
    for (const x of [1, 2]) {
      await session.run({ x: f32([x], [1]) }, { y: { dtype: 'f32', shape: [1], data } });
      expect([...data]).toEqual([3 * x]);
    }
    await session.dispose();
  });

  law('without a destination each run has arrays of its own, and feeds are left as they were', async () => {
    const session = await load({ y: sub(input('a', [2]), input('b', [2])) });
    const [a, b] = [f32([5, 7], [2]), f32([1, 2], [2])];
    const first = await session.run({ a, b }, { y: null });
    const second = await session.run({ a: b, b: a }, { y: null });
    expect([...first.y!.data, ...second.y!.data]).toEqual([4, 5, -4, -5]);
    expect([...a.data, ...b.data]).toEqual([5, 7, 1, 2]);
    expect(first.y).toMatchObject({ dtype: 'f32', shape: [2] });
    await session.dispose();
  });

  law('runs that overlap each get the answer to their own feeds', async () => {
    const x = input('x', [4, 4]);
    const session = await load({ y: matmul(x, x) });
    const identity = (scale: number) =>
      f32(
        Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? scale : 0)),
        [4, 4],
      );
    const scales = [1, 2, 3, 4, 5, 6];
    const answers = await Promise.all(scales.map((s) => session.run({ x: identity(s) }, { y: null })));
    expect(answers.map(({ y }) => y!.data[0])).toEqual(scales.map((s) => s * s));
    await session.dispose();
  });

  law('only the outputs that are asked for are returned', async () => {
    const x = input('x', [1]);
    const session = await load({ y: add(x, 1), z: add(x, 2) });
    expect(Object.keys(await session.run({ x: f32([1], [1]) }, { z: null }))).toEqual(['z']);
    await session.dispose();
  });

  law('a damaged model is refused with the name of the runtime', async () => {
    const r = await runtime();
    await expect(r.load(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'runtime' });
    await expect(r.load(Uint8Array.of(1, 2, 3))).rejects.toThrow(`${r.name} refused the model: `);
  });

  law('it says what it is, and its name begins with its device', async () => {
    const r = await runtime();
    await (await load({ y: add(input('x', [1]), 1) })).dispose();
    expect(r.name.startsWith(r.describe.device)).toBe(true);
    expect(r.describe.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(r.describe.threads).toBeGreaterThanOrEqual(1);
  });
}
