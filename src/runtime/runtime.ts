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
  /** The execution provider that ran it, in ONNX Runtime's words: 'CPUExecutionProvider'. */
  readonly provider: string;
}

/** A loaded model. */
export interface Session {
  /**
   * Runs once. `feeds` holds every input; each name in `outputs` is computed. Where a tensor is given for it, its array holds
   * the numbers afterwards, on every runtime; where null, they come in a fresh array.
   */
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

/** What a runtime is. */
export interface RuntimeDescription {
  /** The package that computes: 'onnxruntime-node'. */
  readonly name: string;
  /** Its version; undefined when the package does not say. */
  readonly version: string | undefined;
  /** Where it computes: 'cpu', 'cuda', 'wasm', ... */
  readonly device: string;
  /** Threads inside one operator on the CPU; undefined while the package has not decided. */
  readonly threads: number | undefined;
}

/** A device class that loads ONNX models. */
export interface Runtime {
  /** Names device and backend, for results: 'cpu (onnxruntime-node 1.30.0, 2 threads)'. */
  readonly name: string;
  /** The same in parts. */
  readonly describe: RuntimeDescription;
  /** Whether programs must be lowered to standard operators only. */
  readonly portable: boolean;
  load(model: Uint8Array, options?: LoadOptions): Promise<Session>;
}
