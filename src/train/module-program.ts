// A loss program from a module: traces it in training mode, differentiates the loss with respect to every parameter it
// uses, and compiles loss, terms, gradients and buffer updates into one program. Gradients land in the flat buffer
// without a copy.

import { grad, topological } from '../autodiff/index.ts';
import { compile, type Program } from '../compile/index.ts';
import { flatView, JepaError, type Key } from '../core/index.ts';
import { type Binding, bind, initialise, type ModelValues, type Module } from '../nn/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { add, type HostArray, type Source, sourceOf, type Tensor } from '../tensor/index.ts';
import type { LossProgram } from './program.ts';

/** The host arrays of one step, by the names of the inputs that the loss was traced with. */
export type StepInputs = Readonly<Record<string, HostArray>>;

/** What tracing a loss gives. */
export interface TracedLoss {
  /** Scalar. */
  readonly loss: Tensor;
  /** Scalars for the metrics. */
  readonly terms: Readonly<Record<string, Tensor>>;
  /** Tensors for instruments (embeddings, predictions), of any shape; kept from the last step in `observed`. */
  readonly observe?: Readonly<Record<string, Tensor>>;
}

/** Options of `moduleProgram`. */
export interface ModuleProgramOptions<T, B> {
  readonly module: Module<T>;
  /** Names the initial numbers. */
  readonly key: Key;
  /** Traces the loss on inputs that it creates with `input(name, shape)`. */
  readonly trace: (model: T) => TracedLoss;
  /** The inputs of a batch, by the names used in `trace`. */
  readonly inputs: (batch: B) => StepInputs;
  readonly runtime?: Runtime;
  /** Start from these numbers instead of fresh ones. */
  readonly values?: ModelValues;
  /** Where gradients land, in the layout of the parameters; programs of one model may share it. Default a fresh buffer. */
  readonly grads?: Float32Array;
}

/** A loss program of a module, with what the module's owner needs besides. */
export interface ModuleProgram<B> extends LossProgram<B> {
  readonly values: ModelValues;
  /** The compiled training step, for `explain` and `profile`. */
  readonly program: Program;
  /** The observed tensors of the last step. */
  readonly observed: Readonly<Record<string, HostArray>>;
}

const GRAD = 'grad:';
const TERM = 'term:';
const UPDATE = 'update:';
const OBSERVE = 'observe:';

function prefixed<V>(prefix: string, record: Readonly<Record<string, V>>): [string, V][] {
  return Object.entries(record).map(([name, v]) => [prefix + name, v]);
}

/** The parameters that a loss depends on, each once. */
function parametersOf(loss: Tensor): readonly { readonly source: Source; readonly tensors: readonly Tensor[] }[] {
  const found = new Map<string, { source: Source; tensors: Tensor[] }>();
  for (const node of topological([loss])) {
    const t = node.outputs[0]!;
    const source = sourceOf(t);
    if (source?.role !== 'parameter') continue;
    const known = found.get(source.name);
    if (known === undefined) found.set(source.name, { source, tensors: [t] });
    else known.tensors.push(t);
  }
  return [...found.values()];
}

/**
 * Compiles the training step of a module.
 *
 * @throws JepaError `usage` when a parameter does not influence the loss: it would never learn.
 */
export async function moduleProgram<T, B>(options: ModuleProgramOptions<T, B>): Promise<ModuleProgram<B>> {
  const { module, key, trace, inputs, runtime, values = initialise(module, key) } = options;
  const bound: Binding<T> = bind(module, 'train');
  const { loss, terms, observe = {} } = trace(bound.model);
  const { parameters, buffers } = values;
  const used = parametersOf(loss);
  const usedNames = new Set(used.map((u) => u.source.name));
  const idle = parameters.layout.entries.filter((e) => !usedNames.has(e.name)).map((e) => e.name);
  if (idle.length > 0) {
    throw new JepaError(
      'usage',
      `these parameters do not influence the loss: ${idle.slice(0, 8).join(', ')}${idle.length > 8 ? ` and ${idle.length - 8} more` : ''}; remove them or use them`,
      { idle },
    );
  }
  // A parameter that was traced in several places is several source tensors; its gradient is their sum.
  const flat = used.flatMap((u) => u.tensors);
  const grads = grad(loss, flat);
  const gradOf = new Map(flat.map((t, i) => [t, grads[i]!]));
  const gradients: Record<string, Tensor> = {};
  for (const { source, tensors } of used) {
    gradients[source.name] = tensors.map((t) => gradOf.get(t)!).reduce((a, b) => add(a, b));
  }
  const outputs = Object.fromEntries([
    ['loss', loss],
    ...prefixed(TERM, terms),
    ...prefixed(GRAD, gradients),
    ...prefixed(UPDATE, bound.updates()),
    ...prefixed(OBSERVE, observe),
  ] as [string, Tensor][]);
  const program = await compile(outputs, { name: 'training step', ...(runtime === undefined ? {} : { runtime }) });

  const { grads: gradData = new Float32Array(parameters.layout.size) } = options;
  const into = Object.fromEntries(
    Object.keys(gradients).map((name) => [GRAD + name, flatView(parameters.layout, gradData, name)]),
  );
  const observed: Record<string, HostArray> = {};
  return {
    layout: parameters.layout,
    params: parameters.data,
    grads: gradData,
    bufferLayout: buffers.layout,
    buffers: buffers.data,
    values,
    program,
    observed,
    async step(batch, stepKey) {
      const out = await program.run({ inputs: inputs(batch), parameters, state: buffers, key: stepKey, into });
      const named: Record<string, number> = {};
      for (const name in out) {
        if (name.startsWith(TERM)) named[name.slice(TERM.length)] = Number(out[name]![0]);
        else if (name.startsWith(UPDATE))
          flatView(buffers.layout, buffers.data, name.slice(UPDATE.length)).set(out[name] as Float32Array);
        else if (name.startsWith(OBSERVE)) observed[name.slice(OBSERVE.length)] = out[name]!;
      }
      return { loss: Number(out.loss![0]), terms: named };
    },
  };
}
