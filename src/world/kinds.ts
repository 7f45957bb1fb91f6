// WorldForm models by name, for recipes, model files and the command line, which write names down. Kinds of one's own join by
// `registerWorldKind`.

import { depending, JepaError, type Schema, unknownName } from '../core/index.ts';
import { dinoWmKind } from './dino-wm/kind.ts';
import type { Dynamics } from './dynamics.ts';
import { ebJepaKind } from './eb-jepa/kind.ts';
import { type AnyWorldKind, defineWorldKind, type WorldConfig, type WorldForm, type WorldKind } from './kind.ts';
import { leWmKind } from './le-wm/kind.ts';
import { pixelWorldKind } from './pixels/kind.ts';
import { pldmKind } from './pldm/kind.ts';
import { stateWorldKind } from './state/kind.ts';

const kinds = new Map<string, AnyWorldKind>(
  [leWmKind, pldmKind, ebJepaKind, dinoWmKind, stateWorldKind, pixelWorldKind].map((kind) => [kind.name, kind]),
);

/**
 * Makes a kind of world model known by its name.
 *
 * @throws JepaError `usage` when the name is taken, or is no word of letters, digits and dashes
 */
export function registerWorldKind<C extends object>(kind: WorldKind<C>): void {
  if (!/^[a-z][a-z0-9-]*$/.test(kind.name)) {
    throw new JepaError(
      'usage',
      `the name of a kind of world model must be small letters, digits and dashes, got '${kind.name}'`,
    );
  }
  if (kinds.has(kind.name))
    throw new JepaError('usage', `a kind of world model called '${kind.name}' is known already; choose another name`);
  kinds.set(kind.name, defineWorldKind(kind));
}

/** The names of all kinds. */
export function worldKinds(): readonly string[] {
  return [...kinds.keys()];
}

/** The kind of that name. Throws `usage` with the nearest known name. */
export function worldKindNamed(name: string): AnyWorldKind {
  const kind = kinds.get(name);
  if (kind === undefined) throw unknownName('kind of world model', name, worldKinds());
  return kind;
}

/** Describes configurations of every kind that is known. */
export const worldSchema: Schema<WorldConfig> = depending<WorldConfig>((value) => worldKindNamed(kindOf(value)).schema);

function kindOf(value: unknown): string {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  return typeof kind === 'string' ? kind : '';
}

/** The kind at work on a configuration. Throws `usage` for an unknown kind, and for settings that it does not have or allow. */
export function worldOf(config: WorldConfig): WorldForm {
  return worldKindNamed(kindOf(config)).world(config);
}

/** The world model of a configuration, ready to be traced. Errors as `worldOf`, and those of sizes that cannot be. */
export function dynamicsOf(config: WorldConfig): Dynamics {
  return worldOf(config).dynamics();
}
