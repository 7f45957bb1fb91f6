// A goal policy as one safetensors file that needs nothing else: its numbers, and in the header its configuration and what it
// must be told of the world, as in the file of a world model.

import { JepaError, VERSION } from '../../core/index.ts';
import { type SafeFile, toFloat32 } from '../../data/index.ts';
import { blankValues, loadWeights, type ModelValues } from '../../nn/index.ts';
import { goalPolicyOf, type PolicyConfig, policyKinds } from '../../world/index.ts';
import { checkVersion, type ModelOrigin } from './model-file.ts';
import { parsed } from './parsed.ts';

/** A policy file that was read. */
export interface PolicyFile {
  readonly config: PolicyConfig;
  readonly origin: ModelOrigin;
  /** The library that wrote it. */
  readonly version: string;
  /** With those of the world model whose embeddings it reads, where it reads any. */
  readonly values: ModelValues;
}

/** The entry of the header that says what a policy is. */
export const POLICY_KEY = 'jepa.policy';

/** The metadata of a policy's file. */
export function policyMetadata(config: PolicyConfig, origin: ModelOrigin): Readonly<Record<string, string>> {
  const header = JSON.stringify({ method: config.kind, version: VERSION, config, origin });
  return { format: 'pt', [POLICY_KEY]: header };
}

function isHeader(value: unknown): value is Omit<PolicyFile, 'values'> & { readonly method: string } {
  if (typeof value !== 'object' || value === null) return false;
  const { method, version, config, origin } = value as Record<string, unknown>;
  const objects = [config, origin].every((v) => typeof v === 'object' && v !== null);
  return policyKinds.some((kind) => kind === method) && typeof version === 'string' && objects;
}

/**
 * The goal policy in a safetensors file that was read, `path` for messages.
 *
 * @throws JepaError 'checkpoint' when it is no policy file, or its tensors are not those of its configuration; 'unsupported'
 * when a later version of the library wrote it
 */
export function policyOf({ tensors, metadata }: SafeFile, path: string): PolicyFile {
  const header = parsed(metadata[POLICY_KEY]);
  if (!isHeader(header)) {
    throw new JepaError(
      'checkpoint',
      `${path} is no policy file: its header must have '${POLICY_KEY}' with one of the methods ${policyKinds.join(', ')}; write one with 'jepa export'`,
      { path },
    );
  }
  const { config, origin, version } = header;
  checkVersion(version, path);
  const values = blankValues(goalPolicyOf(config).module);
  loadWeights(values, tensors, toFloat32, path);
  return { config, origin, version, values };
}
