// Reference numbers as every implementation is compared with them, and the parts that readers of the three layouts share.

import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { JepaError } from '../../src/core/index.ts';
import { type SafeTensor } from '../../src/data/index.ts';
import { readSafetensors } from '../../src/data/node.ts';

/** What JSON holds. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Elements of a stored tensor; 64-bit integers are widened to float64. */
export type ParityData = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A stored tensor, row-major. */
export interface ParityTensor {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'float64' | 'int32' | 'int64' | 'uint8';
  readonly data: ParityData;
}

/** How closely a tensor must be reproduced. */
export interface Tolerance {
  /** Largest allowed absolute difference. */
  readonly atol: number;
  /** Where given, at least 95 % of the elements must be this close. */
  readonly atol95?: number;
  /** Rounding noise after an optimiser: reported, and only its shape and finiteness are required. */
  readonly noise?: boolean;
}

/** Reference numbers that an implementation must reproduce. */
export interface ParityCase {
  /** `name` in case.json: claims are chosen by it, whatever the folder is called. */
  readonly name: string;
  readonly dir: string;
  /** Every shape and hyper-parameter of the case. */
  readonly config: JsonObject;
  /** Scalars by name; nested ones are joined by dots ('lidar.entropy'). */
  readonly scalars: ReadonlyMap<string, readonly number[]>;
  /** The same from the reference's float64 run, where stored. */
  readonly scalars64: ReadonlyMap<string, readonly number[]>;
  readonly scalarsRtol: number;
  readonly notes: readonly string[];
  /** The tensor `input.*`, `output.*` or `grad.*`; throws for an unknown name. */
  tensor(name: string): ParityTensor;
  /** All of them. */
  tensors(): ReadonlyMap<string, ParityTensor>;
  /** Initial parameters and buffers under the reference's names; empty when there are none. */
  weights(): ReadonlyMap<string, ParityTensor>;
  /** Parameters and buffers after the optimisation steps of the case; empty when there are none. */
  after(): ReadonlyMap<string, ParityTensor>;
  /** What must be reproduced, `output.*`, `grad.*` and `after.*`, with tolerances. */
  expected(): ReadonlyMap<string, Tolerance>;
}

/** A case from its parts. */
export function makeCase(
  parts: Omit<ParityCase, 'tensor' | 'tensors' | 'weights' | 'after' | 'expected'> & {
    readonly tensors: ReadonlyMap<string, ParityTensor>;
    readonly weights: ReadonlyMap<string, ParityTensor>;
    readonly after: ReadonlyMap<string, ParityTensor>;
    readonly expected: ReadonlyMap<string, Tolerance>;
  },
): ParityCase {
  const { tensors, weights, after, expected, ...rest } = parts;
  return {
    ...rest,
    tensor: (name) => {
      const tensor = tensors.get(name);
      if (tensor !== undefined) return tensor;
      throw new JepaError('corrupt', `case ${parts.name} (${parts.dir}) has no tensor '${name}'`, { name });
    },
    tensors: () => tensors,
    weights: () => weights,
    after: () => after,
    expected: () => expected,
  };
}

/** Reads a JSON object from a file. */
export function readJson(file: string): JsonObject {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new JepaError('io', `cannot read ${file}: ${(cause as Error).message}`, { file }, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new JepaError('corrupt', `${file} is not JSON: ${(cause as Error).message}`, { file }, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JepaError('corrupt', `${file} must hold a JSON object`, { file });
  }
  return value as JsonObject;
}

/** Reads all tensors of a safetensors file; an absent file has none, unless it is required. */
export async function readTensors(file: string, required: boolean): Promise<ReadonlyMap<string, ParityTensor>> {
  const out = new Map<string, ParityTensor>();
  if (!existsSync(file)) {
    if (required) throw new JepaError('io', `${basename(file)} is missing: the case needs ${file}`, { file });
    return out;
  }
  const { tensors } = await readSafetensors(file);
  for (const [name, tensor] of tensors) out.set(name, decode(tensor, file, name));
  return out;
}

function decode({ dtype, shape, data }: SafeTensor, file: string, name: string): ParityTensor {
  // A copy, because the bytes of a file need not be aligned.
  const bytes = data.slice().buffer;
  switch (dtype) {
    case 'F32':
      return { shape, dtype: 'float32', data: new Float32Array(bytes) };
    case 'F64':
      return { shape, dtype: 'float64', data: new Float64Array(bytes) };
    case 'I32':
      return { shape, dtype: 'int32', data: new Int32Array(bytes) };
    case 'I64':
      return { shape, dtype: 'int64', data: Float64Array.from(new BigInt64Array(bytes), Number) };
    case 'U8':
    case 'BOOL':
      return { shape, dtype: 'uint8', data: new Uint8Array(bytes) };
    default:
      throw new JepaError('unsupported', `${file}, tensor '${name}': parity cases do not use dtype ${dtype}`, { name });
  }
}

/** Numbers and lists of numbers by dotted name; texts and nulls are left out. */
export function flattenScalars(value: JsonValue, prefix = ''): Map<string, readonly number[]> {
  const out = new Map<string, readonly number[]>();
  if (typeof value === 'number') out.set(prefix, [value]);
  else if (typeof value === 'boolean') out.set(prefix, [Number(value)]);
  else if (Array.isArray(value) && value.length > 0 && value.every((v) => typeof v === 'number')) {
    out.set(prefix, value as readonly number[]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const path = prefix === '' ? name : `${prefix}.${name}`;
      for (const [at, numbers] of flattenScalars(inner as JsonValue, path)) out.set(at, numbers);
    }
  }
  return out;
}

export function objectAt(json: JsonObject, name: string): JsonObject {
  const value = json[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

export function numberAt(json: JsonObject, name: string): number | undefined {
  const value = json[name];
  return typeof value === 'number' ? value : undefined;
}

export function stringsAt(json: JsonObject, name: string): readonly string[] {
  const value = json[name];
  return Array.isArray(value) ? value.filter((v) => typeof v === 'string') : [];
}
