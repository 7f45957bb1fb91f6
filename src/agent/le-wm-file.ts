// A trained LeWorldModel as one safetensors file that needs nothing else: parameters and buffers under the reference's
// names, and in the header everything that acting with the model takes.

import { JepaError } from '../core/index.ts';
import {
  f32Tensor,
  libraryVersion,
  type Normaliser,
  readSafetensors,
  type SafeTensor,
  type Split,
  toFloat32,
  writeSafetensors,
} from '../data/index.ts';
import { blankValues, loadWeights, type ModelValues, namedViews } from '../nn/index.ts';
import { type LeWmConfig, leWm } from '../world/index.ts';

/** What a model must be told of the world that it was trained in. */
export interface LeWmOrigin {
  /** Environment id. */
  readonly env: string;
  /** Environment steps per action block. */
  readonly frameSkip: number;
  /** Fitted on the training episodes: the model sees (action - mean) / std. */
  readonly actions: Normaliser;
  /** Every component of an action, before normalisation, lies within these bounds. */
  readonly actionBounds: { readonly low: number; readonly high: number };
  /** Episode indices of the dataset. */
  readonly split: Split;
  /** Updates that the model was trained for, and the seed. */
  readonly step: number;
  readonly seed: number;
}

/** A model file that was read. */
export interface LeWmFile {
  readonly config: LeWmConfig;
  readonly origin: LeWmOrigin;
  /** The library that wrote it. */
  readonly version: string;
  readonly values: ModelValues;
}

const MODEL_KEY = 'jepa.model';

/** The header of a model as JSON: method, config, origin and library version. */
export function modelHeader(config: LeWmConfig, origin: LeWmOrigin): string {
  return JSON.stringify({ method: 'le-wm', version: libraryVersion(), config, origin });
}

/** Writes a model to `path`, whole or not at all. Errors: `io` when the disk is full. */
export function writeLeWm(path: string, config: LeWmConfig, values: ModelValues, origin: LeWmOrigin): void {
  const { parameters, buffers } = values;
  const tensors: (readonly [string, SafeTensor])[] = [];
  for (const [name, shape, data] of [
    ...namedViews(parameters.layout, parameters.data),
    ...namedViews(buffers.layout, buffers.data),
  ])
    tensors.push([name, f32Tensor(shape, data)]);
  writeSafetensors(path, tensors, { format: 'pt', [MODEL_KEY]: modelHeader(config, origin) });
}

function isHeader(value: unknown): value is Omit<LeWmFile, 'values'> & { readonly method: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { method, version, config, origin } = value as Record<string, unknown>;
  const objects = [config, origin].every((v) => typeof v === 'object' && v !== null);
  return method === 'le-wm' && typeof version === 'string' && objects;
}

/** JSON, or undefined for text that is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a model that `writeLeWm` wrote.
 *
 * Errors: `io` when the file cannot be read; `corrupt` when it is damaged; `checkpoint` when it is no LeWorldModel file, or
 * its tensors are not those of its configuration.
 *
 * @example
 * const { config, values, origin } = readLeWm('export/model.safetensors');
 * const model = leWmModel(config, values);
 */
export function readLeWm(path: string): LeWmFile {
  const { tensors, metadata } = readSafetensors(path);
  const text = metadata[MODEL_KEY];
  const header = text === undefined ? undefined : parsed(text);
  if (!isHeader(header)) {
    throw new JepaError(
      'checkpoint',
      `${path} is no LeWorldModel file: its header must have '${MODEL_KEY}' with method 'le-wm'; write one with 'jepa export', or load a reference state dict with loadWeights`,
      { path },
    );
  }
  const { config, origin, version } = header;
  const values = blankValues(leWm(config));
  loadWeights(values, tensors, toFloat32, path);
  return { config, origin, version, values };
}
