// Parity cases `hf_<family>` and `hf_formula_<family>`: tiny random HuggingFace checkpoints of the image encoders, with
// hidden states, final and pooled outputs, and a second input at another resolution.

import { join } from 'node:path';
import { compile } from '../../src/compile/index.ts';
import { bind, encoderTensors, type Grid, loadPretrained, pretrained } from '../../src/nn/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { input, reshape, type Tensor } from '../../src/tensor/index.ts';
import { type ParityCase, type ParityTensor, readJson, readTensors } from '../runner/case.ts';
import type { ParityClaim, ParityResult, ProducedTensor } from '../runner/claim.ts';

const FORMULA = ['dinov2', 'dinov2_with_registers', 'dinov3_vit', 'ijepa'] as const;
const FAMILIES = ['dinov2_swiglu', 'dinov3_vit_gated', 'vit', ...FORMULA] as const;

/** Takes the image cases of both layouts; the gated DINOv3 of the second layout has the name of the plain one. */
export const hfImages: readonly ParityClaim[] = [
  ...FAMILIES.map((family) => ({ case: `hf_${family}`, run })),
  ...FORMULA.map((family) => ({ case: `hf_formula_${family}`, run })),
];

async function run(c: ParityCase): Promise<ParityResult> {
  const config = readJson(join(c.dir, 'config.json'));
  const weights = await readTensors(join(c.dir, 'model.safetensors'), true);
  const tensors: Record<string, ProducedTensor> = {};
  for (const [name, { shape, data }] of c.tensors()) {
    const suffix = /^input\.pixel_values(.*)$/.exec(name)?.[1];
    if (suffix === undefined) continue;
    const patch = Number(config.patch_size);
    const grid: Grid = [shape[2]! / patch, shape[3]! / patch];
    Object.assign(tensors, await encode(c, { config, weights, grid, suffix, name, data: data as Float32Array, shape }));
  }
  return { tensors };
}

interface Encoding {
  readonly config: ReturnType<typeof readJson>;
  readonly weights: ReadonlyMap<string, ParityTensor>;
  readonly grid: Grid;
  /** '' or '_large', which ends the names of the outputs. */
  readonly suffix: string;
  readonly name: string;
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** The stored outputs of one input. */
async function encode(c: ParityCase, e: Encoding): Promise<Record<string, ProducedTensor>> {
  const own = pretrained(e.config, { grid: e.grid, pooler: e.weights.has('pooler.dense.weight') });
  const tensors = encoderTensors(e.weights, own.family);
  const values = loadPretrained(own, tensors, (t) => t.data as Float32Array, c.dir);
  const { model } = bind(own.module, 'eval');
  const images = input(e.name, e.shape);
  const outputs: Record<string, Tensor> = {};
  // golden.json keeps pooled outputs as flat lists.
  const shapeOf = (stored: string) => c.tensor(stored).shape;
  for (const stored of c.expected().keys()) {
    const hidden = /^output\.hidden\.(\d+)$/.exec(stored)?.[1];
    if (hidden !== undefined && e.suffix === '') outputs[stored] = model.hidden(images)[Number(hidden)]!;
    if (stored === `output.last_hidden_state${e.suffix}`) outputs[stored] = model.tokens(images);
    if (stored === `output.pooler_output${e.suffix}`) outputs[stored] = reshape(model.pooled(images), shapeOf(stored));
  }
  const program = await compile(outputs, { runtime: nodeRuntime({ threads: 1 }), name: c.name });
  const results = await program.run({ inputs: { [e.name]: e.data }, parameters: values.parameters });
  await program.dispose();
  return Object.fromEntries(
    Object.entries(outputs).map(([stored, { shape }]) => [stored, { shape, data: results[stored] as Float32Array }]),
  );
}
