// Where values come from: inputs fed on each run, parameters and state held in flat buffers, random draws named by a
// label, and constants.

import { type DType, type HostArray, type HostArrays, holds, hostArray } from '../dtype.ts';
import { apply1, type Operation, problem, type Tensor, type TensorType } from '../graph.ts';
import { type Shape, sizeOf } from '../shape.ts';

/** What feeds a source tensor on each run. */
export type SourceRole = 'input' | 'parameter' | 'state' | 'random';

/** Distributions that the runtime draws on the host, identical on every device. */
export type Distribution =
  | { readonly kind: 'normal' }
  | { readonly kind: 'uniform' }
  | { readonly kind: 'bernoulli'; readonly probability: number };

/** Attributes of a source. */
export interface Source {
  readonly role: SourceRole;
  readonly name: string;
  readonly type: TensorType;
  readonly distribution?: Distribution;
}

const sourceOp: Operation<Source> = {
  name: 'source',
  infer(_inputs, { type }) {
    if (!type.shape.every((d) => Number.isInteger(d) && d >= 0)) throw problem('dimensions must be whole numbers >= 0');
    return [type];
  },
  flops: () => 0,
};

/** The source attributes of a tensor, or undefined when an operation computes it. */
export function sourceOf(tensor: Tensor): Source | undefined {
  return (tensor.node.op as unknown) === sourceOp ? (tensor.node.attributes as Source) : undefined;
}

/** A tensor that the caller feeds on each run under `name`. */
export function input(name: string, shape: Shape, dtype: DType = 'f32'): Tensor {
  return apply1(sourceOp, [], { role: 'input', name, type: { dtype, shape: [...shape] } });
}

/** A trainable f32 tensor, held in the flat parameter buffer under `name`. */
export function parameter(name: string, shape: Shape): Tensor {
  return apply1(sourceOp, [], { role: 'parameter', name, type: { dtype: 'f32', shape: [...shape] } });
}

/** A non-trainable f32 tensor that programs update, such as running statistics. */
export function state(name: string, shape: Shape): Tensor {
  return apply1(sourceOp, [], { role: 'state', name, type: { dtype: 'f32', shape: [...shape] } });
}

/** A tensor drawn anew on each run from the run's key folded with `label`; labels must be unique within a program. */
export function random(label: string, shape: Shape, distribution: Distribution): Tensor {
  return apply1(sourceOp, [], { role: 'random', name: label, type: { dtype: 'f32', shape: [...shape] }, distribution });
}

/** Attributes of a constant. */
export interface Constant {
  readonly type: TensorType;
  readonly data: HostArray;
}

const constantOp: Operation<Constant> = {
  name: 'constant',
  infer(_inputs, { type, data }) {
    if (!holds(type.dtype, data)) throw problem(`data must be the host array of ${type.dtype}`);
    if (data.length !== sizeOf(type.shape)) {
      throw problem(
        `data must hold ${sizeOf(type.shape)} elements for shape [${type.shape.join(', ')}], got ${data.length}`,
      );
    }
    return [type];
  },
  lower: (emitter, _inputs, _node, { type, data }) => [emitter.constant(type.dtype, type.shape, data)],
  flops: () => 0,
  identity({ type, data }) {
    return `${type.dtype}[${type.shape.join()}]:${data.length > 64 ? `#${contentHash(data)}` : Array.from(data as ArrayLike<number | bigint>).join()}`;
  },
};

const hashes = new WeakMap<HostArray, string>();

/** A content hash of two independent 32-bit FNV-1a passes over the bytes. */
function contentHash(data: HostArray): string {
  const known = hashes.get(data);
  if (known !== undefined) return known;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < bytes.length; i++) {
    a = Math.imul(a ^ bytes[i]!, 0x01000193);
    b = Math.imul(b ^ (bytes[i]! + i), 0x85ebca6b);
  }
  const hash = `${bytes.length}-${(a >>> 0).toString(16)}-${(b >>> 0).toString(16)}`;
  hashes.set(data, hash);
  return hash;
}

/** A constant from a host array. The array must not be changed afterwards. */
export function constant<D extends DType>(data: HostArrays[D], shape: Shape, dtype: D): Tensor {
  return apply1(constantOp, [], { type: { dtype, shape: [...shape] }, data });
}

/** The constant attributes of a tensor, or undefined when it is not a constant. */
export function constantOf(tensor: Tensor): Constant | undefined {
  return (tensor.node.op as unknown) === constantOp ? (tensor.node.attributes as Constant) : undefined;
}

/** An f32 constant of one value in every element. */
export function full(value: number, shape: Shape): Tensor {
  return constant(new Float32Array(sizeOf(shape)).fill(value), shape, 'f32');
}

/** A constant f32 scalar. */
export function scalar(value: number): Tensor {
  return constant(Float32Array.of(value), [], 'f32');
}

/** A zero constant of any dtype. */
export function zeros(shape: Shape, dtype: DType = 'f32'): Tensor {
  return constant(hostArray(dtype, sizeOf(shape)) as Float32Array, shape, dtype as 'f32');
}

/** A 1-D i32 constant. */
export function indices(values: ArrayLike<number>): Tensor {
  return constant(Int32Array.from(values), [values.length], 'i32');
}
