// Linear regression by hand, with the engine alone: trace a loss, differentiate it, compile both into one program, and
// walk downhill. Finds the plane that made the data, and agrees with the exact solution of least squares.
// Run with `npx jiti examples/01-tensor.ts`; ends with "ok" when everything it claims is true.

import { deepStrictEqual, ok } from 'node:assert/strict';
import { grad } from 'jepa/autodiff';
import { compile } from 'jepa/compile';
import { key, normal } from 'jepa/core';
import { add, input, matmul, reduceMean, square, sub } from 'jepa/tensor';

// 200 points x in three dimensions, y = x w + b + noise.
const [n, d] = [200, 3];
const truth = [1.5, -2, 0.5, 3];
const x = normal(key(1), new Float32Array(n * d));
const noise = normal(key(2), new Float32Array(n));
const y = Float32Array.from({ length: n }, (_, i) => {
  const row = x.subarray(i * d, (i + 1) * d);
  return row.reduce((sum, v, j) => sum + v * truth[j]!, truth[d]!) + 0.1 * noise[i]!;
});

// Nothing runs here: these lines describe the loss. Shapes are checked as they are written.
const w = input('w', [d, 1]);
const b = input('b', []);
const prediction = add(matmul(input('x', [n, d]), w), b);
const loss = reduceMean(square(sub(prediction, input('y', [n, 1]))));
const [dw, db] = grad(loss, [w, b]);

// One ONNX model that computes the loss and its gradients.
const program = await compile({ loss, dw: dw!, db: db! });
console.log(program.explain().toString());

// Plain gradient descent on two host arrays.
const values = { w: new Float32Array(d), b: new Float32Array(1) };
let last = Number.POSITIVE_INFINITY;
for (let step = 0; step < 200; step++) {
  const out = await program.run({ inputs: { ...values, x, y } });
  for (let j = 0; j < d; j++) values.w[j]! -= 0.2 * Number(out.dw![j]);
  values.b[0]! -= 0.2 * Number(out.db![0]);
  last = Number(out.loss![0]);
}
await program.dispose();

// The data came from `truth` with noise 0.1, so the loss ends near 0.01 and the weights within a few hundredths.
const found = [...values.w, ...values.b];
console.log('found', found.map((v) => v.toFixed(3)).join(' '), 'loss', last.toFixed(5));
ok(found.every((v, i) => Math.abs(v - truth[i]!) < 0.03));
ok(Math.abs(last - 0.01) < 0.002);
// At the minimum the residuals are orthogonal to every column: that is what least squares means.
const residual = Array.from(
  y,
  (v, i) => v - x.subarray(i * d, (i + 1) * d).reduce((s, u, j) => s + u * found[j]!, found[d]!),
);
const along = [0, 1, 2].map((j) => residual.reduce((s, r, i) => s + r * x[i * d + j]!, 0) / n);
deepStrictEqual(
  along.map((v) => Math.abs(v) < 1e-4),
  [true, true, true],
);
console.log('ok');
