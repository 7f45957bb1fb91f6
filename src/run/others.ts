// Results of an evaluation that were made with other settings than those of the run: evals/<name>@<digest>.json.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Schema } from '../core/index.ts';
import { readText } from '../data/node.ts';
import { originated } from './files.ts';
import { type Part, parseFile, part } from './parse.ts';
import type { ResultOrigin } from './schema.ts';

/** A result made with other settings, and in what they differ. */
export interface OtherResult<T> {
  readonly origin: ResultOrigin;
  readonly value: T;
}

/** The results `evals/<name>@<digest>.json`, such as those of `planning`, in the order of their names. */
export function readOtherResults<T>(dir: string, name: string, schema: Schema<T>): Part<OtherResult<T>>[] {
  return namesOf(dir)
    .filter((file) => file.startsWith(`${name}@`) && file.endsWith('.json'))
    .sort()
    .map((file) => {
      const path = `evals/${file}`;
      return part(path, () => {
        const text = readText(join(dir, path));
        return { origin: parseFile(originated, text, path).origin, value: parseFile(schema, text, path) };
      });
    });
}

function namesOf(dir: string): string[] {
  try {
    return readdirSync(join(dir, 'evals'));
  } catch {
    return []; // Whoever reads the run's own results is told that there is no folder.
  }
}
