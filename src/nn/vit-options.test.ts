// The options of vision transformers: kept patches, registers, layer scale, stochastic depth, positions, names.

import { expect, test } from 'vitest';
import { grad } from '../autodiff/index.ts';
import { compile } from '../compile/index.ts';
import { key } from '../core/index.ts';
import { input, reduceSum, reshape, type Tensor } from '../tensor/index.ts';
import {
  bind,
  blankValues,
  dropPath,
  initialise,
  module,
  parameterCount,
  rotaryAngles,
  rotate,
  sinCosPositions,
  VIT_SIZES,
  type VitConfig,
  vit,
} from './index.ts';
import { rotationTable } from './positions.ts';
import { distance, gaussian, numbersOf, runModule, runtime, shaken } from './run-module.law.ts';

const small: VitConfig = { imageSize: 12, patchSize: 4, dim: 8, depth: 2, heads: 2, mlpDim: 16 };
const N = 9;
const B = 2;
const x = gaussian(B * 3 * 12 * 12, 1);
const images = (): Tensor => input('x', [B, 3, 12, 12]);
const keepOf = (k: number): Tensor => input('keep', [B, k], 'i32');

/** Patch tokens when only `ids` of every image are kept. */
async function kept(config: VitConfig, ids: readonly number[][], pixels = x): Promise<Float32Array> {
  const { y } = await runModule(
    vit(config),
    'eval',
    (v) => ({ y: v.tokens(images(), { keep: keepOf(ids[0]!.length) }) }),
    {
      values: shaken(vit(config)),
      inputs: { x: pixels, keep: Int32Array.from(ids.flat()) },
    },
  );
  return y!;
}

const kinds = {
  'learned positions and CLS': small,
  'sines and cosines without CLS': { ...small, positions: 'sincos', cls: false, names: 'meta' },
  'rotations and registers': { ...small, positions: 'rotary', registers: 2, names: 'dinov3', layerScale: 1 },
  'learned positions and registers': { ...small, registers: 3, names: 'dinov2' },
} as const satisfies Readonly<Record<string, VitConfig>>;

test.each(Object.entries(kinds))(
  'with %s, keeping every patch gives what keeping none apart gives',
  async (_n, config) => {
    const { y } = await runModule(vit(config), 'eval', (v) => ({ y: v.tokens(images()) }), {
      values: shaken(vit(config)),
      inputs: { x },
    });
    const ids = Array.from({ length: B }, () => Array.from({ length: N }, (_, i) => i));
    expect(distance(await kept(config, ids), y!)).toBeLessThan(1e-6);
  },
);

test.each(Object.entries(kinds))('with %s, what is not kept has no influence', async (_n, config) => {
  const ids = [
    [0, 4, 8],
    [0, 4, 8],
  ];
  const other = x.slice();
  for (let plane = 0; plane < B * 3; plane++) for (let i = 4; i < 12; i++) other[plane * 144 + i] = 9; // patches 1, 2
  expect(await kept(config, ids, other)).toEqual(await kept(config, ids));
  other.fill(9, 0, 4); // row 0 of patch 0
  expect(distance(await kept(config, ids, other), await kept(config, ids))).toBeGreaterThan(1e-3);
});

test('every image keeps its own patches, and their order is that of the ids', async () => {
  const config = kinds['rotations and registers'];
  const together = await kept(config, [
    [1, 7],
    [5, 2],
  ]);
  const tokens = (3 + 2) * 8;
  const swapped = await kept(config, [
    [7, 1],
    [5, 2],
  ]);
  expect(distance(swapped.subarray(tokens), together.subarray(tokens))).toBe(0);
  expect(distance(swapped.subarray(3 * 8, 4 * 8), together.subarray(4 * 8, 5 * 8))).toBeLessThan(1e-6);
});

