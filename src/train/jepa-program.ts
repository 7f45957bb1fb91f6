// The loss program of a joint-embedding method: traces its step, feeds what follows a schedule, and moves its teacher.

import { flatView, JepaError, type Key } from '../core/index.ts';
import { type Condition, type JepaSpec, traceJepa } from '../jepa/index.ts';
import { initialise, type ModelValues } from '../nn/index.ts';
import { emaUpdate } from '../optim/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { type ModuleProgram, moduleProgram, type StepInputs } from './module-program.ts';

/** Options of `jepaProgram`. */
export interface JepaProgramOptions<M, Z extends Condition, B> {
  readonly spec: JepaSpec<M, Z>;
  /** Names the initial numbers. */
  readonly key: Key;
  /** The host arrays of a batch, by the names in `spec.inputs`. */
  readonly inputs: (batch: B) => StepInputs;
  readonly runtime?: Runtime;
  /** Start from these numbers instead of fresh ones. */
  readonly values?: ModelValues;
  /** As that of `moduleProgram`. */
  readonly grads?: Float32Array;
}

/** The loss program of a method. `observed` holds `context`, `prediction`, `target` and
 * `representation` of its first pair, if it has one. */
export interface JepaProgram<B> extends ModuleProgram<B> {
  /** Moves the teacher after the update of the zero-based `step`; the training loop calls it. Does nothing without one. */
  afterUpdate(step: number): void;
}

/** The tensors of a module's numbers whose names start with `prefix.`, by the rest of the name. */
function under({ layout, data }: ModelValues['parameters'], prefix: string): Map<string, Float32Array> {
  const start = `${prefix}.`;
  return new Map(
    layout.entries
      .filter(({ name }) => name.startsWith(start))
      .map(({ name }) => [name.slice(start.length), flatView(layout, data, name)]),
  );
}

/** Student and teacher tensor by tensor. */
function linksOf<M, Z extends Condition>(spec: JepaSpec<M, Z>, values: ModelValues): [Float32Array, Float32Array][] {
  if (spec.target.kind !== 'ema') return [];
  const { student, teacher } = spec.target;
  const teachers = under(values.buffers, teacher);
  const links = [...under(values.parameters, student)].map(([name, from]): [Float32Array, Float32Array] => {
    const to = teachers.get(name);
    if (to === undefined) {
      throw new JepaError('usage', `${spec.name}: parameter ${student}.${name} has no counterpart ${teacher}.${name}`);
    }
    return [from, to];
  });
  if (links.length === 0) throw new JepaError('usage', `${spec.name}: no parameter is called ${student}.*`);
  return links;
}

/**
 * Compiles the training step of a method.
 *
 * @throws JepaError `usage` when a parameter does not influence the loss, or the teacher does not mirror its student.
 */
export async function jepaProgram<M, Z extends Condition, B>(
  options: JepaProgramOptions<M, Z, B>,
): Promise<JepaProgram<B>> {
  const { spec, key, inputs, runtime, grads } = options;
  const values = options.values ?? initialise(spec.module, key);
  const links = linksOf(spec, values);
  if (options.values === undefined) for (const [student, teacher] of links) teacher.set(student);
  let schedules: Readonly<Record<string, (step: number) => number>> = {};
  let at = 0;
  const program = await moduleProgram<M, B>({
    module: spec.module,
    key,
    values,
    ...(runtime === undefined ? {} : { runtime }),
    ...(grads === undefined ? {} : { grads }),
    trace(model) {
      const { loss, terms, step, schedules: traced } = traceJepa(spec, model);
      schedules = traced;
      const [pair] = step.pairs;
      const observe: Record<string, Tensor> =
        pair === undefined
          ? {}
          : {
              context: pair.context.embedding,
              prediction: pair.prediction,
              target: pair.target,
              representation: pair.context.representation,
            };
      return { loss, terms, observe };
    },
    inputs: (batch) => ({
      ...inputs(batch),
      ...Object.fromEntries(Object.entries(schedules).map(([name, f]) => [name, Float32Array.of(f(at))])),
    }),
  });
  return {
    ...program,
    step(batch, stepKey, step) {
      at = step;
      return program.step(batch, stepKey, step);
    },
    afterUpdate(step) {
      if (spec.target.kind !== 'ema') return;
      const { momentum } = spec.target;
      const m = typeof momentum === 'number' ? momentum : momentum(step);
      for (const [student, teacher] of links) emaUpdate(teacher, student, m);
    },
  };
}
