// `jepa bench operators`: time of one pass of the main operators and of their gradients, so that regressions show. Each
// program ends in the first number of its result, so that what is measured is the operator and not the copy of its output.
// Legend: R rows, D width, F wide (the hidden width of an MLP), G groups (images x heads), N tokens, d width of a head.

import { grad } from '../src/autodiff/index.ts';
import type { Bench, BenchContext, BenchResult } from '../src/cli/index.ts';
import { compile } from '../src/compile/index.ts';
import { nodeRuntime } from '../src/runtime/index.ts';
import {
  add,
  affine,
  concat,
  exp,
  gelu,
  input,
  layerNormalise,
  matmul,
  mul,
  reduceSum,
  relu,
  reshape,
  type Shape,
  sigmoid,
  silu,
  sizeOf,
  slice,
  softmax,
  type Tensor,
  transpose,
} from '../src/tensor/index.ts';
import { type Contender, interleave, least, median, timed } from './measure.ts';
import { ms, table } from './table.ts';
import { productFlopsOf } from './vit-step.ts';

/** Sizes of the operands, and how often each operator is measured. */
export interface OperatorOptions {
  readonly images: number;
  readonly tokens: number;
  readonly heads: number;
  readonly headDim: number;
  /** Hidden width of the MLP. */
  readonly wide: number;
  readonly rounds: number;
  readonly threads: number;
}

/** The operands of the `training-step` benchmark: 128 images, 65 tokens, 3 heads of 64, width 192, MLP 768. */
export const OPERATORS: OperatorOptions = {
  images: 128,
  tokens: 65,
  heads: 3,
  headDim: 64,
  wide: 768,
  rounds: 9,
  threads: 2,
};

interface Case {
  readonly name: string;
  readonly shapes: readonly Shape[];
  build(...inputs: Tensor[]): Tensor;
}

function cases({ images, tokens, heads, headDim, wide }: OperatorOptions): readonly Case[] {
  const R = images * tokens;
  const D = heads * headDim;
  const G = images * heads;
  const big = [R, wide];
  const q = [G, tokens, headDim];
  const scores = [G, tokens, tokens];
  const first = (f: (x: Tensor) => Tensor) => (x: Tensor, dy: Tensor) => grad(reduceSum(mul(f(x), dy)), [x])[0]!;
  return [
    { name: 'add [R, F]', shapes: [big, big], build: (a, b) => add(a!, b!) },
    { name: 'mul [R, F]', shapes: [big, big], build: (a, b) => mul(a!, b!) },
    { name: 'mul by a row [F]', shapes: [big, [wide]], build: (a, b) => mul(a!, b!) },
    { name: 'mul by a column [R, 1]', shapes: [big, [R, 1]], build: (a, b) => mul(a!, b!) },
    { name: 'relu [R, F]', shapes: [big], build: (a) => relu(a!) },
    { name: 'gelu [R, F]', shapes: [big], build: (a) => gelu(a!) },
    { name: 'gelu, gradient', shapes: [big, big], build: (a, b) => first((x) => gelu(x))(a!, b!) },
    { name: 'silu [R, F]', shapes: [big], build: (a) => silu(a!) },
    { name: 'sigmoid [R, F]', shapes: [big], build: (a) => sigmoid(a!) },
    { name: 'exp [R, F]', shapes: [big], build: (a) => exp(a!) },
    { name: 'sum over rows [R, F]', shapes: [big], build: (a) => reduceSum(a!, { axes: 0 }) },
    { name: 'sum over columns [R, F]', shapes: [big], build: (a) => reduceSum(a!, { axes: 1 }) },
    { name: 'layerNorm [R, D]', shapes: [[R, D], [D], [D]], build: (a, b, c) => layerNormalise(a!, b!, c!) },
    {
      name: 'layerNorm, gradient',
      shapes: [[R, D], [R, D], [D], [D]],
      build: (a, b, c, d) => first((x) => layerNormalise(x, c!, d!))(a!, b!),
    },
    { name: 'softmax [G, N, N]', shapes: [scores], build: (a) => softmax(a!) },
    { name: 'softmax, gradient', shapes: [scores, scores], build: (a, b) => first((x) => softmax(x))(a!, b!) },
    {
      name: 'split heads (transpose)',
      shapes: [[images, tokens, heads, headDim]],
      build: (a) => transpose(a!, [0, 2, 1, 3]),
    },
    {
      name: 'concat 2 x [R, D]',
      shapes: [
        [R, D],
        [R, D],
      ],
      build: (a, b) => concat([a!, b!], 1),
    },
    { name: 'linear D -> F', shapes: [[R, D], [wide, D], [wide]], build: (x, w, b) => affine(x!, w!, b!) },
    { name: 'linear F -> D', shapes: [big, [D, wide], [D]], build: (x, w, b) => affine(x!, w!, b!) },
    {
      name: 'linear D -> F, weight gradient',
      shapes: [big, [R, D]],
      build: (dy, x) => matmul(dy!, x!, { transA: true }),
    },
    { name: 'attention scores', shapes: [q, q], build: (a, b) => matmul(a!, b!, { transB: true, alpha: 0.125 }) },
    { name: 'attention mix', shapes: [scores, q], build: (a, b) => matmul(a!, b!) },
    {
      name: 'sgemm 1024',
      shapes: [
        [1024, 1024],
        [1024, 1024],
      ],
      build: (a, b) => matmul(a!, b!),
    },
  ];
}

