// The port to whatever computes: load a model once, run it many times on host arrays.

import type { DType, HostArray, Shape } from '../tensor/index.ts';

/** A tensor on the host. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: HostArray;
}

/** Time spent in one node of a model, as the runtime's own profiler saw it. */
export interface NodeTime {
  readonly node: string;
  readonly opType: string;
  readonly microseconds: number;
}

/** A loaded model. */
export interface Session {
  /** Runs once. `feeds` holds every input; each name in `outputs` is computed, into the given tensor when not null. */
  run(
    feeds: Readonly<Record<string, HostTensor>>,
    outputs: Readonly<Record<string, HostTensor | null>>,
  ): Promise<Record<string, HostTensor>>;
  /** Stops profiling and returns the times collected since loading; empty when not loaded with `profile`. */
  times(): readonly NodeTime[];
  /** Frees the session. */
  dispose(): Promise<void>;
}

/** Options of one model. */
export interface LoadOptions {
  /** Collect times per node. */
  readonly profile?: boolean;
}

/** A device class that loads ONNX models. */
export interface Runtime {
  /** Names device and backend, for results: 'cpu (onnxruntime-node 1.30.0, 2 threads)'. */
  readonly name: string;
  /** Whether programs must be lowered to standard operators only. */
  readonly portable: boolean;
  load(model: Uint8Array, options?: LoadOptions): Promise<Session>;
}
