import { expect, test } from 'vitest';
import { compile } from '../compile/index.ts';
import { input, matmul, mul } from '../tensor/index.ts';
import { availableDevices, type Device, defaultRuntime, nodeRuntime, nodesByProvider, runtimeFor } from './index.ts';

test('the CPU without further wishes is the default runtime itself', async () => {
  expect(await runtimeFor({ device: 'cpu' })).toBe(defaultRuntime());
});

test('a runtime says its package, version, device and threads', async () => {
  const runtime = await runtimeFor({ device: 'cpu', threads: 3 });
  expect(runtime.describe).toEqual({ name: 'onnxruntime-node', version: '1.30.0', device: 'cpu', threads: 3 });
  expect(runtime.name).toBe('cpu (onnxruntime-node 1.30.0, 3 threads)');
});

test('one thread and three compute the same product within rounding', async () => {
  const [a, b] = [input('a', [64, 64]), input('b', [64, 64])];
  const wave = (rate: number) => Float32Array.from({ length: 4096 }, (_, i) => Math.sin(rate * i));
  const on = async (threads: number): Promise<Float32Array> => {
    const program = await compile({ y: matmul(a, b) }, { runtime: await runtimeFor({ device: 'cpu', threads }) });
    return (await program.run({ inputs: { a: wave(0.1), b: wave(0.7) } })).y as Float32Array;
  };
  const [one, three] = [await on(1), await on(3)];
  for (const [i, v] of one.entries()) expect(three[i]!).toBeCloseTo(v, 4);
});

test('another number of WebAssembly threads than the process has is refused, not reported', async () => {
  const { threads } = (await runtimeFor({ device: 'wasm' })).describe;
  expect(threads).toBeGreaterThanOrEqual(1);
  await expect(runtimeFor({ device: 'wasm', threads: threads! + 1 })).rejects.toMatchObject({ code: 'usage' });
  expect((await runtimeFor({ device: 'wasm' })).describe.threads).toBe(threads);
});

test('a device that does not work here is an error that names those that do', async () => {
  const here = await availableDevices();
  expect(here).toContain('cpu');
  const missing = (['cuda', 'coreml', 'dml'] as const).filter((device) => !here.includes(device));
  for (const device of missing) {
    const asked = runtimeFor({ device });
    await expect(asked).rejects.toMatchObject({ code: 'usage', details: { device } });
    await expect(asked).rejects.toThrow(/does not work here: .*; this installation has: cpu/);
  }
});

test('an unknown device and a number of threads that is none are refused', async () => {
  await expect(runtimeFor({ device: 'tpu' as Device })).rejects.toThrow(
    /device must be one of cpu, cuda, .*, got 'tpu'/,
  );
  for (const threads of [0, 1.5, Number.NaN])
    await expect(runtimeFor({ device: 'cpu', threads })).rejects.toThrow(
      /threads must be a whole number of at least 1/,
    );
});

test('a provider that the addon was not built with is refused, not dropped', () => {
  expect(() => nodeRuntime({ providers: ['nonsense', 'cpu'] })).toThrow(
    /providers must be of those that onnxruntime-node was built with here \(cpu.*\), got nonsense, cpu/,
  );
});

test('the profile names the provider of each node', async () => {
  const a = input('a', [8, 8]);
  const program = await compile({ y: mul(matmul(a, a), 2) }, { runtime: nodeRuntime({ threads: 1 }) });
  const times = await program.profile({ inputs: { a: new Float32Array(64) } });
  expect(nodesByProvider(times)).toEqual({ CPUExecutionProvider: times.length });
});
