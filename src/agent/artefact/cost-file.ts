// The learned cost of plans in a model's file: its tensors beside the model's, their names behind `plan-cost.`, and an entry in the
// header that ties it to the numbers of the model that it was trained on: on other embeddings a distance means nothing.

import { JepaError } from '../../core/index.ts';
import { type SafeFile, type SafeTensor, sha256, toFloat32 } from '../../data/index.ts';
import { blankValues, loadWeights, type ModelValues } from '../../nn/index.ts';
import { type CostConfig, costOf } from '../../world/index.ts';
import { modelTensors } from './model-tensors.ts';
import { parsed } from './parsed.ts';

/** A learned cost as a file holds it. */
export interface CostFile {
  /** What planners call it. */
  readonly name: string;
  readonly config: CostConfig;
  readonly values: ModelValues;
  /** Updates that it was trained for, and the seed. */
  readonly step: number;
  readonly seed: number;
}

/** The entry of the header that says what the cost is. */
const COST_KEY = 'jepa.cost';
const PREFIX = 'plan-cost.';

type Header = Omit<CostFile, 'values'> & { readonly trainedOn: string };

/** SHA-256 of a model's numbers, as a file and a checkpoint hold them. */
export function fingerprintOf({ parameters, buffers }: ModelValues): string {
  const all = new Float32Array(parameters.data.length + buffers.data.length);
  all.set(parameters.data);
  all.set(buffers.data, parameters.data.length);
  return sha256(new Uint8Array(all.buffer));
}

/** What goes into the file of a model with these numbers for a cost that was trained on it: nothing for none. */
export function costParts(
  cost: CostFile | undefined,
  model: ModelValues,
): {
  readonly tensors: (readonly [string, SafeTensor])[];
  readonly metadata: Readonly<Record<string, string>>;
} {
  if (cost === undefined) return { tensors: [], metadata: {} };
  const { values, ...rest } = cost;
  const header: Header = { ...rest, trainedOn: fingerprintOf(model) };
  return { tensors: modelTensors(values, PREFIX), metadata: { [COST_KEY]: JSON.stringify(header) } };
}

/** The tensors of a file without those of a cost. */
export function withoutCost<T>(tensors: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...tensors].filter(([name]) => !name.startsWith(PREFIX)));
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null) return false;
  const { name, config, step, seed, trainedOn } = value as Record<string, unknown>;
  const texts = [name, trainedOn].every((x) => typeof x === 'string');
  return texts && typeof config === 'object' && config !== null && [step, seed].every((x) => typeof x === 'number');
}

/**
 * The cost in the file of a model with these numbers, for embeddings of `dim` numbers; undefined for a file that has none.
 *
 * @throws JepaError 'checkpoint' when its parts do not fit together, or it was trained on another model
 */
export function costIn(
  { tensors, metadata }: SafeFile,
  model: ModelValues,
  dim: number,
  path: string,
): CostFile | undefined {
  const text = metadata[COST_KEY];
  if (text === undefined) return undefined;
  const header = parsed(text);
  if (!isHeader(header)) {
    throw new JepaError(
      'checkpoint',
      `${path}: the entry '${COST_KEY}' of its header must say name, config, step, seed and trainedOn; export the run again`,
      { path },
    );
  }
  const { trainedOn, ...rest } = header;
  const own = fingerprintOf(model);
  if (trainedOn !== own) {
    throw new JepaError(
      'checkpoint',
      `${path}: its cost '${rest.name}' must have been trained on the model beside it (${own.slice(0, 12)}), got one of another model (${trainedOn.slice(0, 12)}), whose distances mean nothing here; train the cost on this model and export again`,
      { path, trainedOn, own },
    );
  }
  const values = blankValues(costOf(rest.config, dim).module);
  const parts = [...tensors].flatMap(([name, tensor]) =>
    name.startsWith(PREFIX) ? [[name.slice(PREFIX.length), tensor] as const] : [],
  );
  loadWeights(values, new Map(parts), toFloat32, path);
  return { ...rest, values };
}