test('gradients reach the kept patches and their positions only', async () => {
  const config = small;
  const pixels = images();
  const { model } = bind(vit(config), 'eval');
  const loss = reduceSum(model.tokens(pixels, { keep: keepOf(2), norm: false }));
  const positions = findParameter(loss, 'embeddings.position_embeddings');
  const [dx, dp] = grad(loss, [pixels, positions]) as [Tensor, Tensor];
  const program = await compile({ dx, dp }, { runtime });
  const results = await program.run({
    inputs: { x, keep: Int32Array.of(0, 8, 4, 8) },
    parameters: shaken(vit(config)).parameters,
  });
  await program.dispose();
  const touched = (b: number, patch: number): boolean => {
    const [row, column] = [Math.floor(patch / 3) * 4, (patch % 3) * 4];
    return (results.dx as Float32Array).some((v, i) => {
      const [image, y, x_] = [Math.floor(i / (3 * 144)), Math.floor(i / 12) % 12, i % 12];
      return image === b && y >= row && y < row + 4 && x_ >= column && x_ < column + 4 && v !== 0;
    });
  };
  const all = Array.from({ length: N }, (_, i) => i);
  expect(all.filter((i) => touched(0, i))).toEqual([0, 8]);
  expect(all.filter((i) => touched(1, i))).toEqual([4, 8]);
  const rows = Array.from({ length: 1 + N }, (_, i) => (results.dp as Float32Array).subarray(i * 8, i * 8 + 8));
  expect(rows.flatMap((row, i) => (row.some((v) => v !== 0) ? [i] : []))).toEqual([0, 1, 5, 9]); // CLS, then 0, 4, 8
});

