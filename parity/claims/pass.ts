// Passes on stored inputs: one training pass of a module with the stored weights, or the evaluation of traced values.
// Inputs are found by their stored names.

import { compile } from '../../src/compile/index.ts';
import { flatView, key } from '../../src/core/index.ts';
import { blankValues, loadWeights, type Module } from '../../src/nn/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { input, type Tensor } from '../../src/tensor/index.ts';
import { type ModuleProgram, moduleProgram, type StepInputs, type TracedLoss } from '../../src/train/index.ts';
import type { ParityCase } from '../runner/case.ts';
import type { ProducedTensor } from '../runner/claim.ts';

/** An f32 input by its stored name. */
export function stored(c: ParityCase, name: string): Tensor {
  const { shape, dtype } = c.tensor(name);
  return input(name, shape, dtype === 'int32' ? 'i32' : 'f32');
}

/** The stored arrays of the inputs among a program's sources. */
export function inputsOf(c: ParityCase, sources: ModuleProgram<StepInputs>['program']['sources']): StepInputs {
  const names = sources.filter((s) => s.role === 'input').map((s) => s.name);
  return Object.fromEntries(names.map((name) => [name, c.tensor(name).data as Float32Array | Int32Array]));
}

/** The values of traced outputs that depend on stored inputs only. */
export async function evaluate(
  c: ParityCase,
  outputs: Readonly<Record<string, Tensor>>,
): Promise<Record<string, ProducedTensor>> {
  const program = await compile(outputs, { runtime: nodeRuntime({ threads: 1 }), name: c.name });
  const values = await program.run({ inputs: inputsOf(c, program.sources) });
  await program.dispose();
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { shape }]) => [name, { shape, data: values[name] as Float32Array }]),
  );
}

/** What a training pass gave. */
export interface Pass {
  /** What was observed, under its own names; gradients as `grad.*`, buffers as `output.bn.*`. */
  readonly tensors: Record<string, ProducedTensor>;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** The program with its parameters, gradients and buffers, to go on from. */
  readonly program: ModuleProgram<StepInputs>;
}

/** One training pass of a module with the stored weights. The caller disposes of `program.program`. */
export async function trainPass<T>(c: ParityCase, module: Module<T>, trace: (model: T) => TracedLoss): Promise<Pass> {
  const values = blankValues(module);
  loadWeights(values, c.weights(), (t) => Float32Array.from(t.data), c.dir);
  const shapes: Record<string, readonly number[]> = {};
  const program = await moduleProgram<T, StepInputs>({
    module,
    key: key(0), // not drawn from: the weights are given
    values,
    runtime: nodeRuntime({ threads: 1 }),
    trace(model) {
      const traced = trace(model);
      for (const [name, t] of Object.entries(traced.observe ?? {})) shapes[name] = t.shape;
      return traced;
    },
    inputs: (batch) => batch,
  });
  const { loss, terms } = await program.step(inputsOf(c, program.program.sources), key(0), 0);
  const tensors: Record<string, ProducedTensor> = {};
  for (const [name, shape] of Object.entries(shapes))
    tensors[name] = { shape, data: (program.observed[name] as Float32Array).slice() };
  const { layout, grads, bufferLayout, buffers } = program;
  for (const { name, shape } of layout.entries)
    tensors[`grad.${name}`] = { shape, data: flatView(layout, grads, name).slice() };
  for (const { name, shape } of bufferLayout.entries)
    tensors[`output.bn.${name}`] = { shape, data: flatView(bufferLayout, buffers, name).slice() };
  return { tensors, loss, terms, program };
}
