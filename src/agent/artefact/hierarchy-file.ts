// A hierarchical world model as one safetensors file that needs nothing else: the file of the model below with the high
// level's tensors beside it, their names behind `high.`, and a second entry in the header.

import { JepaError } from '../../core/index.ts';
import { toFloat32 } from '../../data/index.ts';
import { libraryVersion, readSafetensors, writeSafetensors } from '../../data/node.ts';
import { blankValues, loadWeights, type ModelValues } from '../../nn/index.ts';
import type { ActionConstraint } from '../../plan/index.ts';
import { type HierarchyConfig, hierarchy } from '../../world/index.ts';
import { type ModelFile, modelMetadata, modelOf, modelTensors, parsed } from './model-file.ts';

/** A high level and everything that planning with it takes. */
export interface HighLevel {
  readonly config: HierarchyConfig;
  readonly values: ModelValues;
  /** Where plans of macro-actions are searched: `percentileBox` of recorded ones. */
  readonly box: ActionConstraint;
  /** Fewest and most blocks between two waypoints in training: what a jump is. */
  readonly blocks: { readonly min: number; readonly max: number };
  /** Updates that it was trained for, and the seed. */
  readonly step: number;
  readonly seed: number;
}

/** A file with both levels. */
export interface HierarchyFile {
  readonly low: ModelFile;
  readonly high: HighLevel;
}

const HIERARCHY_KEY = 'jepa.hierarchy';
const PREFIX = 'high.';

/** Writes both levels to `path`, whole or not at all. Errors: `io` when the disk is full. */
export function writeHierarchy(path: string, low: Omit<ModelFile, 'version'>, high: HighLevel): void {
  const { values, ...rest } = high;
  writeSafetensors(path, [...modelTensors(low.values), ...modelTensors(values, PREFIX)], {
    ...modelMetadata(low.config, low.origin),
    [HIERARCHY_KEY]: JSON.stringify({ version: libraryVersion(), ...rest }),
  });
}

function isHeader(value: unknown): value is Omit<HighLevel, 'values'> {
  if (typeof value !== 'object' || value === null) return false;
  const { config, box, blocks, step, seed } = value as Record<string, unknown>;
  const objects = [config, box, blocks].every((v) => typeof v === 'object' && v !== null);
  return objects && [step, seed].every((v) => typeof v === 'number');
}

/**
 * Reads both levels that `writeHierarchy` wrote.
 *
 * Errors: `io` when the file cannot be read; `corrupt` when it is damaged; `checkpoint` when it holds no high level, or its
 * tensors are not those of its configurations.
 *
 * @example
 * const { low, high } = readHierarchy('export/hierarchy.safetensors');
 * const model = hierarchicalModel({ ...high, low: worldModel(dynamicsOf(low.config), low.values) });
 */
export function readHierarchy(path: string): HierarchyFile {
  const { tensors, metadata } = readSafetensors(path);
  const text = metadata[HIERARCHY_KEY];
  const header = text === undefined ? undefined : parsed(text);
  if (!isHeader(header)) {
    throw new JepaError(
      'checkpoint',
      `${path} is no file of a hierarchical model: its header must have '${HIERARCHY_KEY}'; write one with writeHierarchy, or read the model alone with readModel`,
      { path },
    );
  }
  const { config, box, blocks, step, seed } = header;
  const values = blankValues(hierarchy(config));
  const isHigh = (name: string): boolean => name.startsWith(PREFIX);
  const above = [...tensors]
    .filter(([name]) => isHigh(name))
    .map(([name, t]) => [name.slice(PREFIX.length), t] as const);
  loadWeights(values, new Map(above), toFloat32, path);
  const below = new Map([...tensors].filter(([name]) => !isHigh(name)));
  return { low: modelOf({ tensors: below, metadata }, path), high: { config, values, box, blocks, step, seed } };
}
