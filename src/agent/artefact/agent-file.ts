// What a file of something that acts may hold: a world model to plan in, one with a high level, or a goal policy.

import { JepaError } from '../../core/index.ts';
import type { SafeFile } from '../../data/index.ts';
import { HIERARCHY_KEY, type HierarchyFile, hierarchyOf } from './hierarchy-file.ts';
import { MODEL_KEY, type ModelFile, type ModelOrigin, modelOf } from './model-file.ts';
import { POLICY_KEY, type PolicyFile, policyOf } from './policy-file.ts';

/** A file that was read, by what acts. */
export type AgentFile =
  | ({ readonly kind: 'world' } & ModelFile)
  | ({ readonly kind: 'hierarchy'; readonly version: string; readonly origin: ModelOrigin } & HierarchyFile)
  | ({ readonly kind: 'policy' } & PolicyFile);

/**
 * What acts in a safetensors file that was read, `path` for messages.
 *
 * @throws JepaError 'checkpoint' when nothing in it acts, or its tensors are not those of its configuration; 'unsupported' when
 * a later version of the library wrote it
 */
export function agentFileOf(file: SafeFile, path: string): AgentFile {
  const { metadata } = file;
  if (Object.hasOwn(metadata, HIERARCHY_KEY)) {
    const both = hierarchyOf(file, path);
    return { kind: 'hierarchy', version: both.low.version, origin: both.low.origin, ...both };
  }
  if (Object.hasOwn(metadata, POLICY_KEY)) return { kind: 'policy', ...policyOf(file, path) };
  if (Object.hasOwn(metadata, MODEL_KEY)) return { kind: 'world', ...modelOf(file, path) };
  throw new JepaError(
    'checkpoint',
    `${path} holds nothing that acts: its header must have '${MODEL_KEY}', '${HIERARCHY_KEY}' or '${POLICY_KEY}', got ${Object.keys(metadata).join(', ') || 'no entries'}; write a model file with 'jepa export RUN'`,
    { path },
  );
}
