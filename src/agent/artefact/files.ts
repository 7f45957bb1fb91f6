// Files of all that acts, on disk: a world model, one with a high level, a goal policy. Written whole or not at all.

import { readSafetensors, writeSafetensors } from '../../data/node.ts';
import type { ModelValues } from '../../nn/index.ts';
import type { PolicyConfig, WorldConfig } from '../../world/index.ts';
import { costParts } from './cost-file.ts';
import { decoderParts } from './decoder-file.ts';
import { type HierarchyFile, type HighLevel, hierarchyOf, hierarchyParts } from './hierarchy-file.ts';
import { type ModelFile, type ModelOrigin, modelMetadata, modelOf } from './model-file.ts';
import { modelTensors } from './model-tensors.ts';
import { type PolicyFile, policyMetadata, policyOf } from './policy-file.ts';

/**
 * Writes a model to `path`, with what was learned on its embeddings where that is given: what reads the state off them,
 * and a cost of plans.
 *
 * @throws JepaError 'io' when the disk is full; 'shape' for a decoder whose arrays do not fit
 */
export function writeModel(
  path: string,
  config: WorldConfig,
  values: ModelValues,
  origin: ModelOrigin,
  { decoder, cost }: Pick<ModelFile, 'decoder' | 'cost'> = {},
): void {
  const parts = [decoderParts(decoder), costParts(cost, values)];
  writeSafetensors(
    path,
    [...modelTensors(values), ...parts.flatMap(({ tensors }) => tensors)],
    Object.assign({}, modelMetadata(config, origin), ...parts.map(({ metadata }) => metadata)) as Record<
      string,
      string
    >,
  );
}

/**
 * Reads a model that `writeModel` wrote.
 *
 * @throws JepaError 'io' when the file cannot be read; 'corrupt' when it is damaged; 'checkpoint' when it is no model file, or
 * its tensors are not those of its configuration; 'unsupported' when a later version of the library wrote it
 * @example
 * const { config, values, origin } = readModel('export/model.safetensors');
 * const model = worldModel(dynamicsOf(config), values);
 */
export function readModel(path: string): ModelFile {
  return modelOf(readSafetensors(path), path);
}

/** Writes both levels to `path`. @throws JepaError 'io' when the disk is full */
export function writeHierarchy(path: string, low: Omit<ModelFile, 'version'>, high: HighLevel): void {
  const { tensors, metadata } = hierarchyParts(low, high);
  writeSafetensors(path, tensors, metadata);
}

/**
 * Reads both levels that `writeHierarchy` wrote.
 *
 * @throws JepaError as `readModel`; 'checkpoint' also when the file holds no high level
 * @example
 * const { low, high } = readHierarchy('export/hierarchy.safetensors');
 * const model = hierarchicalModel({ ...high, low: worldModel(dynamicsOf(low.config), low.values) });
 */
export function readHierarchy(path: string): HierarchyFile {
  return hierarchyOf(readSafetensors(path), path);
}

/** Writes a goal policy to `path`. @throws JepaError 'io' when the disk is full */
export function writePolicy(path: string, config: PolicyConfig, values: ModelValues, origin: ModelOrigin): void {
  writeSafetensors(path, modelTensors(values), policyMetadata(config, origin));
}

/**
 * Reads a goal policy that `writePolicy` wrote.
 *
 * @throws JepaError as `readModel`, when it is no policy file
 * @example
 * const { config, values } = readPolicy('export/gcbc.safetensors');
 * const policy = policyModel(goalPolicyOf(config), values);
 */
export function readPolicy(path: string): PolicyFile {
  return policyOf(readSafetensors(path), path);
}
