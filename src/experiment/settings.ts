// `--set path=value`: replaces values of a configuration by dotted path, and refuses what its schema does not have or allow,
// before anything is collected or written.

import {
  allows,
  check,
  dependsOnValue,
  fits,
  isGroup,
  JepaError,
  type Schema,
  sameForm,
  schemaBelow,
  takesText,
  unknownKey,
  unknownName,
} from '../core/index.ts';

/** A configuration: plain data, described by a schema. */
export interface Configuration<C extends object> {
  readonly schema: Schema<C>;
  readonly value: C;
}

/**
 * Values of a setting that stand for more than themselves: `model=pldm` replaces the model and how it is trained. By path, then
 * by value: the parts of the configuration that take its place.
 */
export type Presets<C extends object> = Readonly<Record<string, Readonly<Record<string, () => Partial<C>>>>>;

/**
 * Settings that take others with them: given the configuration before and after what was set, the one before with what follows
 * from it, on which settings are then applied (again), so that they have the last word.
 */
export type Follow<C extends object> = (before: C, after: C) => C;

/**
 * The configuration with each `path=value` applied. A path has names, or positions in lists, joined by dots (`train.steps`,
 * `env.sizes.0`). A value is JSON, else text. An object changes only the keys that it names; null takes away what may be absent.
 * Presets come first, whatever their place, so that the others change what they chose; then what follows from settings (`follow`).
 *
 * @throws JepaError `usage` for an unknown path (with the nearest, and the group in which it was looked for), a value that the
 * schema does not allow, an unknown preset, and an argument without `=`
 * @example
 * applySettings({ schema: schemaLike({ train: { lr: 3e-4 } }), value: { train: { lr: 3e-4 } } }, ['train.lr=1e-3']); // { train: { lr: 0.001 } }
 */
export function applySettings<C extends object>(
  { schema, value }: Configuration<C>,
  settings: readonly string[],
  presets: Presets<C> = {},
  follow?: Follow<C>,
): C {
  const parsed = settings.map((setting) => {
    const cut = setting.indexOf('=');
    if (cut < 1) throw new JepaError('usage', `--set must be path=value, got '${setting}'`, { setting });
    return { path: setting.slice(0, cut), text: setting.slice(cut + 1) };
  });
  const isPreset = ({ path, text }: { readonly path: string; readonly text: string }): boolean =>
    Object.hasOwn(presets, path) && !/^\s*[{[]/.test(text);
  let current: C = structuredClone(value);
  for (const { path, text } of parsed.filter(isPreset)) {
    const known = presets[path]!;
    if (!Object.hasOwn(known, text)) throw unknownName(path, text, Object.keys(known));
    current = { ...current, ...known[text]!() };
  }
  const applied = (base: C): C => {
    let value = base;
    for (const setting of parsed) {
      if (isPreset(setting)) continue;
      const root = { schema: schema as Schema, value };
      value = replace(root, root.schema, value, setting.path.split('.'), 0, setting.text) as C;
    }
    return value;
  };
  const after = applied(current);
  const followed = follow?.(current, after) ?? current;
  return check(schema, followed === current ? after : applied(followed));
}

/**
 * Recorded values laid over a configuration: what was recorded replaces what is there, group by group; what it does not name
 * stays. The result is not checked.
 *
 * @throws JepaError `usage` for a recorded name that the schema does not have
 */
export function applyRecord<C extends object>({ schema, value }: Configuration<C>, recorded: unknown): unknown {
  return merged({ schema, value }, schema, value, recorded, [], true);
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

/** `value` with the text at the path in its place. */
function replace(
  root: { readonly schema: Schema; readonly value: unknown },
  schema: Schema,
  value: unknown,
  path: readonly string[],
  depth: number,
  text: string,
): unknown {
  if (depth === path.length) return merged(root, schema, value, parseValue(schema, value, text), path);
  const name = path[depth]!;
  const below = schemaBelow(schema, value, name);
  if (below === undefined || (isObject(value) && name in {} && !Object.hasOwn(value, name))) {
    throw unknownKey('setting', root, path, depth);
  }
  if (Array.isArray(value)) {
    return value.map((item, i) => (i === Number(name) ? replace(root, below, item, path, depth + 1, text) : item));
  }
  const object: JsonObject = isObject(value) ? value : {};
  const inner = replace(root, below, object[name], path, depth + 1, text);
  if (inner === null && !allows(below, 'null') && allows(below, 'absent')) {
    return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
  }
  return { ...object, [name]: inner };
}

/** JSON, else the text itself; where a text is expected, only quoted JSON is parsed (`--set name=12` is '12'). */
function parseValue(schema: Schema, value: unknown, text: string): unknown {
  if (
    takesText(schema, value) &&
    !text.startsWith('"') &&
    !(text === 'null' && (allows(schema, 'null') || allows(schema, 'absent')))
  )
    return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * An object laid over a group changes only the keys it names; anything else takes its place, and so does an object of another
 * form where the form depends on the value. What was recorded is whole: where the form depends on the value it takes its place,
 * and what may be absent is absent where it was.
 */
function merged(
  root: { readonly schema: Schema; readonly value: unknown },
  schema: Schema,
  present: unknown,
  given: unknown,
  path: readonly string[],
  recorded: boolean = false,
): unknown {
  if (!isObject(present) || !isObject(given) || !isGroup(schema, present)) return given;
  if (dependsOnValue(schema)) {
    const whole = { ...present, ...given };
    const other = !sameForm(schema, present, given) && fits(schema, given);
    if (recorded || other || !sameForm(schema, present, whole)) return given;
  }
  const changed = Object.entries(given).map(([key, inner]): [string, unknown] => {
    const below = schemaBelow(schema, present, key);
    if (below === undefined) throw unknownKey('setting', root, [...path, key], path.length);
    return [key, merged(root, below, present[key], inner, [...path, key], recorded)];
  });
  const kept = Object.entries(present).filter(([key]) => {
    const below = schemaBelow(schema, present, key);
    return !recorded || Object.hasOwn(given, key) || below === undefined || !allows(below, 'absent');
  });
  return { ...Object.fromEntries(kept), ...Object.fromEntries(changed) };
}
