// The adapter to ONNX Runtime, shared by Node and the browser. Its types are written out here, so that this package's
// declarations need no ONNX Runtime package to be installed.

import { JepaError } from '../core/index.ts';
import type { DType, HostArray } from '../tensor/index.ts';
import type { HostTensor, LoadOptions, NodeTime, Runtime, RuntimeDescription, Session } from './runtime.ts';

/** A tensor of an ONNX Runtime package. */
export interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** A loaded model of an ONNX Runtime package. */
export interface OrtSession {
  run(
    feeds: Readonly<Record<string, OrtTensor>>,
    fetches: Readonly<Record<string, OrtTensor | null>>,
  ): Promise<Readonly<Record<string, OrtTensor>>>;
  release(): Promise<void>;
  endProfiling(): void;
}

/** The part of an ONNX Runtime package that is used here. */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: Readonly<Record<string, unknown>>): Promise<OrtSession>;
  };
  readonly Tensor: new (...args: never) => OrtTensor;
  readonly env?: {
    readonly versions: { readonly web?: string; readonly node?: string };
    readonly wasm?: { readonly numThreads?: number };
  };
}

/** How a backend package is used. */
export interface OrtOptions {
  readonly name: string;
  /** Asked each time: the web's package decides its threads when the first model is loaded. */
  readonly describe: () => RuntimeDescription;
  readonly portable: boolean;
  /** Whether a run writes into the output tensors that it is given. Where it does not, results are copied into them. */
  readonly fillsOutputs: boolean;
  /** Session options of ONNX Runtime. */
  readonly session: Readonly<Record<string, unknown>>;
  /** Reads the profile that a session wrote; absent where there is no file system. */
  readonly readTimes?: (session: OrtSession, prefix: string) => readonly NodeTime[];
}

const toOrt: Readonly<Record<DType, string>> = {
  f32: 'float32',
  i32: 'int32',
  i64: 'int64',
  bool: 'bool',
  u8: 'uint8',
};
const fromOrt = new Map(Object.entries(toOrt).map(([dtype, type]) => [type, dtype as DType]));

/** The numbers of `from` in the array of `into`, which is returned. */
function copied(name: string, from: HostTensor, into: HostTensor): HostTensor {
  if (from.dtype !== into.dtype || from.data.length !== into.data.length) {
    throw new JepaError(
      'runtime',
      `output '${name}' came as ${from.dtype} of ${from.data.length}, its destination is ${into.dtype} of ${into.data.length}`,
      { name },
    );
  }
  (into.data as Float32Array).set(from.data as Float32Array);
  return into;
}

/** A runtime over an ONNX Runtime package. */
export function ortRuntime(ort: OrtModule, options: OrtOptions): Runtime {
  const Tensor = ort.Tensor as new (type: string, data: HostArray, dims: readonly number[]) => OrtTensor;
  const wrap = (t: HostTensor): OrtTensor => new Tensor(toOrt[t.dtype], t.data, t.shape);
  const unwrap = (t: OrtTensor): HostTensor => {
    const dtype = fromOrt.get(t.type);
    if (dtype === undefined)
      throw new JepaError('runtime', `${options.name}: output type ${t.type} is not one of this package's dtypes`);
    return { dtype, shape: t.dims, data: t.data as HostArray };
  };
  return {
    name: options.name,
    get describe() {
      return options.describe();
    },
    portable: options.portable,
    async load(model: Uint8Array, load: LoadOptions = {}): Promise<Session> {
      const prefix = `jepa-profile-${Math.random().toString(36).slice(2)}`;
      const profiling = load.profile === true ? { enableProfiling: true, profileFilePrefix: prefix } : {};
      let session: OrtSession;
      try {
        session = await ort.InferenceSession.create(model, { ...options.session, ...profiling });
      } catch (cause) {
        throw new JepaError(
          'runtime',
          `${options.name} refused the model: ${cause instanceof Error ? cause.message : String(cause)}`,
          {},
          { cause },
        );
      }
      return {
        async run(feeds, outputs) {
          const inputs: Record<string, OrtTensor> = {};
          for (const name in feeds) inputs[name] = wrap(feeds[name]!);
          const fetches: Record<string, OrtTensor | null> = {};
          for (const name in outputs) {
            const into = outputs[name]!;
            fetches[name] = into === null || !options.fillsOutputs ? null : wrap(into);
          }
          const results = await session.run(inputs, fetches);
          const host: Record<string, HostTensor> = {};
          for (const name in outputs) {
            const result = unwrap(results[name]!);
            const into = outputs[name]!;
            host[name] = into === null || options.fillsOutputs ? result : copied(name, result, into);
          }
          return host;
        },
        times: () =>
          load.profile === true && options.readTimes !== undefined ? options.readTimes(session, prefix) : [],
        dispose: () => session.release(),
      };
    },
  };
}
