// A planning cost on stored imagined embeddings, its head with stored weights.
// Legend: E tasks, S candidates.

import { compile } from '../../src/compile/index.ts';
import { grad } from '../../src/autodiff/index.ts';
import { bind, blankValues, loadWeights } from '../../src/nn/index.ts';
import { type Cost } from '../../src/plan/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { reduceSum, type Tensor } from '../../src/tensor/index.ts';
import type { ParityCase } from '../runner/case.ts';
import type { ProducedTensor } from '../runner/claim.ts';
import { inputsOf } from './pass.ts';

/** What a cost is asked. */
export interface Scored {
  readonly cost: Cost;
  /** How the parameters of the cost begin, and how the stored weights do that they are. */
  readonly names?: { readonly of: string; readonly stored: string };
  readonly imagined: Tensor;
  readonly goal: Tensor;
  readonly blocks?: Tensor;
  /** Whether the gradient of the sum of scores is wanted, with respect to the imagined embeddings. */
  readonly slope?: boolean;
}

/** Scores [E, S], after one observed row, and their slope. */
export async function scored(
  c: ParityCase,
  { cost, names, imagined, goal, blocks, slope = false }: Scored,
): Promise<{ readonly score: ProducedTensor; readonly slope?: ProducedTensor }> {
  const values = blankValues(cost.module);
  const weights = [...c.weights()].flatMap(([name, tensor]) =>
    names !== undefined && name.startsWith(names.stored)
      ? [[names.of + name.slice(names.stored.length), tensor] as const]
      : [],
  );
  loadWeights(values, new Map(weights), (t) => Float32Array.from(t.data), c.dir);
  const score = bind(cost.module, 'eval').model(imagined, goal, { context: 1, ...(blocks === undefined ? {} : { blocks }) });
  const outputs = slope ? { score, slope: grad(reduceSum(score), [imagined])[0]! } : { score };
  const program = await compile(outputs, { runtime: nodeRuntime({ threads: 1 }), name: c.name });
  const found = await program.run({
    inputs: inputsOf(c, program.sources),
    parameters: values.parameters,
    state: values.buffers,
  });
  await program.dispose();
  const produced = (t: Tensor, name: 'score' | 'slope'): ProducedTensor => ({
    shape: t.shape,
    data: (found as Record<string, Float32Array>)[name]!,
  });
  return { score: produced(score, 'score'), ...(slope ? { slope: produced(imagined, 'slope') } : {}) };
}
