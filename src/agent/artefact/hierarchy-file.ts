// A hierarchical world model as one safetensors file that needs nothing else: the file of the model below with the high
// level's tensors beside it, their names behind `high.`, and a second entry in the header.

import { JepaError, VERSION } from '../../core/index.ts';
import { type SafeFile, type SafeTensor, toFloat32 } from '../../data/index.ts';
import { blankValues, loadWeights, type ModelValues } from '../../nn/index.ts';
import type { ActionConstraint } from '../../plan/index.ts';
import { type HierarchyConfig, hierarchy, type MacroCost } from '../../world/index.ts';
import type { Aim } from '../world-model/hierarchical-model.ts';
import { decoderParts } from './decoder-file.ts';
import { checkVersion, type ModelFile, modelMetadata, modelOf } from './model-file.ts';
import { modelTensors } from './model-tensors.ts';
import { parsed } from './parsed.ts';

/** How the run that trained a high level planned with it. */
export interface MacroPlanner {
  readonly samples: number;
  readonly elites: number;
  readonly iterations: number;
  /** Macro-actions of a plan. */
  readonly macroHorizon: number;
  readonly aim: Aim;
  readonly cost: MacroCost;
}

/** The planner of macro-actions for files that name none. */
export const DEFAULT_MACRO_PLANNER: MacroPlanner = {
  samples: 256,
  elites: 16,
  iterations: 10,
  macroHorizon: 2,
  aim: 'goal-when-direct',
  cost: { kind: 'nearest' },
};

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
  /** Absent in old files. */
  readonly planner?: MacroPlanner;
}

/** A file with both levels. */
export interface HierarchyFile {
  readonly low: ModelFile;
  readonly high: HighLevel;
}

/** The entry of the header that says what the high level is. */
export const HIERARCHY_KEY = 'jepa.hierarchy';
const PREFIX = 'high.';

/** The tensors and metadata of a file with both levels. */
export function hierarchyParts(
  low: Omit<ModelFile, 'version'>,
  { values, ...rest }: HighLevel,
): { readonly tensors: (readonly [string, SafeTensor])[]; readonly metadata: Readonly<Record<string, string>> } {
  const decoder = decoderParts(low.decoder);
  return {
    tensors: [...modelTensors(low.values), ...modelTensors(values, PREFIX), ...decoder.tensors],
    metadata: {
      ...modelMetadata(low.config, low.origin),
      ...decoder.metadata,
      [HIERARCHY_KEY]: JSON.stringify({ version: VERSION, ...rest }),
    },
  };
}

function isHeader(value: unknown): value is Omit<HighLevel, 'values'> & { readonly version: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { config, box, blocks, step, seed, version } = value as Record<string, unknown>;
  const objects = [config, box, blocks].every((v) => typeof v === 'object' && v !== null);
  return objects && [step, seed].every((v) => typeof v === 'number') && typeof version === 'string';
}

/**
 * Both levels in a safetensors file that was read, `path` for messages.
 *
 * @throws JepaError 'checkpoint' when it holds no high level, or its tensors are not those of its configurations;
 * 'unsupported' when a later version of the library wrote it
 */
export function hierarchyOf({ tensors, metadata }: SafeFile, path: string): HierarchyFile {
  const header = parsed(metadata[HIERARCHY_KEY]);
  if (!isHeader(header)) {
    throw new JepaError(
      'checkpoint',
      `${path} is no file of a hierarchical model: its header must have '${HIERARCHY_KEY}'; write one with writeHierarchy, or read the model alone with readModel`,
      { path },
    );
  }
  const { version, ...high } = header;
  checkVersion(version, path);
  const values = blankValues(hierarchy(high.config));
  const isHigh = (name: string): boolean => name.startsWith(PREFIX);
  const above = [...tensors]
    .filter(([name]) => isHigh(name))
    .map(([name, t]) => [name.slice(PREFIX.length), t] as const);
  loadWeights(values, new Map(above), toFloat32, path);
  const below = new Map([...tensors].filter(([name]) => !isHigh(name)));
  return { low: modelOf({ tensors: below, metadata }, path), high: { ...high, values } };
}
