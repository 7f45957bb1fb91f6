// What a run folder may say beside the files of schema.ts: why the run failed, which settings are not those of the recipe, and
// results made with other settings than the run's own.
//
//   run.json                     failure: { code, message }; defaults: the recipe's configuration, or changed: the paths changed
//   evals/<part>@<digest>.json   a result of the part, with the settings and the command that made it

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Found, field, jsonPart, list, optional, type Part, text } from '../run/index.ts';
import { leaves } from './sections/configuration.ts';

/** Why a run failed. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What run.json says beside `RunFile`. */
export interface RunNotes {
  readonly failure?: Failure;
  /** Paths of the configuration that are not as the recipe has them. */
  readonly changed?: ReadonlySet<string>;
}

/** A result made with other settings: its file, and `path=value` of each setting. */
export interface OtherResult<T> {
  readonly name: string;
  readonly settings: readonly string[];
  readonly command?: string;
  readonly value: T;
}

/** Reads what run.json says beside `RunFile`; of a damaged field the reason. */
export function readRunNotes(dir: string): Part<RunNotes> {
  return jsonPart(dir, 'run.json', (found) => {
    const config = leaves(optional(found, 'config', ({ value }) => value).config ?? {}, '');
    const defaults = optional(found, 'defaults', ({ value }) => value).defaults;
    const named = optional(found, 'changed', (f) => list(f, text)).changed;
    const changed = named ?? (defaults === undefined ? undefined : differing(config, leaves(defaults, '')));
    return {
      ...optional(found, 'failure', (f) => ({ code: text(field(f, 'code')), message: text(field(f, 'message')) })),
      ...(changed === undefined ? {} : { changed: new Set(changed) }),
    };
  });
}

type Leaves = readonly (readonly [path: string, value: string])[];

function differing(config: Leaves, defaults: Leaves): string[] {
  const before = new Map(defaults);
  return config.filter(([path, value]) => before.get(path) !== value).map(([path]) => path);
}

/** The results of a part of the evaluation (`planning`) made with other settings, in the order of their names. */
export function readOtherResults<T>(dir: string, name: string, parse: (found: Found) => T): Part<OtherResult<T>>[] {
  return namesOf(dir)
    .filter((file) => file.startsWith(`${name}@`))
    .map((file) =>
      jsonPart(dir, `evals/${file}`, (found) => ({
        name: file,
        settings: optional(found, 'settings', settingsOf).settings ?? [],
        ...optional(found, 'command', text),
        value: parse(found),
      })),
    );
}

function namesOf(dir: string): string[] {
  try {
    return readdirSync(join(dir, 'evals'))
      .filter((file) => /^[^@]+@.+\.json$/.test(file))
      .sort();
  } catch {
    return []; // The sections of the run's own results say that there is no folder.
  }
}

/** Settings as `path=value`: of a list of such, or of an object by path or nested. */
function settingsOf(found: Found): string[] {
  if (Array.isArray(found.value)) return list(found, text);
  return leaves(found.value, '').map(([path, value]) => `${path}=${value}`);
}
