// A program: named outputs of a traced graph, compiled to one ONNX model and run on host arrays.

import {
  bernoulli,
  type FlatLayout,
  flatView,
  fold,
  JepaError,
  type Key,
  normal,
  uniform,
  unknownName,
} from '../core/index.ts';
import { defaultRuntime, type HostTensor, type NodeTime, type Runtime, type Session } from '../runtime/index.ts';
import {
  type HostArray,
  holds,
  type Source,
  showShape,
  sizeOf,
  type Tensor,
  type TensorType,
} from '../tensor/index.ts';
import { type Cache, cache } from './cache.ts';
import { type Explanation, explain } from './explain.ts';
import { foldConstants } from './fold.ts';
import { feedName, type Lowered, lower } from './lower.ts';
import { encodeModel } from './onnx/model.ts';
import { requireApart } from './overlap.ts';
import { bakeSources, simplify } from './rewrite.ts';
import { structureOf } from './structure.ts';

const VERSION = '0.1.0';

/** Named tensors in one flat buffer; `data` may be replaced or written between runs. */
export interface FlatValues {
  readonly layout: FlatLayout;
  readonly data: Float32Array;
}

/** What one run is given. */
export interface RunOptions {
  /** One host array for each input, in row-major order. */
  readonly inputs?: Readonly<Record<string, HostArray>>;
  /** The buffer that holds the program's parameters; views are fed without a copy. */
  readonly parameters?: FlatValues;
  /** The buffer that holds the program's state. */
  readonly state?: FlatValues;
  /** Key for the program's random tensors. */
  readonly key?: Key;
  /** Host arrays that receive outputs, by output name; outputs not named here come in fresh arrays. */
  readonly into?: Readonly<Record<string, HostArray>>;
}