/** Runs the whole benchmark. */
export async function measureOperators(options: OperatorOptions, context: BenchContext): Promise<BenchResult> {
  const runtime = nodeRuntime({ threads: options.threads });
  const buffers = new Map<number, Float32Array>();
  const data = (size: number): Float32Array => {
    const known = buffers.get(size) ?? new Float32Array(size).map((_, i) => Math.sin(i));
    buffers.set(size, known);
    return known;
  };
  const samples: Record<string, readonly number[]> = {};
  const rows: string[][] = [['', 'median', 'least', 'GB/s', 'GFLOP/s']];
  const metrics: Record<string, number> = {};
  const all = cases(options);
  for (const [i, { name, shapes, build }] of all.entries()) {
    const inputs = shapes.map((shape, k) => input(`x${k}`, shape));
    const y = build(...inputs);
    const program = await compile({ first: slice(reshape(y, [-1]), 0, 0, 1) }, { runtime, name });
    const feeds = Object.fromEntries(shapes.map((shape, k) => [`x${k}`, data(sizeOf(shape))]));
    const contender: Contender = { name, sample: () => timed(() => program.run({ inputs: feeds })) };
    const taken = await interleave([contender], { rounds: options.rounds, settleMs: 0, signal: context.signal });
    const s = taken[name]!;
    samples[name] = s;
    const bytes = 4 * shapes.reduce((sum, shape) => sum + sizeOf(shape), sizeOf(y.shape));
    const flops = productFlopsOf(program.explain());
    const rate = (n: number): string => (n / median(s) / 1e9).toFixed(1);
    rows.push([name, ms(median(s)), ms(least(s)), rate(bytes), flops > 0 ? rate(flops) : '']);
    metrics[`operatorsMs.${name.replace(/[^A-Za-z0-9]+/g, '-').replace(/-$/, '')}`] = 1000 * median(s);
    await program.dispose();
    context.progress({ stage: 'operators', step: i + 1, total: all.length });
  }
  const { images, tokens, heads, headDim, wide } = options;
  const legend =
    `R = ${images * tokens} rows, D = ${heads * headDim}, F = ${wide}, G = ${images * heads} groups, N = ${tokens} tokens; ` +
    `${options.threads} threads; bytes are those of operands and result`;
  return { metrics, text: `${legend}\n${table(rows)}`, record: { options, samplesSeconds: samples } };
}

/** The benchmark. */
export const operators: Bench = {
  name: 'operators',
  summary: 'one pass of each main operator',
  run: (context) => measureOperators(OPERATORS, context),
};
