// A runtime by the name of its device. A device counts as available when a tiny model really ran on it: what a package was
// built with says nothing about drivers and libraries. Nothing falls back to another device.

import { JepaError } from '../core/index.ts';
import { installed, onnxRuntimeNode, requireNode } from './onnxruntime-node.ts';
import type { OrtModule } from './ort.ts';
import { defaultRuntime, nodeRuntime } from './ort-node.ts';
import { webRuntime } from './ort-web.ts';
import type { NodeTime, Runtime } from './runtime.ts';

/** Where Node can compute: 'wasm' by the package onnxruntime-web, all others by onnxruntime-node. */
export type Device = 'cpu' | 'cuda' | 'webgpu' | 'coreml' | 'dml' | 'wasm';

/** Which device, and how many threads. */
export interface DeviceOptions {
  readonly device: Device;
  /** Threads inside one operator on the CPU; default the machine's cores, for 'wasm' onnxruntime-web's own choice. */
  readonly threads?: number;
}

const DEVICES: readonly Device[] = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml', 'wasm'];

/** The ONNX model x [2] -> y = x * x, as `encodeModel` writes it. */
const SQUARE =
  'CAkSBGplcGEaADpEChkKAXgKAXgSAXkaCW11bC9NdWxfMCIDTXVsEgVwcm9iZVoPCgF4EgoKCAgBEgQKAggCYg8KAXkSCgoICAESBAoCCAJCBAoAEBQ=';

/** Threads of onnxruntime-web, once it has loaded a model: its setting can be written later, without effect. */
let webThreads: number | undefined;

/** Runs the square of two numbers; throws what the runtime throws, or says that the result is wrong. */
async function probe(runtime: Runtime): Promise<void> {
  const session = await runtime.load(Uint8Array.from(atob(SQUARE), (c) => c.charCodeAt(0)));
  const x = { dtype: 'f32', shape: [2], data: Float32Array.of(1.5, -3) } as const;
  const { y } = await session.run({ x }, { y: null });
  await session.dispose();
  if (runtime.describe.name === 'onnxruntime-web') webThreads ??= runtime.describe.threads;
  if (y?.data[0] !== 2.25 || y.data[1] !== 9) {
    throw new JepaError('runtime', `${runtime.name} computes 1.5^2 = ${y?.data[0]} and 3^2 = ${y?.data[1]}`);
  }
}

/** The runtime of a device that has not been tried yet, or a JepaError that says why there cannot be one. */
function untried({ device, threads }: DeviceOptions): Runtime {
  if (device === 'wasm') {
    const ort = installed('onnxruntime-web') as OrtModule | undefined;
    if (ort === undefined)
      throw new JepaError('runtime', 'onnxruntime-web is not installed: npm install onnxruntime-web');
    if (threads !== undefined && webThreads === undefined) Object.assign(ort.env?.wasm ?? {}, { numThreads: threads });
    return webRuntime(ort, 'wasm');
  }
  if (device === 'cpu') return threads === undefined ? defaultRuntime() : nodeRuntime({ threads });
  const built = onnxRuntimeNode().listSupportedBackends();
  if (!built.some(({ name }) => name === device)) {
    const { platform, arch } = process;
    throw new JepaError('runtime', `onnxruntime-node was not built with it for ${platform} ${arch}`);
  }
  if (device === 'cuda' && !cudaInstalled()) {
    throw new JepaError(
      'runtime',
      'the CUDA libraries of onnxruntime-node are not installed: npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12',
    );
  }
  return nodeRuntime({ providers: [device], ...(threads === undefined ? {} : { threads }) });
}

/** Whether the libraries that onnxruntime-node downloads when it is installed lie beside its addon. */
function cudaInstalled(): boolean {
  const { createRequire } = process.getBuiltinModule('node:module');
  const { existsSync } = process.getBuiltinModule('node:fs');
  const { dirname, join } = process.getBuiltinModule('node:path');
  const dist = dirname(createRequire(import.meta.url).resolve('onnxruntime-node'));
  const { platform, arch } = process;
  return existsSync(join(dist, '..', 'bin', 'napi-v6', platform, arch, 'libonnxruntime_providers_cuda.so'));
}

function why(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().split('\n')[0]!;
}

/**
 * The devices of this installation on which a tiny model ran just now. Trying a device loads its libraries, which may write
 * warnings of their own to standard error.
 *
 * @throws JepaError 'runtime' outside Node.
 */
export async function availableDevices(): Promise<readonly Device[]> {
  requireNode();
  return (await tried(DEVICES)).filter(({ reason }) => reason === undefined).map(({ device }) => device);
}

async function tried(devices: readonly Device[]): Promise<{ device: Device; reason: string | undefined }[]> {
  const found: { device: Device; reason: string | undefined }[] = [];
  for (const device of devices) {
    try {
      await probe(untried({ device }));
      found.push({ device, reason: undefined });
    } catch (error) {
      found.push({ device, reason: why(error) });
    }
  }
  return found;
}

/**
 * A runtime on the named device of this machine, after a tiny model ran on it. `runtimeFor({ device: 'cpu' })` is
 * `defaultRuntime()`. In a page use `webRuntime`.
 *
 * Operations for which a device has no kernel are run by ONNX Runtime on the CPU; `program.profile()` names the provider of
 * each node, and `nodesByProvider` counts them.
 *
 * @throws JepaError 'usage' when the device is unknown or does not work here, naming those that do, and when threads is no
 * whole number of at least 1 or not what the package can give; 'runtime' outside Node.
 * @example
 * const runtime = await runtimeFor({ device: 'cpu', threads: 4 });
 * runtime.describe; // { name: 'onnxruntime-node', version: '1.30.0', device: 'cpu', threads: 4 }
 */
export async function runtimeFor(options: DeviceOptions): Promise<Runtime> {
  const { device, threads } = options;
  if (!DEVICES.includes(device)) {
    throw new JepaError('usage', `runtimeFor: device must be one of ${DEVICES.join(', ')}, got '${device}'`, {
      device,
    });
  }
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new JepaError('usage', `runtimeFor: threads must be a whole number of at least 1, got ${threads}`, {
      threads,
    });
  }
  requireNode();
  let runtime: Runtime;
  try {
    runtime = untried(options);
    await probe(runtime);
  } catch (cause) {
    const others = await tried(DEVICES.filter((other) => other !== device));
    const available = others.filter(({ reason }) => reason === undefined).map((other) => other.device);
    throw new JepaError(
      'usage',
      `runtimeFor: device '${device}' does not work here: ${why(cause)}; this installation has: ${available.join(', ')}`,
      { device, available },
      { cause },
    );
  }
  if (threads !== undefined && runtime.describe.threads !== threads) {
    throw new JepaError(
      'usage',
      `runtimeFor: ${runtime.describe.name} runs with ${runtime.describe.threads} threads here, not ${threads}; its number is decided once in a process`,
      { threads, got: runtime.describe.threads },
    );
  }
  return runtime;
}

/**
 * How many nodes each execution provider ran, from the times of a profile: with 'cuda' asked for, nodes under
 * 'CPUExecutionProvider' were not run by it.
 *
 * @example
 * nodesByProvider(await program.profile({ inputs })); // { CPUExecutionProvider: 12 }
 */
export function nodesByProvider(times: readonly NodeTime[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { provider } of times) counts[provider] = (counts[provider] ?? 0) + 1;
  return counts;
}
