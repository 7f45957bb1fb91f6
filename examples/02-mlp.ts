// A complete training of a small network: two moons, one hidden layer, AdamW. Parameters, gradients and the optimiser's
// moments are flat buffers with one layout; the program reads and fills views of them without a copy.
// Run with `npx jiti examples/02-mlp.ts`; ends with "ok" when everything it claims is true.

import { ok } from 'node:assert/strict';
import { grad } from 'jepa/autodiff';
import { compile } from 'jepa/compile';
import { flatLayout, flatView, fold, key, normal } from 'jepa/core';
import { adamW } from 'jepa/optim';
import { affine, crossEntropy, gelu, input, parameter } from 'jepa/tensor';

const n = 256;
const noise = normal(key(0), new Float32Array(2 * n));
const ids = Int32Array.from({ length: n }, (_, i) => i % 2);
const x = Float32Array.from({ length: 2 * n }, (_, k) => {
  const [i, axis] = [k >> 1, k & 1];
  const angle = (Math.PI * i) / n;
  const upper = ids[i] === 0;
  const place =
    axis === 0 ? (upper ? Math.cos(angle) : 1 - Math.cos(angle)) : upper ? Math.sin(angle) : 0.5 - Math.sin(angle);
  return place + 0.1 * noise[k]!;
});

const shapes = { 'up.weight': [32, 2], 'up.bias': [32], 'down.weight': [2, 32], 'down.bias': [2] };
const layout = flatLayout(Object.entries(shapes).map(([name, shape]) => ({ name, shape })));
const p = Object.fromEntries(layout.entries.map((e) => [e.name, parameter(e.name, e.shape)]));
const hidden = gelu(affine(input('x', [n, 2]), p['up.weight']!, p['up.bias']));
const logits = affine(hidden, p['down.weight']!, p['down.bias']);
const loss = crossEntropy(logits, input('ids', [n], 'i32'));
const grads = grad(loss, Object.values(p));
const step = await compile({ loss, ...Object.fromEntries(layout.entries.map((e, i) => [e.name, grads[i]!])) });

const params = new Float32Array(layout.size);
const gradient = new Float32Array(layout.size);
const into = Object.fromEntries(layout.entries.map((e) => [e.name, flatView(layout, gradient, e.name)]));
for (const name of ['up.weight', 'down.weight']) normal(fold(key(1), name), flatView(layout, params, name));
const optimiser = adamW(layout);
const losses: number[] = [];
for (let i = 0; i < 300; i++) {
  const out = await step.run({ inputs: { x, ids }, parameters: { layout, data: params }, into });
  losses.push(Number(out.loss![0]));
  optimiser.step(params, gradient, 0.02);
}
await step.dispose();

const classify = await compile({ logits });
const answer = (await classify.run({ inputs: { x }, parameters: { layout, data: params } })).logits as Float32Array;
const right = ids.filter((id, i) => (answer[2 * i + 1]! > answer[2 * i]! ? 1 : 0) === id).length;
console.log(`loss ${losses[0]!.toFixed(3)} -> ${losses.at(-1)!.toFixed(3)}, ${right} of ${n} right`);
ok(losses.at(-1)! < 0.1 * losses[0]!);
ok(right / n > 0.97);
console.log('ok');
