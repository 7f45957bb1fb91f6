// A trained world model as one safetensors file that needs nothing else: parameters and buffers under the reference's
// names, and in the header everything that acting with the model takes.

import { JepaError } from '../../core/index.ts';
import {
  f32Tensor,
  libraryVersion,
  type Normaliser,
  readSafetensors,
  type SafeFile,
  type SafeTensor,
  type Split,
  toFloat32,
  writeSafetensors,
} from '../../data/index.ts';
import { blankValues, loadWeights, type ModelValues, namedViews } from '../../nn/index.ts';
import { dynamicsOf, type WorldConfig, worldKinds } from '../../world/index.ts';

/** What a model must be told of the world that it was trained in. */
export interface ModelOrigin {
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
export interface ModelFile {
  readonly config: WorldConfig;
  readonly origin: ModelOrigin;
  /** The library that wrote it. */
  readonly version: string;
  readonly values: ModelValues;
}

const MODEL_KEY = 'jepa.model';

/** The header of a model as JSON: method, config, origin and library version. */
export function modelHeader(config: WorldConfig, origin: ModelOrigin): string {
  return JSON.stringify({ method: config.kind, version: libraryVersion(), config, origin });
}

/** The tensors of a model's numbers as a file holds them, names prefixed. */
export function modelTensors({ parameters, buffers }: ModelValues, prefix = ''): (readonly [string, SafeTensor])[] {
  const views = [
    ...namedViews(parameters.layout, parameters.data, prefix),
    ...namedViews(buffers.layout, buffers.data, prefix),
  ];
  return views.map(([name, shape, data]) => [name, f32Tensor(shape, data)]);
}

/** Writes a model to `path`, whole or not at all. Errors: `io` when the disk is full. */
export function writeModel(path: string, config: WorldConfig, values: ModelValues, origin: ModelOrigin): void {
  writeSafetensors(path, modelTensors(values), modelMetadata(config, origin));
}

/** The metadata of a model's file. */
export function modelMetadata(config: WorldConfig, origin: ModelOrigin): Readonly<Record<string, string>> {
  return { format: 'pt', [MODEL_KEY]: modelHeader(config, origin) };
}

function isHeader(value: unknown): value is Omit<ModelFile, 'values'> & { readonly method: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { method, version, config, origin } = value as Record<string, unknown>;
  const objects = [config, origin].every((v) => typeof v === 'object' && v !== null);
  return worldKinds().some((kind) => kind === method) && typeof version === 'string' && objects;
}

/** JSON, or undefined for text that is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads a model that `writeModel` wrote.
 *
 * Errors: `io` when the file cannot be read; `corrupt` when it is damaged; `checkpoint` when it is no model file, or
 * its tensors are not those of its configuration.
 *
 * @example
 * const { config, values, origin } = readModel('export/model.safetensors');
 * const model = worldModel(dynamicsOf(config), values);
 */
export function readModel(path: string): ModelFile {
  return modelOf(readSafetensors(path), path);
}

/** `readModel` of a file that was read already. */
export function modelOf({ tensors, metadata }: SafeFile, path: string): ModelFile {
  const text = metadata[MODEL_KEY];
  const header = text === undefined ? undefined : parsed(text);
  if (!isHeader(header)) {
    throw new JepaError(
      'checkpoint',
      `${path} is no model file: its header must have '${MODEL_KEY}' with one of the methods ${worldKinds().join(', ')}; write one with 'jepa export', or load a reference state dict with loadWeights`,
      { path },
    );
  }
  const { config, origin, version } = header;
  const values = blankValues(dynamicsOf(config).module);
  loadWeights(values, tensors, toFloat32, path);
  return { config, origin, version, values };
}
