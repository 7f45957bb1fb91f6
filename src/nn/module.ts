// A module describes a part of a network: its named parameters, buffers and sub-modules, and what it computes from them.
// It holds no numbers and never executes. Numbers live in flat buffers (`initialise`); binding a module to a trace gives
// back whatever the module is for: a function, or a record of functions. Names join with dots, as PyTorch's state dicts
// do, and a name may itself contain dots, so reference checkpoints load by name.

import { type FlatLayout, flatLayout, flatView, fold, JepaError, type Key } from '../core/index.ts';
import { parameter, type Shape, sameShape, showShape, state, type Tensor, withScope } from '../tensor/index.ts';
import type { Initialiser } from './init.ts';

/** A trainable tensor. */
export interface ParameterSpec {
  readonly kind: 'parameter';
  readonly shape: Shape;
  readonly init: Initialiser;
}

/** A tensor that training updates without a gradient, such as running statistics. */
export interface BufferSpec {
  readonly kind: 'buffer';
  readonly shape: Shape;
  readonly init: Initialiser;
}

/** A buffer within a trace: reads see earlier writes of the same trace. */
export interface BufferCell {
  read(): Tensor;
  write(value: Tensor): void;
}

/** What modules see of the trace they are bound to. */
export interface Trace {
  /** `train`: batch statistics and dropout; `eval`: running statistics, no dropout. */
  readonly mode: 'train' | 'eval';
  /** A label for a random tensor, unique in this trace and stable across equal traces. */
  label(purpose: string): string;
}

interface TraceState extends Trace {
  readonly cells: Map<string, Tensor>;
  readonly written: Set<string>;
  /** Inside a frozen module, whose parameters are buffers. */
  readonly frozen: boolean;
}

/** A description that binds to `T`. */
export interface Module<T> {
  readonly kind: 'module';
  readonly children: Children;
  bindAt(path: string, trace: TraceState): T;
}

type Child = ParameterSpec | BufferSpec | Module<unknown> | readonly Module<unknown>[];
type Children = Readonly<Record<string, Child>>;

type BoundChild<C> = C extends ParameterSpec
  ? Tensor
  : C extends BufferSpec
    ? BufferCell
    : C extends Module<infer T>
      ? T
      : C extends readonly Module<infer T>[]
        ? readonly T[]
        : never;

/** The children of a module as its forward function sees them. */
export type Bound<C> = { readonly [K in keyof C]: BoundChild<C[K]> };

/** A trainable tensor of a module. */
export function param(shape: Shape, init: Initialiser): ParameterSpec {
  return { kind: 'parameter', shape, init };
}

/** A buffer of a module. */
export function buffer(shape: Shape, init: Initialiser): BufferSpec {
  return { kind: 'buffer', shape, init };
}

/** A child without a name shares the names of its parent. */
function join(path: string, name: string): string {
  return path === '' || name === '' ? path + name : `${path}.${name}`;
}

function isList(child: Child): child is readonly Module<unknown>[] {
  return Array.isArray(child);
}

function bindChild(child: Child, path: string, trace: TraceState): unknown {
  if (isList(child)) return child.map((m, i) => m.bindAt(join(path, String(i)), trace));
  if (child.kind === 'parameter') return trace.frozen ? state(path, child.shape) : parameter(path, child.shape);
  if (child.kind === 'module') return child.bindAt(path, trace);
  return {
    read: () => trace.cells.get(path) ?? state(path, child.shape),
    write(value: Tensor) {
      if (!sameShape(value.shape, child.shape)) {
        throw new JepaError('shape', `buffer '${path}' is ${showShape(child.shape)}, got ${showShape(value.shape)}`);
      }
      trace.cells.set(path, value);
      trace.written.add(path);
    },
  } satisfies BufferCell;
}

/** Puts every call of a bound function under the module's scope, so that profiles read by module. */
function scoped<T>(bound: T, path: string): T {
  if (typeof bound !== 'function' || path === '') return bound;
  return ((...args: unknown[]) => withScope(path.split('.').at(-1)!, () => bound(...args) as unknown)) as T;
}

/**
 * Defines a module from its children and what it is once they are bound. The parameters of a child called '' carry the
 * names that they would have as the module's own.
 *
 * @example
 * const twoLayers = (d: number) =>
 *   module({ 'fc1': linear(d, 4 * d), 'fc2': linear(4 * d, d) }, ({ fc1, fc2 }) => (x: Tensor) => fc2(gelu(fc1(x))));
 */
