// A trained world model as one safetensors file that needs nothing else: parameters and buffers under the reference's
// names, and in the header everything that acting with the model takes. Here is what stands in the bytes; how they come from
// and go to a disk stands in `files.ts`.

import { JepaError, VERSION } from '../../core/index.ts';
import { type Normaliser, type SafeFile, type Split, toFloat32 } from '../../data/index.ts';
import { blankValues, loadWeights, type ModelValues } from '../../nn/index.ts';
import type { StateDecoder } from '../../plan/index.ts';
import { dynamicsOf, type WorldConfig, worldKinds } from '../../world/index.ts';
import type { ActionBounds } from '../actor/block-box.ts';
import type { PlannerSettings } from '../actor/planner-settings.ts';
import { type CostFile, costIn, withoutCost } from './cost-file.ts';
import { decoderOf, withoutDecoder } from './decoder-file.ts';
import { parsed } from './parsed.ts';

/** What a model must be told of the world that it was trained in. */
export interface ModelOrigin {
  /** Environment id. */
  readonly env: string;
  /** Environment steps per action block. */
  readonly frameSkip: number;
  /** Fitted on the training episodes: the model sees (action - mean) / std. */
  readonly actions: Normaliser;
  /** Every component of an action, before normalisation, lies within these bounds. */
  readonly actionBounds: ActionBounds;
  /** Episode indices of the dataset. */
  readonly split: Split;
  /** Updates that the model was trained for, and the seed. */
  readonly step: number;
  readonly seed: number;
  /** How the run that trained it planned with it; absent in old files and in files of policies. */
  readonly planner?: PlannerSettings;
}

/** A model file that was read. */
export interface ModelFile {
  readonly config: WorldConfig;
  readonly origin: ModelOrigin;
  /** The library that wrote it. */
  readonly version: string;
  readonly values: ModelValues;
  /** Reads numbers of the state off the model's embeddings; absent in old files and where none was fitted. */
  readonly decoder?: StateDecoder;
  /** A learned cost of plans in this model; absent in old files and where none was trained. */
  readonly cost?: CostFile;
}

/** The entry of the header that says what a model is. */
export const MODEL_KEY = 'jepa.model';

/** The header of a model as JSON: method, config, origin and library version. */
export function modelHeader(config: WorldConfig, origin: ModelOrigin): string {
  return JSON.stringify({ method: config.kind, version: VERSION, config, origin });
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

/**
 * Checks that this library knows the files of the one that wrote `path`: older ones it does, later ones may hold what it has
 * not heard of.
 *
 * @throws JepaError 'unsupported' when the file is of a later version
 */
export function checkVersion(version: string, path: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [ownMajor = 0, ownMinor = 0] = VERSION.split('.').map(Number);
  if (major < ownMajor || (major === ownMajor && minor <= ownMinor)) return;
  throw new JepaError(
    'unsupported',
    `${path} was written by jepa ${version}, this is jepa ${VERSION}, which may not know what stands in it; update jepa, or export the model again with this version`,
    { path, version, own: VERSION },
  );
}

/**
 * The world model in a safetensors file that was read, `path` for messages.
 *
 * @throws JepaError 'checkpoint' when it is no model file, or its tensors are not those of its configuration; 'unsupported'
 * when a later version of the library wrote it
 */
export function modelOf({ tensors, metadata }: SafeFile, path: string): ModelFile {
  const header = parsed(metadata[MODEL_KEY]);
  if (!isHeader(header)) {
    throw new JepaError(
      'checkpoint',
      `${path} is no model file: its header must have '${MODEL_KEY}' with one of the methods ${worldKinds().join(', ')}; write one with 'jepa export', or load a reference state dict with loadWeights`,
      { path },
    );
  }
  const { config, origin, version } = header;
  checkVersion(version, path);
  const dynamics = dynamicsOf(config);
  const values = blankValues(dynamics.module);
  loadWeights(values, withoutCost(withoutDecoder(tensors)), toFloat32, path);
  const decoder = decoderOf({ tensors, metadata }, dynamics.dim, path);
  const cost = costIn({ tensors, metadata }, values, dynamics.dim, path);
  return { config, origin, version, values, ...(decoder && { decoder }), ...(cost && { cost }) };
}
