// One folder of reference numbers, in one of three layouts: `case.json` with safetensors beside it, `golden.json` with a
// HuggingFace checkpoint, whose input is given by a formula, or a trace of a physics library. All become a `ParityCase`.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../src/core/index.ts';
import { flattenScalars, type JsonObject, makeCase, numberAt, objectAt, type ParityCase, type ParityTensor, readJson, readTensors, stringsAt, type Tolerance } from './case.ts';
import { goldenCase } from './golden.ts';
import { TRACE_FILE, traceCase } from './trace.ts';

/** Reads the case in `dir`. Throws `corrupt` when a file does not say what it must, `io` when one is missing. */
export async function readCase(dir: string): Promise<ParityCase> {
  if (!existsSync(join(dir, 'case.json'))) return existsSync(join(dir, TRACE_FILE)) ? traceCase(dir) : goldenCase(dir);
  const file = join(dir, 'case.json');
  const json = readJson(file);
  if (typeof json.name !== 'string') {
    throw new JepaError('corrupt', `${file}: needs a string 'name', by which its implementation is found`, { file });
  }
  const tensors = await readTensors(join(dir, 'tensors.safetensors'), true);
  const weightsFile = typeof json.weights_file === 'string' ? json.weights_file : 'weights.safetensors';
  const weights = await readTensors(join(dir, weightsFile), typeof json.weights_file === 'string');
  const after = await readTensors(join(dir, 'after.safetensors'), json.after_tensors !== undefined);
  return makeCase({
    name: json.name,
    dir,
    config: objectAt(json, 'config'),
    scalars: flattenScalars(objectAt(json, 'scalars')),
    scalars64: flattenScalars(objectAt(json, 'scalars_float64_run')),
    scalarsRtol: numberAt(objectAt(json, 'tolerances'), 'scalars_rtol') ?? 1e-5,
    notes: Array.isArray(json.notes) ? json.notes.filter((n) => typeof n === 'string') : [],
    tensors,
    weights,
    after,
    expected: tolerances(json, tensors, after),
  });
}

/** The tolerance of every output, gradient and parameter after the steps: see parity/README, "How to compare". */
function tolerances(
  json: JsonObject,
  tensors: ReadonlyMap<string, ParityTensor>,
  after: ReadonlyMap<string, ParityTensor>,
): Map<string, Tolerance> {
  const expected = new Map<string, Tolerance>();
  const described = objectAt(json, 'tensors');
  for (const [name, tensor] of tensors) {
    if (name.startsWith('input.')) continue;
    expected.set(name, { atol: numberAt(objectAt(described, name), 'atol') ?? defaultTolerance(tensor) });
  }
  const zero = objectAt(json, 'mathematically_zero_gradients');
  const zeroNames = new Set(stringsAt(zero, 'parameters'));
  const exactNames = new Set(stringsAt(zero, 'exactly_zero'));
  const describedAfter = objectAt(json, 'after_tensors');
  for (const [name, tensor] of after) {
    const entry = objectAt(describedAfter, name);
    const atol = numberAt(entry, 'atol') ?? defaultTolerance(tensor);
    const atol95 = numberAt(entry, 'atol_95pct_of_elements');
    // Adam turns the rounding noise of a zero gradient into steps of size lr: only the loose tolerance is meant there,
    // and not even that where the stored gradient itself is noise, since each implementation has its own.
    if (zeroNames.has(name)) expected.set(`after.${name}`, { atol, noise: !exactNames.has(name) });
    else expected.set(`after.${name}`, { atol, ...(atol95 === undefined ? {} : { atol95 }) });
  }
  return expected;
}

/** The reference's own rule for a tensor without a tolerance: 2e-6 of its largest value; integers must be equal. */
function defaultTolerance(tensor: ParityTensor): number {
  if (tensor.dtype !== 'float32' && tensor.dtype !== 'float64') return 0;
  let max = 0;
  for (const value of tensor.data) max = Math.max(max, Math.abs(value));
  return 2e-6 * max;
}
