// Attention against a double loop, and the predictor's blocks at their initialisation.
// Legend: B batch, N queries, M keys, H heads, d width of a head, D width, T time.

import { expect, test } from 'vitest';
import { topological } from '../autodiff/index.ts';
import { key } from '../core/index.ts';
import { concat, constant, input, mul, sourceOf, split, type Tensor } from '../tensor/index.ts';
import { attend, bind, conditionalTransformer, initialise, linear } from './index.ts';
import { distance, gaussian, numbersOf, runModule, shaken } from './run-module.law.ts';

const [B, H, d] = [2, 3, 4] as const;
const D = H * d;
const nothing = linear(1, 1); // attention itself has no parameters; any module serves to trace it

/** softmax(q k / sqrt(d) + mask) v with one loop per index; `mask(h, n, m)` is added to the scores. */
function naive(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  [N, M]: readonly [number, number],
  mask: (h: number, n: number, m: number) => number,
): number[] {
  const out = new Array<number>(B * N * D).fill(0);
  for (let b = 0; b < B; b++)
    for (let h = 0; h < H; h++)
      for (let n = 0; n < N; n++) {
        const scores = Array.from({ length: M }, (_, m) => {
          let dot = 0;
          for (let i = 0; i < d; i++) dot += q[(b * N + n) * D + h * d + i]! * k[(b * M + m) * D + h * d + i]!;
          return Math.exp(dot / Math.sqrt(d) + mask(h, n, m));
        });
        const total = scores.reduce((a, c) => a + c, 0);
        for (let m = 0; m < M; m++)
          for (let i = 0; i < d; i++)
            out[(b * N + n) * D + h * d + i]! += (scores[m]! / total) * v[(b * M + m) * D + h * d + i]!;
      }
  return out;
}

const tokens = (name: string, n: number) => input(name, [B, n, D]);

test('full attention, with as many queries as one likes', async () => {
  const [q, k, v] = [gaussian(B * 2 * D, 1), gaussian(B * 5 * D, 2), gaussian(B * 5 * D, 3)];
  const { y } = await runModule(
    nothing,
    'eval',
    () => ({ y: attend(tokens('q', 2), tokens('k', 5), tokens('v', 5), { heads: H }) }),
    { inputs: { q, k, v } },
  );
  expect(
    distance(
      y!,
      naive(q, k, v, [2, 5], () => 0),
    ),
  ).toBeLessThan(1e-6);
});

test('causal attention sees no later key', async () => {
  const [q, k, v] = [gaussian(B * 4 * D, 1), gaussian(B * 4 * D, 2), gaussian(B * 4 * D, 3)];
  const { y } = await runModule(
    nothing,
    'eval',
    () => ({ y: attend(tokens('q', 4), tokens('k', 4), tokens('v', 4), { heads: H, causal: true }) }),
    { inputs: { q, k, v } },
  );
  const causal = (_h: number, n: number, m: number): number => (m > n ? Number.NEGATIVE_INFINITY : 0);
  expect(distance(y!, naive(q, k, v, [4, 4], causal))).toBeLessThan(1e-6);
});

test('an arbitrary mask is added to the scores of every head', async () => {
  const [q, k, v] = [gaussian(B * 3 * D, 1), gaussian(B * 4 * D, 2), gaussian(B * 4 * D, 3)];
  const bias = gaussian(H * 3 * 4, 4);
  const mask = constant(bias, [1, H, 3, 4], 'f32');
  const { y } = await runModule(
    nothing,
    'eval',
    () => ({ y: attend(tokens('q', 3), tokens('k', 4), tokens('v', 4), { heads: H, mask }) }),
    { inputs: { q, k, v } },
  );
  expect(
    distance(
      y!,
      naive(q, k, v, [3, 4], (h, n, m) => bias[(h * 3 + n) * 4 + m]!),
    ),
  ).toBeLessThan(1e-6);
});

test('a width that is no multiple of the heads is refused', () => {
  expect(() => attend(tokens('q', 2), tokens('k', 2), tokens('v', 2), { heads: 5 })).toThrow(/multiple of heads 5/);
});

test('weights that are dropped leave their values out', async () => {
  const [q, k, v] = [gaussian(B * 2 * D, 1), gaussian(B * 3 * D, 2), gaussian(B * 3 * D, 3)];
  const keep = constant(Float32Array.of(0, 2, 0), [3], 'f32'); // only key 1, at twice its weight
  const { y, full } = await runModule(
    nothing,
    'eval',
    () => ({
      y: attend(tokens('q', 2), tokens('k', 3), tokens('v', 3), { heads: H, dropWeights: (w) => mul(w, keep) }),
      full: attend(tokens('q', 2), tokens('k', 3), tokens('v', 3), { heads: H }),
    }),
    { inputs: { q, k, v } },
  );
  const onlyOne = v.map((x, i) => (Math.floor(i / D) % 3 === 1 ? 2 * x : 0));
  expect(
    distance(
      y!,
      naive(q, k, onlyOne, [2, 3], () => 0),
    ),
  ).toBeLessThan(1e-6);
  expect(distance(full!, y!)).toBeGreaterThan(0.1);
});