/** Options of compilation. */
export interface CompileOptions {
  readonly runtime?: Runtime;
  readonly name?: string;
  /** Sources to store inside the model as constants instead of feeding them: parameters, for inference and export. */
  readonly bake?: (source: Source) => HostArray | undefined;
  /** Key-value pairs for the model file (`metadata_props`). */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A compiled program. It holds a session of the runtime until it, and every program of equal structure, is disposed. A
 * run that is under way when its program is disposed ends as it would have; a later one is a 'usage' error. */
export interface Program {
  readonly name: string;
  readonly runtime: Runtime;
  /** Types of the tensors to be fed, by role. */
  readonly sources: readonly Source[];
  readonly outputs: Readonly<Record<string, TensorType>>;
  /** The ONNX model. */
  readonly model: Uint8Array;
  /** Runs once and returns a host array for each output, in row-major order. */
  run(options?: RunOptions): Promise<Record<string, HostArray>>;
  /** Counts nodes, parameters, floating-point operations and bytes moved. */
  explain(): Explanation;
  /** Runs `repeats` times under the runtime's profiler; the slowest nodes first. */
  profile(options?: RunOptions & { readonly repeats?: number }): Promise<readonly NodeTime[]>;
  dispose(): Promise<void>;
}

interface Compiled {
  readonly model: Uint8Array;
  readonly lowered: Lowered;
  readonly simplified: Readonly<Record<string, Tensor>>;
  readonly session: Session;
}

/** Of each runtime, what its programs share; freed with its last program. */
const compiledBy = new WeakMap<Runtime, Cache<Compiled>>();

function compiledOn(runtime: Runtime): Cache<Compiled> {
  const known = compiledBy.get(runtime);
  if (known !== undefined) return known;
  const made = cache<Compiled>({ keep: 0, free: ({ session }) => session.dispose() });
  compiledBy.set(runtime, made);
  return made;
}

async function build(
  outputs: Readonly<Record<string, Tensor>>,
  runtime: Runtime,
  { name = 'program', bake, metadata }: CompileOptions,
): Promise<Compiled> {
  const names = Object.keys(outputs);
  const roots = bake === undefined ? Object.values(outputs) : bakeSources(Object.values(outputs), bake);
  const merged = simplify(roots);
  const folded = simplify(await foldConstants(merged, runtime, VERSION));
  const simplified = Object.fromEntries(names.map((n, i) => [n, folded[i]!]));
  const lowered = lower(simplified, {
    name,
    portable: runtime.portable,
    ...(metadata === undefined ? {} : { metadata }),
  });
  const model = encodeModel(lowered.graph, VERSION);
  return { model, lowered, simplified, session: await runtime.load(model) };
}

function draw(source: Source, key: Key): Float32Array {
  const out = new Float32Array(sizeOf(source.type.shape));
  const k = fold(key, source.name);
  const d = source.distribution!;
  if (d.kind === 'normal') return normal(k, out);
  if (d.kind === 'uniform') return uniform(k, out);
  return bernoulli(k, d.probability, out) as Float32Array;
}

function feedOf(program: string, source: Source, options: RunOptions): HostTensor {
  const { role, name, type } = source;
  const flat = role === 'parameter' ? options.parameters : options.state;
  let data: HostArray | undefined;
  if (role === 'input') {
    data = options.inputs?.[name];
    if (data === undefined)
      throw new JepaError(
        'usage',
        `${program}: input '${name}' ${type.dtype}${showShape(type.shape)} must be fed; fed: ${Object.keys(options.inputs ?? {}).join(', ') || 'nothing'}`,
      );
  } else if (role === 'random') {
    if (options.key === undefined)
      throw new JepaError('usage', `${program}: draws random numbers ('${name}'), so run needs a key`);
    if (!options.key.every((half) => half === half >>> 0))
      throw new JepaError('usage', `${program}: key must be two whole numbers below 2^32, got ${options.key}`);
    data = draw(source, options.key);
  } else {
    if (flat === undefined)
      throw new JepaError(
        'usage',
        `${program}: needs ${role === 'parameter' ? 'parameters' : 'state'} (for '${name}')`,
      );
    const shape = flat.layout.index.get(name)?.shape;
    if (shape !== undefined && shape.join() !== type.shape.join())
      throw new JepaError(
        'shape',
        `${program}: ${role} '${name}' must have the shape ${showShape(type.shape)}, the layout that was given says ${showShape(shape)}`,
        { name, shape: type.shape },
      );
    data = flatView(flat.layout, flat.data, name);
  }
  if (!holds(type.dtype, data) || data.length !== sizeOf(type.shape)) {
    throw new JepaError(
      'shape',
      `${program}: ${role} '${name}' must be ${type.dtype}${showShape(type.shape)} = ${sizeOf(type.shape)} elements, got ${data.constructor.name} of ${data.length}`,
      { name, shape: type.shape },
    );
  }
  return { dtype: type.dtype, shape: type.shape, data };
}

/**
 * Compiles named outputs into a program. Equal structures share one session per runtime.
 *
 * @throws JepaError 'runtime' when the runtime refuses the model, 'unsupported' for an operation without lowering.
 *
 * @example
 * const x = input('x', [2, 3]);
 * const program = await compile({ y: mul(x, 2) });
 * const { y } = await program.run({ inputs: { x: new Float32Array(6).fill(1) } }); // y: six twos
 */
export async function compile(
  outputs: Readonly<Record<string, Tensor>>,
  options: CompileOptions = {},
): Promise<Program> {
  const { runtime = defaultRuntime(), name = 'program' } = options;
  // Baked programs hold numbers that may change, and metadata is the caller's: neither is shared.
  const sharable = options.bake === undefined && options.metadata === undefined;
  const identity = sharable ? structureOf(outputs) : Symbol(name);
  const lease = await compiledOn(runtime).lease(identity, () => build(outputs, runtime, options));
  const { model, lowered, simplified, session } = lease.value;
  let disposed = false;
  const sources = [...lowered.sources.values()];
  const inputNames = new Set(sources.filter((s) => s.role === 'input').map((s) => s.name));
  const feeds = (run: RunOptions): Record<string, HostTensor> => {
    for (const given of Object.keys(run.inputs ?? {})) {
      if (!inputNames.has(given) && !declaredInput(outputs, given))
        throw unknownName(`input of ${name}`, given, [...inputNames]);
    }
    return Object.fromEntries(sources.map((s) => [feedName(s), feedOf(name, s, run)]));
  };
  const fetches = (run: RunOptions): Record<string, HostTensor | null> =>
    Object.fromEntries(
      Object.entries(outputs).map(([n, t]) => {
        const data = run.into?.[n];
        if (data === undefined) return [n, null];
        if (!holds(t.dtype, data) || data.length !== sizeOf(t.shape)) {
          throw new JepaError(
            'shape',
            `${name}: output '${n}' is ${t.dtype}${showShape(t.shape)}, but its destination is ${data.constructor.name} of ${data.length}`,
          );
        }
        return [n, { dtype: t.dtype, shape: t.shape, data }];
      }),
    );
  return {
    name,
    runtime,
    sources,
    outputs: Object.fromEntries(Object.entries(outputs).map(([n, { dtype, shape }]) => [n, { dtype, shape }])),
    model,
    async run(run = {}) {
      if (disposed) throw new JepaError('usage', `${name}: this program was disposed; compile it again`, { name });
      const running = lease.share();
      try {
        const [fed, wanted] = [feeds(run), fetches(run)];
        requireApart(name, fed, wanted);
        const results = await session.run(fed, wanted);
        const data: Record<string, HostArray> = {};
        for (const n in results) data[n] = results[n]!.data;
        return data;
      } finally {
        await running.release();
      }
    },
    explain: () => explain(name, simplified, lowered),
    async profile({ repeats = 3, ...run } = {}) {
      const profiled = await runtime.load(model, { profile: true });
      for (let i = 0; i < repeats; i++) await profiled.run(feeds(run), fetches(run));
      const totals = new Map<string, NodeTime>();
      for (const t of profiled.times()) {
        const sum = totals.get(t.node)?.microseconds ?? 0;
        totals.set(t.node, { ...t, microseconds: sum + t.microseconds / repeats });
      }
      await profiled.dispose();
      return [...totals.values()].sort((a, b) => b.microseconds - a.microseconds);
    },
    async dispose() {
      disposed = true;
      await lease.release();
    },
  };
}

/** Whether `name` was an input of the traced graph that simplification removed: feeding it is harmless. */
function declaredInput(outputs: Readonly<Record<string, Tensor>>, name: string): boolean {
  return structureOf(outputs).includes(`"role":"input","name":${JSON.stringify(name)}`);
}
