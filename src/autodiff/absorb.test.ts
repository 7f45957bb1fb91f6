// `affine` moves a layer norm's scale and shift, and GELU's constants, into its weights. The function and its gradients
// stay those of the definition.

import { expect, test } from 'vitest';
import { compile } from '../compile/index.ts';
import { flatLayout, fold, key, normal } from '../core/index.ts';
import { nodeRuntime } from '../runtime/index.ts';
import {
  add,
  affine,
  div,
  erf,
  gelu,
  input,
  layerNormalise,
  matmul,
  mul,
  parameter,
  reduceMean,
  reduceSum,
  sqrt,
  square,
  sub,
  type Tensor,
  transpose,
} from '../tensor/index.ts';
import { grad } from './index.ts';

const names = { scale: [5], shift: [5], w1: [7, 5], b1: [7], w2: [3, 7], b2: [3] } as const;
const runtime = nodeRuntime({ threads: 1 });

/** Loss and gradients of a norm, two affine maps and a GELU, with the given pieces. */
async function values(
  norm: (x: Tensor, scale: Tensor, shift: Tensor) => Tensor,
  product: (x: Tensor, w: Tensor, b: Tensor) => Tensor,
  activation: (x: Tensor) => Tensor,
): Promise<Record<string, number[]>> {
  const p = Object.fromEntries(Object.entries(names).map(([name, shape]) => [name, parameter(name, shape)])) as Record<
    keyof typeof names,
    Tensor
  >;
  const x = input('x', [4, 5]);
  const loss = reduceSum(square(product(activation(product(norm(x, p.scale, p.shift), p.w1, p.b1)), p.w2, p.b2)));
  const grads = grad(loss, [x, ...Object.values(p)]);
  const program = await compile({ loss, ...Object.fromEntries(grads.map((g, i) => [`g${i}`, g])) }, { runtime });
  const layout = flatLayout(Object.entries(names).map(([name, shape]) => ({ name, shape })));
  const out = await program.run({
    inputs: { x: normal(fold(key(1), 'x'), new Float32Array(20)) },
    parameters: { layout, data: normal(fold(key(1), 'p'), new Float32Array(layout.size)) },
  });
  return Object.fromEntries(Object.entries(out).map(([name, v]) => [name, Array.from(v as Float32Array)]));
}

test('a layer norm, a affine map and a GELU before a affine map give the values and gradients of their definitions', async () => {
  const absorbed = await values(layerNormalise, affine, (x) => gelu(x));
  const defined = await values(
    (x, scale, shift) => {
      const centred = sub(x, reduceMean(x, { axes: -1, keepDims: true }));
      const deviation = sqrt(add(reduceMean(square(centred), { axes: -1, keepDims: true }), 1e-5));
      return add(mul(div(centred, deviation), scale), shift);
    },
    (x, w, b) => add(matmul(x, transpose(w)), b),
    (x) => mul(mul(x, add(erf(mul(x, Math.SQRT1_2)), 1)), 0.5),
  );
  for (const [name, expected] of Object.entries(defined)) {
    const size = Math.max(...expected.map(Math.abs));
    expected.forEach((v, i) => {
      expect(Math.abs(absorbed[name]![i]! - v), `${name}[${i}]`).toBeLessThan(2e-5 * size);
    });
  }
});
