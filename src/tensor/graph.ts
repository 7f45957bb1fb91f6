// The symbolic graph. A tensor is an output of a node; a node is an operation applied to tensors. Tracing is ordinary
// function calls: nothing runs, shapes are checked, and the graph is whatever is reachable from the tensors one keeps.

import { JepaError } from '../core/index.ts';
import type { DType } from './dtype.ts';
import type { Emitter, ValueName } from './emit.ts';
import { type Shape, showShape } from './shape.ts';

/** Element type and shape. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A value that a program will compute: output `index` of `node`. */
export interface Tensor extends TensorType {
  readonly node: Node;
  readonly index: number;
}

/** An operation applied to inputs. `scope` is the module path under which it was traced, for reading profiles. */
export interface Node {
  readonly id: number;
  readonly op: Operation<never>;
  readonly inputs: readonly Tensor[];
  readonly attributes: unknown;
  readonly outputs: readonly Tensor[];
  readonly scope: string;
}

/** What a gradient rule sees: the node's inputs and outputs, and the gradient of each output that has one. */
export interface GradientContext<A> {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly attributes: A;
  readonly grads: readonly (Tensor | undefined)[];
  /** Whether the gradient of input i is wanted; rules may skip the others. */
  readonly wants: (i: number) => boolean;
}

/**
 * An operation declares everything the system asks of it, so that no shared code branches on the kind of operation:
 * shape rule, gradient, lowering, cost.
 */
export interface Operation<A> {
  readonly name: string;
  /** Shape rule: the output types, or a thrown `problem(...)` when the inputs do not fit. */
  infer(inputs: readonly TensorType[], attributes: A): readonly TensorType[];
  /** Gradients of the inputs, written with other operations. Absent when the operation is not differentiable. */
  gradient?(context: GradientContext<A>): readonly (Tensor | undefined)[];
  /** Emits ONNX nodes; returns the value names of the outputs. Absent for sources (inputs, parameters). */
  lower?(emitter: Emitter, inputs: readonly ValueName[], node: Node, attributes: A): readonly ValueName[];
  /** An equal but simpler form of the outputs, given the inputs as they stand after earlier rewrites; else undefined. */
  simplify?(inputs: readonly Tensor[], attributes: A, outputs: readonly Tensor[]): readonly Tensor[] | undefined;
  /** Floating-point operations of one run; default one per output element. */
  flops?(node: Node, attributes: A): number;
  /** Attributes as a string for structural comparison; default JSON. */
  identity?(attributes: A): string;
}

/** Thrown by shape rules: only the reason; `apply` adds the operation, the shapes and the caller's line. */
class ShapeProblem extends Error {}

/** To be thrown by a shape rule: says what must hold. */
export function problem(reason: string): Error {
  return new ShapeProblem(reason);
}

let nextId = 0;
let currentScope = '';

/** Runs `trace` with `name` appended to the scope of the nodes it creates. */
export function withScope<T>(name: string, trace: () => T): T {
  const outer = currentScope;
  currentScope = outer === '' ? name : `${outer}.${name}`;
  try {
    return trace();
  } finally {
    currentScope = outer;
  }
}

const ROOMS = new URL('..', import.meta.url).href;
/** The rooms as stack lines name them: as they are run and, where source maps are read, as they are written; encoded and not. */
const INSIDE: readonly string[] = [ROOMS, ROOMS.replace(/\/dist\/src\/$/, '/src/')]
  .map((rooms) => rooms.replace(/^file:\/\//, ''))
  .flatMap((rooms) => [rooms, decodeURIComponent(rooms)]);

/** The first stack line outside this package's rooms (test files count as outside), as `file:line`. */
function callersLine(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 64;
  const lines = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = limit;
  const outside = lines.find(
    (l) =>
      /:\d+:\d+/.test(l) && (/\.test\.[tj]s/.test(l) || !(INSIDE.some((r) => l.includes(r)) || l.includes('node:'))),
  );
  const place = /(?:\()?((?:file:\/\/|\/|[A-Za-z]:\\)[^()]*?):(\d+):\d+\)?$/.exec(outside?.trim() ?? '');
  return place === null ? 'unknown line' : `${place[1]!.replace(/^file:\/\//, '')}:${place[2]}`;
}

/** `f32[2, 3]` */
export function showType(type: TensorType): string {
  return `${type.dtype}${showShape(type.shape)}`;
}

/** A 'shape' error that names the operation, its input types and the caller's line; for functions made of operations. */
export function shapeError(operation: string, inputs: readonly TensorType[], reason: string): JepaError {
  const got = inputs.map(showType).join(' and ') || 'no inputs';
  return new JepaError('shape', `${operation}: ${reason}; got ${got} at ${callersLine()}`, {
    operation,
    inputs: inputs.map(({ dtype, shape }) => ({ dtype, shape })),
  });
}

/**
 * Applies an operation to tensors and returns its outputs.
 *
 * @throws JepaError 'shape' naming the operation, the input types and the caller's line.
 */
export function apply<A>(op: Operation<A>, inputs: readonly Tensor[], attributes: A): readonly Tensor[] {
  let types: readonly TensorType[];
  try {
    types = op.infer(inputs, attributes);
  } catch (error) {
    if (!(error instanceof ShapeProblem)) throw error;
    throw shapeError(op.name, inputs, error.message);
  }
  const outputs: Tensor[] = [];
  const node: Node = {
    id: nextId++,
    // Variance: a Node keeps an Operation whose attribute type has been forgotten; only its own functions read it.
    op: op as unknown as Operation<never>,
    inputs,
    attributes,
    outputs,
    scope: currentScope,
  };
  types.forEach((type, index) => {
    outputs.push({ dtype: type.dtype, shape: type.shape, node, index });
  });
  return outputs;
}

/** As `apply`, for operations with one output. */
export function apply1<A>(op: Operation<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  return apply(op, inputs, attributes)[0]!;
}

/** Requires all inputs to have the dtype. */
export function requireDType(inputs: readonly TensorType[], dtype: DType): void {
  for (const input of inputs) {
    if (input.dtype !== dtype) throw problem(`needs ${dtype}`);
  }
}