test('in training the predictor drops attention weights, attention outputs, hidden units and outputs of each block', () => {
  const { model } = bind(conditionalTransformer({ ...config, dropout: 0.1 }), 'train');
  const y = model.run(input('x', [1, T, 8]), input('c', [1, T, 8]));
  const drawn = topological([y]).flatMap((n) => sourceOf(n.outputs[0]!) ?? []);
  const shapes = drawn.filter((s) => s.role === 'random').map((s) => s.type.shape.join());
  expect(shapes.sort()).toEqual(['1,2,3,3', '1,3,16', '1,3,8', '1,3,8'].flatMap((s) => [s, s]).sort());
});

const config = { dim: 8, depth: 2, heads: 2, headDim: 3, mlpDim: 16, dropout: 0 };
const T = 3;

test('at initialisation each AdaLN-zero block is the identity, whatever the condition', async () => {
  const transformer = conditionalTransformer(config);
  const x = gaussian(T * 8, 1, 3);
  const at = (seed: number) =>
    runModule(transformer, 'eval', (f) => ({ y: f.run(input('x', [1, T, 8]), input('c', [1, T, 8])) }), {
      inputs: { x, c: gaussian(T * 8, seed) },
    });
  const { y } = await at(2);
  // What remains is the final layer norm, whose scale and shift are 1 and 0.
  const expected = Array.from(x, (v, i) => {
    const row = x.subarray(Math.floor(i / 8) * 8, Math.floor(i / 8) * 8 + 8);
    const mean = row.reduce((a, b) => a + b, 0) / 8;
    return (v - mean) / Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / 8 + 1e-5);
  });
  expect(distance(y!, expected)).toBeLessThan(1e-6);
  expect((await at(3)).y).toEqual(y);
});

test('with open gates, neither later tokens nor later conditions change an earlier output', async () => {
  const transformer = conditionalTransformer(config);
  const values = shaken(transformer);
  const [x, c] = [gaussian(T * 8, 1), gaussian(T * 8, 2)];
  const outputs = async (x_: Float32Array, c_: Float32Array) =>
    (
      await runModule(transformer, 'eval', (f) => ({ y: f.run(input('x', [1, T, 8]), input('c', [1, T, 8])) }), {
        values,
        inputs: { x: x_, c: c_ },
      })
    ).y!;
  const before = await outputs(x, c);
  for (const changed of [0, 1]) {
    const [x2, c2] = [x.slice(), c.slice()];
    (changed === 0 ? x2 : c2).fill(0.5, 2 * 8); // time 2
    const after = await outputs(x2, c2);
    expect(after.subarray(0, 2 * 8)).toEqual(before.subarray(0, 2 * 8));
    expect(distance(after.subarray(2 * 8), before.subarray(2 * 8))).toBeGreaterThan(1e-3);
  }
});

test("a conditional transformer's tensors carry le-wm's names", () => {
  const values = initialise(conditionalTransformer({ ...config, depth: 1 }), key(0));
  expect(values.parameters.layout.entries.map((e) => `${e.name} [${e.shape}]`)).toEqual([
    'norm.weight [8]',
    'norm.bias [8]',
    'layers.0.attn.norm.weight [8]',
    'layers.0.attn.norm.bias [8]',
    'layers.0.attn.to_qkv.weight [18,8]',
    'layers.0.attn.to_out.0.weight [8,6]',
    'layers.0.attn.to_out.0.bias [8]',
    'layers.0.mlp.net.0.weight [8]',
    'layers.0.mlp.net.0.bias [8]',
    'layers.0.mlp.net.1.weight [16,8]',
    'layers.0.mlp.net.1.bias [16]',
    'layers.0.mlp.net.4.weight [8,16]',
    'layers.0.mlp.net.4.bias [8]',
    'layers.0.adaLN_modulation.1.weight [48,8]',
    'layers.0.adaLN_modulation.1.bias [48]',
  ]);
  expect(numbersOf(values, 'layers.0.adaLN_modulation.1.weight').every((v) => v === 0)).toBe(true);
});

test('token by token, the transformer gives what it gives for all tokens at once', async () => {
  const transformer = conditionalTransformer(config);
  const values = shaken(transformer);
  const inputs = { x: gaussian(T * 8, 1), c: gaussian(T * 8, 2) };
  const { all, single } = await runModule(
    transformer,
    'eval',
    (f) => {
      const [x, c] = [input('x', [1, T, 8]), input('c', [1, T, 8])];
      const tokens = (t: Tensor) => split(t, Array<number>(T).fill(1), 1);
      return { all: f.run(x, c), single: concat(f.runTokens(tokens(x), tokens(c)), 1) };
    },
    { values, inputs },
  );
  expect(distance(single!, all!)).toBeLessThan(1e-5);
});