/** The parameter of a name in a traced graph. */
function findParameter(t: Tensor, name: string): Tensor {
  const seen = new Set<Tensor>();
  const visit = (at: Tensor): Tensor | undefined => {
    if (seen.has(at)) return undefined;
    seen.add(at);
    const { role, name: own } = at.node.attributes as { readonly role?: string; readonly name?: string };
    if (role === 'parameter' && own === name) return at;
    for (const from of at.node.inputs) {
      const found = visit(from);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return visit(t)!;
}

test('ids of another batch, or not i32, are refused', () => {
  const { model } = bind(vit(small), 'eval');
  expect(() => model.tokens(images(), { keep: input('keep', [3, 2], 'i32') })).toThrow(
    /kept patches must be i32 \[2, K\]/,
  );
  expect(() => model.tokens(images(), { keep: input('keep', [2, 2]) })).toThrow(/got f32 \[2, 2\]/);
});

test('registers stand between CLS and patches and carry no position', async () => {
  const config = kinds['learned positions and registers'];
  const values = shaken(vit(config));
  const { start, patches } = await runModule(
    vit(config),
    'eval',
    (v) => ({ start: v.hidden(images())[0]!, patches: v.patches(images()) }),
    { values, inputs: { x } },
  );
  const [cls, positions] = [
    numbersOf(values, 'embeddings.cls_token'),
    numbersOf(values, 'embeddings.position_embeddings'),
  ];
  expect(start!.length).toBe(B * (1 + 3 + N) * 8);
  expect(
    distance(
      start!.subarray(0, 8),
      cls.map((v, i) => v + positions[i]!),
    ),
  ).toBeLessThan(1e-6);
  expect(start!.subarray(8, 32)).toEqual(numbersOf(values, 'embeddings.register_tokens'));
  expect(patches!.length).toBe(B * N * 8);
});

test('with layer scales of 0 every block is the identity', async () => {
  const config: VitConfig = { ...small, layerScale: 0 };
  const { first, last } = await runModule(
    vit(config),
    'eval',
    (v) => ({ first: v.hidden(images())[0]!, last: v.tokens(images(), { norm: false }) }),
    { inputs: { x } },
  );
  expect(last).toEqual(first);
});

const nothing = module({}, (_p, trace) => (t: Tensor, p: number) => dropPath(t, p, trace));

test('stochastic depth drops whole samples, keeps the expectation, and is a function of the key', async () => {
  const rows = 4000;
  const ones = new Float32Array(rows * 2).fill(1);
  const run = async (mode: 'train' | 'eval', seed: number) =>
    (
      await runModule(nothing, mode, (drop) => ({ y: drop(input('x', [rows, 2]), 0.3) }), {
        inputs: { x: ones },
        key: key(seed),
      })
    ).y!;
  const y = await run('train', 1);
  expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
  for (let i = 0; i < rows; i++) expect(y[2 * i]).toBe(y[2 * i + 1]);
  // The mean of 4000 samples has deviation sqrt(0.3 / 0.7 / 4000) = 0.0104.
  expect(Math.abs(y.reduce((a, b) => a + b, 0) / (2 * rows) - 1)).toBeLessThan(0.04);
  expect(await run('train', 1)).toEqual(y);
  expect(await run('train', 2)).not.toEqual(y);
  expect(await run('eval', 1)).toEqual(ones);
});

test('the rate of stochastic depth grows linearly from 0 in the first block', async () => {
  const config: VitConfig = { ...small, depth: 3, dropPath: 0.4 };
  const { model } = bind(vit(config), 'train');
  const program = await compile({ y: model.tokens(images()) }, { runtime });
  const rates = program.sources.flatMap(({ role, distribution: d }) =>
    role === 'random' && d?.kind === 'bernoulli' ? [1 - d.probability] : [],
  );
  await program.dispose();
  expect(rates.sort().map((r) => r.toFixed(6))).toEqual(['0.200000', '0.200000', '0.400000', '0.400000']);
});

test('sines and cosines are those of I-JEPA: column first, then row', () => {
  // Specification objectives 13.6.
  const table = sinCosPositions(8, [3, 3]);
  const golden: Readonly<Record<number, readonly number[]>> = {
    0: [0, 0, 1, 1, 0, 0, 1, 1],
    1: [0.841471, 0.01, 0.540302, 0.99995, 0, 0, 1, 1],
    3: [0, 0, 1, 1, 0.841471, 0.01, 0.540302, 0.99995],
    8: [0.909297, 0.019999, -0.416147, 0.9998, 0.909297, 0.019999, -0.416147, 0.9998],
  };
  for (const [token, row] of Object.entries(golden))
    expect(distance(table.subarray(Number(token) * 8, Number(token) * 8 + 8), row)).toBeLessThan(1e-6);
  expect(() => sinCosPositions(6, [1, 1])).toThrow(/multiple of 4, got 6/);
});

test('a rotation turns each pair of a head in its plane by its angle, and leaves lead tokens', async () => {
  const [d, heads] = [8, 2];
  const angles = rotaryAngles(d, [1, 2]);
  // Token 1 of a 1 x 2 grid: y = 0, x = 1/2; frequencies 100^0 and 100^(-1/2).
  expect([...angles.subarray(d, 2 * d)].map((a) => a / Math.PI)).toEqual([0, 0, 1, 0.1, 0, 0, 1, 0.1]);
  const t = gaussian(3 * heads * d, 2);
  const table = rotationTable(angles, d, 1);
  const { y } = await runModule(
    module({}, () => undefined),
    'eval',
    () => ({
      y: rotate(input('t', [1, 3, heads * d]), { cos: reshaped(table.cos, d), sin: reshaped(table.sin, d) }, heads),
    }),
    { inputs: { t } },
  );
  const expected = Array.from(t, (v, i) => {
    const [token, within] = [Math.floor(i / (heads * d)), i % d];
    if (token === 0) return v;
    const angle = angles[(token - 1) * d + within]!;
    const partner = within < d / 2 ? -t[i + d / 2]! : t[i - d / 2]!;
    return v * Math.cos(angle) + partner * Math.sin(angle);
  });
  expect(distance(y!, expected)).toBeLessThan(1e-6);
});

const reshaped = (t: Tensor, d: number): Tensor => reshape(t, [1, t.shape[0]!, 1, d]);

test('rescaled branches start smaller by sqrt(2 i) in block i', () => {
  const config: VitConfig = { ...small, dim: 64, mlpDim: 128, branchInit: 'rescaled' };
  const deviation = (name: string): number => {
    const w = numbersOf(initialise(vit(config), key(3)), name);
    return Math.sqrt(w.reduce((a, b) => a + b * b, 0) / w.length / 0.7737); // of N(0, 1) cut at two deviations
  };
  for (const [i, layer] of ['encoder.layer.0', 'encoder.layer.1'].entries())
    for (const part of ['attention.output.dense', 'output.dense'])
      expect(deviation(`${layer}.${part}.weight`) * Math.sqrt(2 * (i + 1))).toBeCloseTo(0.02, 2.9);
  expect(deviation('encoder.layer.1.intermediate.dense.weight')).toBeCloseTo(0.02, 2.9);
});

test("Meta's names have one layer for queries, keys and values, which is the three one after another", async () => {
  const [apart, fused] = [{ ...small, cls: false } as VitConfig, { ...small, cls: false, names: 'meta' } as VitConfig];
  const from = shaken(vit(apart));
  const to = blankValues(vit(fused));
  const copy = (target: string, ...sources: string[]): void => {
    numbersOf(to, target).set(sources.flatMap((s) => [...numbersOf(from, s)]));
  };
  for (const kind of ['weight', 'bias']) {
    copy(`patch_embed.proj.${kind}`, `embeddings.patch_embeddings.projection.${kind}`);
    copy(`norm.${kind}`, `layernorm.${kind}`);
    for (const i of [0, 1]) {
      const [a, m] = [`encoder.layer.${i}`, `blocks.${i}`];
      copy(`${m}.norm1.${kind}`, `${a}.layernorm_before.${kind}`);
      const inner = ['query', 'key', 'value'].map((part) => `${a}.attention.attention.${part}.${kind}`);
      copy(`${m}.attn.qkv.${kind}`, ...inner);
      copy(`${m}.attn.proj.${kind}`, `${a}.attention.output.dense.${kind}`);
      copy(`${m}.norm2.${kind}`, `${a}.layernorm_after.${kind}`);
      copy(`${m}.mlp.fc1.${kind}`, `${a}.intermediate.dense.${kind}`);
      copy(`${m}.mlp.fc2.${kind}`, `${a}.output.dense.${kind}`);
    }
  }
  copy('pos_embed', 'embeddings.position_embeddings');
  const run = async (config: VitConfig, values: typeof from) =>
    (await runModule(vit(config), 'eval', (v) => ({ y: v.tokens(images()) }), { values, inputs: { x } })).y!;
  expect(distance(await run(fused, to), await run(apart, from))).toBeLessThan(1e-6);
});

test.each([
  // Hub model cards: facebook/dinov2-small, less its mask token of 384.
  [
    'DINOv2-S/14',
    { ...VIT_SIZES.small, imageSize: 518, patchSize: 14, names: 'dinov2', layerScale: 1 },
    22_056_576 - 384,
  ],
  // 32 blocks of 12 D^2 + 13 D, the patch embedding, the final norm.
  [
    'I-JEPA ViT-H/14',
    { ...VIT_SIZES.huge, imageSize: 224, patchSize: 14, cls: false, positions: 'sincos' },
    32 * (12 * 1280 ** 2 + 13 * 1280) + (3 * 14 * 14 + 1) * 1280 + 2 * 1280,
  ],
] as const)('%s has its known number of parameters', (_name, config, count) => {
  expect(parameterCount(vit(config))).toBe(count);
});

test('options that contradict each other are refused', () => {
  expect(() => vit({ ...small, cls: false, registers: 2 })).toThrow(/registers stand after the class token/);
  expect(() => vit({ ...small, grid: [2, 3], positions: 'smooth' })).toThrow(/square grid, got 2 x 3/);
  const { model } = bind(vit({ ...small, cls: false }), 'eval');
  expect(() => model.cls(images())).toThrow(/no class token; use pooled/);
  expect(() => model.tokens(input('x', [1, 3, 16, 12]))).toThrow(/images must be 12x12.*got 16x12/);
  const rotary = bind(vit(kinds['rotations and registers']), 'eval').model;
  expect(rotary.tokens(input('x', [1, 3, 16, 12])).shape).toEqual([1, 3 + 12, 8]);
  expect(() => rotary.tokens(input('x', [1, 3, 18, 12]))).toThrow(/18x12 must divide into patches of 4/);
});
