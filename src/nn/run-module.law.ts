// Runs a module on host arrays, for tests of the rooms that only describe.

import { compile } from '../compile/index.ts';
import { flatView, type Key, key, normal } from '../core/index.ts';
import { nodeRuntime } from '../runtime/index.ts';
import type { HostArray, Tensor } from '../tensor/index.ts';
import { bind, initialise, type ModelValues, type Module } from './index.ts';

/** One thread: the sums are then the same on every machine. */
export const runtime: ReturnType<typeof nodeRuntime> = nodeRuntime({ threads: 1 });

/** What a run is given; without values the module is initialised from key 0. */
export interface Given {
  readonly values?: ModelValues;
  readonly inputs?: Readonly<Record<string, HostArray>>;
  readonly key?: Key;
}

/** Binds, traces and runs once. Buffer updates come as outputs `update:<name>`. */
export async function runModule<T>(
  m: Module<T>,
  mode: 'train' | 'eval',
  trace: (model: T) => Readonly<Record<string, Tensor>>,
  { values = initialise(m, key(0)), inputs = {}, key: k = key(1) }: Given = {},
): Promise<Record<string, Float32Array>> {
  const bound = bind(m, mode);
  const outputs = { ...trace(bound.model) };
  for (const [name, t] of Object.entries(bound.updates())) outputs[`update:${name}`] = t;
  const program = await compile(outputs, { runtime });
  const results = await program.run({ inputs, parameters: values.parameters, state: values.buffers, key: k });
  await program.dispose();
  return results as Record<string, Float32Array>;
}

/** Values where everything matters: initialised, then every parameter and running mean moved by N(0, scale^2). */
export function shaken(m: Module<unknown>, scale = 0.3): ModelValues {
  const values = initialise(m, key(0));
  const { data } = values.parameters;
  const noise = normal(key(2), new Float32Array(data.length), 0, scale);
  for (let i = 0; i < data.length; i++) data[i]! += noise[i]!;
  for (const { name } of values.buffers.layout.entries)
    if (name.endsWith('running_mean'))
      normal(key(3), flatView(values.buffers.layout, values.buffers.data, name), 0, scale);
  return values;
}

/** A view of a parameter or buffer by name. */
export function numbersOf({ parameters, buffers }: ModelValues, name: string): Float32Array {
  const { layout, data } = parameters.layout.index.has(name) ? parameters : buffers;
  return flatView(layout, data, name);
}

/** N(0, 1) numbers. */
export function gaussian(count: number, seed: number, std = 1): Float32Array {
  return normal(key(seed), new Float32Array(count), 0, std);
}

/** Largest absolute difference. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i]! - b[i]!);
    if (!(d <= worst)) worst = d;
  }
  return worst;
}
