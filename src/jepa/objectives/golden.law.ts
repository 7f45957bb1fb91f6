// The inputs of the golden values of the specification (objectives 13.1), and a way to evaluate traced values on them.
// Legend: N samples, D dimensions, M slices.

import { compile } from '../../compile/index.ts';
import { type Key, key } from '../../core/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { type HostArray, input, type Tensor } from '../../tensor/index.ts';

/** z[i, j] = sin(a + 0.7 i + 1.3 j + 0.11 i j) (1 + 0.05 j), [n, d]. */
function wave(n: number, d: number, a: number): Float32Array {
  return Float32Array.from({ length: n * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    return Math.sin(a + 0.7 * i + 1.3 * j + 0.11 * i * j) * (1 + 0.05 * j);
  });
}

/** A view of 8 samples in 4 dimensions. */
export const z1: Float32Array = wave(8, 4, 0.3);
/** Another. */
export const z2: Float32Array = wave(8, 4, 0.9);
/** A third. */
export const z3: Float32Array = wave(8, 4, 1.4);

/** Six directions in 4 dimensions, [4, 6]. */
export const slices: Float32Array = Float32Array.from({ length: 24 }, (_, at) => {
  const [j, m] = [Math.floor(at / 6), at % 6];
  return Math.cos(0.4 + 1.1 * j + 0.9 * m + 0.23 * j * m);
});

/** An input of 8 samples in 4 dimensions. */
export const view = (name: string): Tensor => input(name, [8, 4]);

/** Evaluates traced values. */
export async function evaluate(
  outputs: Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, HostArray>>,
  runKey: Key = key(0),
): Promise<Record<string, Float32Array>> {
  const program = await compile(outputs, { runtime });
  const results = await program.run({ inputs, key: runKey });
  await program.dispose();
  return results as Record<string, Float32Array>;
}
