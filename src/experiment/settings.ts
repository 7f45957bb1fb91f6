// `--set path=value`: replaces values of a recipe's configuration by dotted path, and refuses what the configuration does
// not have or what is not of its type.

import { JepaError, nearest } from '../core/index.ts';

/**
 * A copy of `config` with each `path=value` applied in turn. A path has names, or positions in lists, joined by dots
 * (`train.lr`, `env.sizes.0`). A value is JSON, else a string. An object value changes only the keys it names. Errors:
 * `usage` for an unknown path (with the nearest and the known keys), for a value of another type than the present one,
 * and for an argument without `=`.
 *
 * @example
 * applySettings({ train: { lr: 3e-4 } }, ['train.lr=1e-3']); // { train: { lr: 0.001 } }
 */
export function applySettings<C extends object>(config: C, settings: readonly string[]): C {
  return settings.reduce<C>((current, setting) => {
    const cut = setting.indexOf('=');
    if (cut < 1) throw new JepaError('usage', `--set must be path=value, got '${setting}'`, { setting });
    const path = setting.slice(0, cut).split('.');
    return replace(current, path, 0, setting.slice(cut + 1), config) as C;
  }, structuredClone(config));
}

/** Puts recorded values over the defaults; both must have the same keys and types. Errors as `applySettings`. */
export function applyRecord<C extends object>(defaults: C, recorded: unknown): C {
  return merge(defaults, recorded, []) as C;
}

/** Dotted paths of all values that are not objects, with the values. */
export function settingPaths(
  value: unknown,
  prefix: readonly string[] = [],
): (readonly [path: string, value: unknown])[] {
  if (!isObject(value)) return [[prefix.join('.'), value]];
  return Object.entries(value).flatMap(([key, inner]) => settingPaths(inner, [...prefix, key]));
}

/** Paths whose values differ between two configurations. */
export function differences(a: unknown, b: unknown): string[] {
  const left = new Map(settingPaths(a));
  const right = new Map(settingPaths(b));
  return [...new Set([...left.keys(), ...right.keys()])].filter(
    (path) => JSON.stringify(left.get(path)) !== JSON.stringify(right.get(path)),
  );
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function replace(value: unknown, path: readonly string[], depth: number, text: string, whole: object): unknown {
  if (depth === path.length) return merge(value, parseValue(value, text), path);
  const name = path[depth]!;
  if (Array.isArray(value) && /^\d+$/.test(name) && Number(name) < value.length) {
    return value.map((item, i) => (i === Number(name) ? replace(item, path, depth + 1, text, whole) : item));
  }
  if (!isObject(value) || !Object.hasOwn(value, name)) throw unknownPath(path, depth, value, whole);
  return { ...value, [name]: replace(value[name], path, depth + 1, text, whole) };
}

/** JSON, else the text itself; where a string is expected, only quoted JSON is parsed (`--set name=12` is '12'). */
function parseValue(present: unknown, text: string): unknown {
  if (typeof present === 'string' && !text.startsWith('"')) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function merge(present: unknown, value: unknown, path: readonly string[]): unknown {
  if (present === null) return value;
  if (isObject(present)) {
    if (!isObject(value)) throw wrongType(present, value, path);
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(present, key));
    if (unknown !== undefined) throw unknownPath([...path, unknown], path.length, present, present);
    const changed = Object.entries(value).map(([key, inner]) => [key, merge(present[key], inner, [...path, key])]);
    return { ...present, ...Object.fromEntries(changed) };
  }
  if (Array.isArray(present)) {
    if (!Array.isArray(value)) throw wrongType(present, value, path);
    return value.map((item, i) => (present.length === 0 ? item : merge(present[0], item, [...path, String(i)])));
  }
  if (typeof value !== typeof present) throw wrongType(present, value, path);
  return value;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}

function wrongType(present: unknown, value: unknown, path: readonly string[]): JepaError {
  const setting = path.join('.') || 'the configuration';
  const now = isObject(present) ? '' : ` such as ${JSON.stringify(present)}`;
  const got = `${describe(value)}: ${JSON.stringify(value)}`;
  return new JepaError('usage', `setting '${setting}' must be ${describe(present)}${now}, got ${got}`, {
    setting,
    expected: describe(present),
    got: describe(value),
  });
}

function unknownPath(path: readonly string[], depth: number, at: unknown, whole: object): JepaError {
  const setting = path.join('.');
  const under = path.slice(0, depth).join('.');
  const known = isObject(at) ? Object.keys(at) : Array.isArray(at) ? at.map((_, i) => String(i)) : [];
  const paths = settingPaths(whole).map(([p]) => p);
  const last = path[path.length - 1]!;
  const sameName = paths.find((p) => p === last || p.endsWith(`.${last}`));
  const sibling = nearest(path[depth]!, known);
  const corrected =
    sibling === undefined ? undefined : [...path.slice(0, depth), sibling, ...path.slice(depth + 1)].join('.');
  const guess = corrected !== undefined && paths.some((p) => p === corrected) ? corrected : (sameName ?? corrected);
  const hint = guess === undefined ? '' : `; did you mean '${guess}'?`;
  const place = under === '' ? 'known' : `known under '${under}'`;
  const names = known.length === 0 ? `'${under}' is a single value` : `${place}: ${known.join(', ')}`;
  return new JepaError('usage', `unknown setting '${setting}'${hint} ${names}`, { setting, known, guess });
}
