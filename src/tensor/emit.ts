// What an operation needs in order to say how it runs: an emitter of ONNX nodes. The compile room implements it; the
// tensor room only names operators, so it depends on no runtime.

import type { DType, HostArray } from './dtype.ts';
import type { Shape } from './shape.ts';

/** Attributes of an ONNX node: whole numbers in `int`, numbers in `float`, and so on, because ONNX types them. */
export interface OnnxAttributes {
  readonly int?: Readonly<Record<string, number>>;
  readonly float?: Readonly<Record<string, number>>;
  readonly ints?: Readonly<Record<string, readonly number[]>>;
  readonly string?: Readonly<Record<string, string>>;
}

/** The name of a value in the emitted model; the empty string is an omitted optional input. */
export type ValueName = string;

/** Options of one emitted node. */
export interface EmitOptions {
  /** Number of outputs; default 1. */
  readonly outputs?: number;
  /** Operator domain; default the standard one. */
  readonly domain?: 'com.microsoft';
}

/** Receives the nodes of an operation's lowering. */
export interface Emitter {
  /**
   * True when only standard operators may be used that every backend accepts (WASM, WebGPU, other runtimes); false when
   * the CPU's fused contrib operators are at hand.
   */
  readonly portable: boolean;
  /** Emits one node and returns the names of its outputs. */
  node(opType: string, inputs: readonly ValueName[], attributes?: OnnxAttributes, options?: EmitOptions): ValueName[];
  /** A constant; equal constants are stored once. */
  constant(dtype: DType, shape: Shape, data: HostArray): ValueName;
}

/** A constant vector of int64, as ONNX wants axes, shapes and bounds. */
export function emitInts(emitter: Emitter, values: readonly number[]): ValueName {
  return emitter.constant('i64', [values.length], BigInt64Array.from(values, BigInt));
}

/** A constant f32 scalar. */
export function emitScalar(emitter: Emitter, value: number): ValueName {
  return emitter.constant('f32', [], Float32Array.of(value));
}