export function module<const C extends Children, T>(
  children: C,
  forward: (children: Bound<C>, trace: Trace) => T,
): Module<T> {
  return {
    kind: 'module',
    children,
    bindAt(path, trace) {
      const bound = Object.fromEntries(
        Object.entries(children).map(([name, child]) => [name, bindChild(child, join(path, name), trace)]),
      );
      return scoped(forward(bound as Bound<C>, trace), path);
    },
  };
}

/** The parts of a module with every parameter turned into a buffer. */
function frozenChildren(children: Children): Children {
  const freeze = (child: Child): Child => {
    if (isList(child)) return child.map((m) => ({ ...m, children: frozenChildren(m.children) }));
    if (child.kind === 'module') return { ...child, children: frozenChildren(child.children) };
    return { ...child, kind: 'buffer' };
  };
  return Object.fromEntries(Object.entries(children).map(([name, child]) => [name, freeze(child)]));
}

/**
 * The same module without trainable parameters: they become buffers, which no gradient reaches and the optimiser does not
 * see. A teacher that follows its student is one, and so is an encoder that was trained before.
 */
export function frozen<T>(m: Module<T>): Module<T> {
  return {
    kind: 'module',
    children: frozenChildren(m.children),
    bindAt: (path, trace) => m.bindAt(path, { ...trace, frozen: true }),
  };
}

/** A named tensor of a module. */
export interface NamedSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly init: Initialiser;
}

function* walk(children: Children, path: string): Generator<readonly [string, ParameterSpec | BufferSpec]> {
  for (const [name, child] of Object.entries(children)) {
    const at = join(path, name);
    if (isList(child)) for (let i = 0; i < child.length; i++) yield* walk(child[i]!.children, join(at, String(i)));
    else if (child.kind === 'module') yield* walk(child.children, at);
    else yield [at, child];
  }
}

/** The parameters of a module, or its buffers, by full name in order of definition. */
export function specsOf(m: Module<unknown>, kind: 'parameter' | 'buffer'): NamedSpec[] {
  const specs: NamedSpec[] = [];
  for (const [name, spec] of walk(m.children, ''))
    if (spec.kind === kind) specs.push({ name, shape: spec.shape, init: spec.init });
  return specs;
}

/** Numbers for a module: parameters and buffers, each in one flat buffer. */
export interface ModelValues {
  readonly parameters: { readonly layout: FlatLayout; readonly data: Float32Array };
  readonly buffers: { readonly layout: FlatLayout; readonly data: Float32Array };
}

/** Numbers for a module, all zero: to be filled from a file. */
export function blankValues(m: Module<unknown>): ModelValues {
  const blank = (kind: 'parameter' | 'buffer') => {
    const layout = flatLayout(specsOf(m, kind));
    return { layout, data: new Float32Array(layout.size) };
  };
  return { parameters: blank('parameter'), buffers: blank('buffer') };
}

/** Freshly initialised numbers; each tensor's draw depends on the key and its own name only. */
export function initialise(m: Module<unknown>, key: Key): ModelValues {
  const values = blankValues(m);
  for (const [kind, { layout, data }] of [
    ['parameter', values.parameters],
    ['buffer', values.buffers],
  ] as const) {
    for (const { name, shape, init } of specsOf(m, kind))
      init(fold(key, 'init', name), shape, flatView(layout, data, name));
  }
  return values;
}

/** Number of trainable values. */
export function parameterCount(m: Module<unknown>): number {
  return flatLayout(specsOf(m, 'parameter')).size;
}

/** A module bound to a fresh trace. */
export interface Binding<T> {
  readonly model: T;
  /** New values of the buffers that were written while tracing, by name. */
  updates(): Readonly<Record<string, Tensor>>;
}

/** Binds a module for tracing. */
export function bind<T>(m: Module<T>, mode: 'train' | 'eval'): Binding<T> {
  const labels = new Map<string, number>();
  const trace: TraceState = {
    mode,
    cells: new Map(),
    written: new Set(),
    frozen: false,
    label(purpose) {
      const n = labels.get(purpose) ?? 0;
      labels.set(purpose, n + 1);
      return `${purpose}#${n}`;
    },
  };
  const model = m.bindAt('', trace);
  return { model, updates: () => Object.fromEntries([...trace.written].map((name) => [name, trace.cells.get(name)!])) };
}
