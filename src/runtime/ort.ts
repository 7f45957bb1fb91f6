// The adapter to ONNX Runtime, shared by Node and the browser: both packages export the types of onnxruntime-common.

import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from 'onnxruntime-node';
import { JepaError } from '../core/index.ts';
import type { DType, HostArray } from '../tensor/index.ts';
import type { HostTensor, LoadOptions, NodeTime, Runtime, Session } from './runtime.ts';

/** The part of an ONNX Runtime package that is used here. */
export interface OrtModule {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

/** How a backend package is used. */
export interface OrtOptions {
  readonly name: string;
  readonly portable: boolean;
  readonly session: InferenceSession.SessionOptions;
  /** Reads the profile that a session wrote; absent where there is no file system. */
  readonly readTimes?: (session: InferenceSession, prefix: string) => readonly NodeTime[];
}

const toOrt: Readonly<Record<DType, OrtTensor.Type>> = {
  f32: 'float32',
  i32: 'int32',
  i64: 'int64',
  bool: 'bool',
  u8: 'uint8',
};
const fromOrt: Readonly<Partial<Record<OrtTensor.Type, DType>>> = {
  float32: 'f32',
  int32: 'i32',
  int64: 'i64',
  bool: 'bool',
  uint8: 'u8',
};

/** A runtime over an ONNX Runtime package. */
export function ortRuntime(ort: OrtModule, options: OrtOptions): Runtime {
  const wrap = (t: HostTensor): OrtTensor => new ort.Tensor(toOrt[t.dtype], t.data, t.shape) as OrtTensor;
  const unwrap = (t: OrtTensor): HostTensor => {
    const dtype = fromOrt[t.type];
    if (dtype === undefined)
      throw new JepaError('runtime', `${options.name}: output type ${t.type} is not one of this package's dtypes`);
    return { dtype, shape: t.dims, data: t.data as HostArray };
  };
  return {
    name: options.name,
    portable: options.portable,
    async load(model: Uint8Array, load: LoadOptions = {}): Promise<Session> {
      const prefix = `jepa-profile-${Math.random().toString(36).slice(2)}`;
      const profiling = load.profile === true ? { enableProfiling: true, profileFilePrefix: prefix } : {};
      let session: InferenceSession;
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
            fetches[name] = into === null ? null : wrap(into);
          }
          const results = await session.run(inputs, fetches);
          const host: Record<string, HostTensor> = {};
          for (const name in outputs) host[name] = unwrap(results[name]!);
          return host;
        },
        times: () =>
          load.profile === true && options.readTimes !== undefined ? options.readTimes(session, prefix) : [],
        dispose: () => session.release(),
      };
    },
  };
}
