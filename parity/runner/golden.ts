// The `hf_formula` layout: a tiny HuggingFace checkpoint (config.json, model.safetensors) and golden.json with its outputs
// for the input x[i] = sin(a i + b) over the flattened index, computed in float64 and rounded to float32.

import { join } from 'node:path';
import { JepaError } from '../../src/core/index.ts';
import { type JsonObject, makeCase, type ParityCase, type ParityTensor, readJson, readTensors, type Tolerance } from './case.ts';

/** A correct float32 implementation agrees to about 1.6e-6 on values of order 1. */
const GOLDEN_TOLERANCE = 1e-5;

/** Where golden.json states a shape, by output; other outputs are compared as flat lists. */
const SHAPE_KEYS: Readonly<Record<string, string>> = {
  last_hidden_state: 'shape',
  predictor_full_mask: 'pred_shape',
  predictor_ctx0_20_tgt20_32: 'pred_masked_shape',
};

/**
 * Reads a folder with golden.json. The case is named `hf_formula_<model_type>`, with `_classifier` for a checkpoint of
 * `...ForVideoClassification`; `config` is config.json; the input is the tensor `input.<its name>`.
 */
export async function goldenCase(dir: string): Promise<ParityCase> {
  const golden = readJson(join(dir, 'golden.json'));
  const config = readJson(join(dir, 'config.json'));
  const { name, tensor } = formulaInput(golden, dir);
  const tensors = new Map<string, ParityTensor>([[`input.${name}`, tensor]]);
  const expected = new Map<string, Tolerance>();
  for (const [key, value] of Object.entries(golden)) {
    if (key.endsWith('shape') || !Array.isArray(value)) continue;
    const data = Float32Array.from(value as readonly number[]);
    const stated = golden[SHAPE_KEYS[key] ?? ''];
    const shape = Array.isArray(stated) ? (stated as readonly number[]) : [data.length];
    tensors.set(`output.${key}`, { shape, dtype: 'float32', data });
    expected.set(`output.${key}`, { atol: GOLDEN_TOLERANCE * data.reduce((m, v) => Math.max(m, Math.abs(v)), 0) });
  }
  const classes = Array.isArray(config.architectures) ? config.architectures.join() : '';
  return makeCase({
    name: `hf_formula_${String(config.model_type)}${classes.includes('ForVideoClassification') ? '_classifier' : ''}`,
    dir,
    config,
    scalars: new Map(),
    scalars64: new Map(),
    scalarsRtol: 1e-5,
    notes: [],
    tensors,
    weights: await readTensors(join(dir, 'model.safetensors'), true),
    after: new Map(),
    expected,
  });
}

/** Parses `pixel_values[1,3,32,32]=sin(0.37*i+0.5)`. */
function formulaInput(golden: JsonObject, dir: string): { readonly name: string; readonly tensor: ParityTensor } {
  const match = /^(\w+)\[([\d,]+)\]=sin\(([\d.]+)\*i\+([\d.]+)\)$/.exec(String(golden.input));
  if (match === null) {
    throw new JepaError(
      'corrupt',
      `${join(dir, 'golden.json')}: 'input' must read name[shape]=sin(a*i+b), got ${JSON.stringify(golden.input)}`,
    );
  }
  const shape = match[2]!.split(',').map(Number);
  const [a, b] = [Number(match[3]), Number(match[4])];
  const data = new Float32Array(shape.reduce((x, y) => x * y, 1));
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(a * i + b);
  return { name: match[1]!, tensor: { shape, dtype: 'float32', data } };
}
