// Values held against their schemas. What Valibot finds becomes an error that names the setting, what it must be, and what it was.

import * as v from 'valibot';
import { JepaError, nearest } from './errors.ts';
import type { Schema } from './schema.ts';
import { bare, keysOf, mustBe, pathsBelow, shapeOf, shown, walk } from './schema-reading.ts';

/** `path` and as many of the names behind it as there are. */
function reachable(
  root: { readonly schema: Schema; readonly value: unknown },
  path: readonly string[],
  behind: readonly string[],
): string {
  const [next, ...rest] = behind;
  const at = walk(root.schema, root.value, path);
  const there = next !== undefined && (keysOf(at.schema, at.value)?.has(next) ?? false);
  return there ? reachable(root, [...path, next], rest) : path.join('.');
}

/** The error for a name that a group does not have: the nearest setting, and the group in which it was looked for. */
export function unknownKey(
  what: string,
  root: { readonly schema: Schema; readonly value: unknown },
  path: readonly string[],
  depth: number,
): JepaError {
  const at = walk(root.schema, root.value, path.slice(0, depth));
  const known = [...(keysOf(at.schema, at.value)?.keys() ?? [])];
  const name = path.join('.');
  const under = path.slice(0, depth).join('.');
  const all = pathsBelow(root.schema, root.value);
  const last = path.at(-1)!;
  const sameName = all.find((p) => p === last || p.endsWith(`.${last}`));
  const sibling = nearest(path[depth]!, known);
  const corrected =
    sibling === undefined ? undefined : reachable(root, [...path.slice(0, depth), sibling], path.slice(depth + 1));
  const guess = corrected !== undefined && all.includes(corrected) ? corrected : (sameName ?? corrected);
  const hint = guess === undefined ? '' : `; did you mean '${guess}'?`;
  const place = under === '' ? 'known' : `known under '${under}'`;
  const names = known.length === 0 ? `'${under}' is a single value` : `${place}: ${known.join(', ')}`;
  return new JepaError('usage', `unknown ${what} '${name}'${hint} ${names}`, { [what]: name, known, guess });
}

/** How a value is named in errors. */
export interface CheckOptions {
  /** What its parts are: `setting`, `field`. @default 'setting' */
  readonly what?: string;
  /** Where it stands, put before the name of the part: `runs/a/run.json: `. */
  readonly where?: string;
  /** @default 'usage' */
  readonly code?: 'usage' | 'data' | 'corrupt' | 'checkpoint';
}

/**
 * The value as its schema describes it.
 *
 * @throws JepaError `usage`, or the code given, when the value is not so described: a name that is not known with the nearest
 * one and the names of its group, a name that is missing, a value that is not what it must be
 * @example
 * const train = group<{ steps: number }>({ steps: whole() });
 * check(train, { steps: -4 }); // setting 'steps' must be a whole number of at least 1, got -4
 */
export function check<T>(schema: Schema<T>, value: unknown, options: CheckOptions = {}): T {
  const { what = 'setting', where = '', code = 'usage' } = options;
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  const path = (issue.path ?? []).map((p: { readonly key: unknown }) => String(p.key));
  const root = { schema: schema as Schema, value };
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const error = unknownKey(what, root, path, path.length - 1);
    throw new JepaError(code, where + error.message, error.details);
  }
  const at = walk(root.schema, value, path);
  const name = path.join('.');
  const subject = name === '' ? `the ${what === 'setting' ? 'configuration' : 'value'}` : `${what} '${name}'`;
  const missing = issue.type === 'strict_object' && issue.received === 'undefined';
  const got = missing ? 'nothing' : shown(issue.input);
  const names = shapeOf(bare(at.schema, at.value)).options;
  const guess =
    typeof issue.input === 'string' && names !== undefined ? nearest(issue.input, names.map(String)) : undefined;
  const hint = guess === undefined ? '' : `; did you mean '${guess}'?`;
  throw new JepaError(code, `${where}${subject} must be ${mustBe(at.schema, at.value)}, got ${got}${hint}`, {
    [what]: name,
    expected: mustBe(at.schema, at.value),
    got: issue.input,
  });
}

/** Whether a value is as a schema describes it. */
export function fits<T>(schema: Schema<T>, value: unknown): value is T {
  try {
    return v.safeParse(schema, value).success;
  } catch (error) {
    if (error instanceof JepaError) return false; // of a schema that depends on the value: a tag that it does not know
    throw error;
  }
}
