// Descriptions of data that comes from outside: configurations, and files that were read. One description gives the check, the
// type, the errors and the help. They are schemas of Valibot; the builders below are the kinds of values that this library
// has, and `check` turns what Valibot finds into errors that name the setting, what it must be, and what it was.

import * as v from 'valibot';
import { JepaError, nearest } from './errors.ts';

/** Describes values of type `T`. */
export type Schema<T = unknown> = v.GenericSchema<unknown, T>;

/** The schemas of an object's keys. */
export type Entries<T extends object> = { readonly [K in keyof T]-?: Schema<T[K]> };

/** A whole number from `least` to `most`. */
export function whole(least: number = 1, most: number = Number.MAX_SAFE_INTEGER): Schema<number> {
  return v.pipe(v.number(), v.safeInteger(), v.minValue(least), v.maxValue(most)) as Schema<number>;
}

/** A finite number; `least` and `most` belong to it, `above` and `below` do not. */
export function real(
  limits: { readonly least?: number; readonly most?: number; readonly above?: number; readonly below?: number } = {},
): Schema<number> {
  const { least = -Number.MAX_VALUE, most = Number.MAX_VALUE, above = -Infinity, below = Infinity } = limits;
  return v.pipe(
    v.number(),
    v.finite(),
    v.minValue(least),
    v.maxValue(most),
    v.gtValue(above),
    v.ltValue(below),
  ) as Schema<number>;
}

/** A share, from 0 to 1. */
export function share(): Schema<number> {
  return real({ least: 0, most: 1 });
}

/** True or false. */
export function flag(): Schema<boolean> {
  return v.boolean() as Schema<boolean>;
}

/** Any text, `least` characters and more. */
export function text(least: number = 0): Schema<string> {
  return v.pipe(v.string(), v.minLength(least)) as Schema<string>;
}

/** Text of one form; `what` says which, as in 'must be a date'. */
export function textLike(form: RegExp, what: string): Schema<string> {
  return v.pipe(v.string(), v.regex(form, what)) as Schema<string>;
}

/** One of some names. */
export function oneOf<const N extends string>(names: readonly N[]): Schema<N> {
  return v.picklist(names) as unknown as Schema<N>;
}

/** A list with `least` to `most` items. */
export function listOf<T>(
  item: Schema<T>,
  least: number = 0,
  most: number = Number.MAX_SAFE_INTEGER,
): Schema<readonly T[]> {
  return v.pipe(v.array(item), v.minLength(least), v.maxLength(most)) as unknown as Schema<readonly T[]>;
}

/** Two values in a list. */
export function pairOf<T>(item: Schema<T>): Schema<readonly [T, T]> {
  return v.tuple([item, item]) as unknown as Schema<readonly [T, T]>;
}

/** An object with these keys and no others. */
export function group<T extends object>(entries: { readonly [K in keyof T]-?: Schema<unknown> }): Schema<T> {
  return v.strictObject(entries as v.ObjectEntries) as unknown as Schema<T>;
}

/** An object with these keys and perhaps others, which are kept: a file that a later version may have written. */
export function open<T extends object>(entries: { readonly [K in keyof T]-?: Schema<unknown> }): Schema<T> {
  return v.looseObject(entries as v.ObjectEntries) as unknown as Schema<T>;
}

/** A value that may be absent. */
export function optional<T>(schema: Schema<T>): Schema<T> {
  return v.exactOptional(schema) as unknown as Schema<T>;
}

/** A value or null. */
export function orNull<T>(schema: Schema<T>): Schema<T | null> {
  return v.nullable(schema) as unknown as Schema<T | null>;
}

/** Any number of values by names of one's own. */
export function byName<T>(item: Schema<T>): Schema<Readonly<Record<string, T>>> {
  return v.record(v.string(), item) as unknown as Schema<Readonly<Record<string, T>>>;
}

/** Anything. */
export function anything<T = unknown>(): Schema<T> {
  return v.unknown() as Schema<T>;
}

/**
 * A value whose description depends on what it is, such as a tagged object. `choose` may throw a `JepaError` for a tag that it
 * does not know.
 */
export function depending<T>(choose: (value: unknown) => Schema<T>): Schema<T> {
  return v.lazy((value) => choose(value)) as Schema<T>;
}

/** A schema with a sentence about it, for help. */
export function described<T>(sentence: string, schema: Schema<T>): Schema<T> {
  return v.pipe(schema, v.description(sentence)) as Schema<T>;
}

/** What Valibot's schemas hold, as far as it is read here. */
interface Shape {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
  readonly items?: readonly Schema[];
  readonly value?: Schema;
  readonly wrapped?: Schema;
  readonly options?: readonly unknown[];
  readonly getter?: (value: unknown) => Schema;
  readonly pipe?: readonly {
    readonly kind: string;
    readonly type: string;
    readonly requirement?: unknown;
    readonly message?: unknown;
  }[];
}

const shapeOf = (schema: Schema): Shape => schema as unknown as Shape;

/** The schema behind what wraps it: a description, optional, null, depending on `value`. */
function bare(schema: Schema, value: unknown): Schema {
  const { type, wrapped, getter, pipe } = shapeOf(schema);
  if (wrapped !== undefined) return bare(wrapped, value);
  if (type === 'lazy' && getter !== undefined) return bare(getter(value), value);
  const first = pipe?.[0];
  if (first !== undefined && first !== (schema as unknown) && first.kind === 'schema' && pipe!.length > 1) {
    const inner = shapeOf(first as unknown as Schema);
    if (inner.wrapped !== undefined || inner.pipe !== undefined || inner.type === 'lazy')
      return bare(first as unknown as Schema, value);
  }
  return schema;
}

/** Whether a key may be left out, or be null. */
export function allows(schema: Schema, what: 'absent' | 'null'): boolean {
  const { type, wrapped, pipe } = shapeOf(schema);
  if (what === 'absent' && type === 'exact_optional') return true;
  if (what === 'null' && (type === 'nullable' || type === 'unknown')) return true;
  if (wrapped !== undefined) return allows(wrapped, what);
  const first = pipe?.[0] as unknown as Schema | undefined;
  return first !== undefined && first !== schema && shapeOf(first).pipe !== pipe && allows(first, what);
}

/** The sentence about a schema, if it has one. */
export function describedAs(schema: Schema): string | undefined {
  return v.getDescription(schema as v.GenericSchema);
}

/** The keys below a value: those of an object or list with their schemas; undefined for a single value. */
export function keysOf(schema: Schema, value: unknown): ReadonlyMap<string, Schema> | undefined {
  const { entries, item, items, type, value: each } = shapeOf(bare(schema, value));
  if (entries !== undefined) return new Map(Object.entries(entries));
  const list = Array.isArray(value) ? value : [];
  if (type === 'array' && item !== undefined) return new Map(list.map((_, i) => [String(i), item]));
  if (items !== undefined) return new Map(items.map((s, i) => [String(i), s]));
  if (type === 'record' && each !== undefined) {
    const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    return new Map(names.map((name) => [name, each]));
  }
  return undefined;
}

/** The schema of a name below a value; in a `byName` every name has one. */
export function schemaBelow(schema: Schema, value: unknown, name: string): Schema | undefined {
  const { type, value: each } = shapeOf(bare(schema, value));
  if (type === 'record' && each !== undefined && name !== '__proto__') return each;
  return keysOf(schema, value)?.get(name);
}

/** Whether text typed for a value is taken as it is, and not as JSON. */
export function takesText(schema: Schema, value: unknown): boolean {
  const { type } = shapeOf(bare(schema, value));
  return type === 'string' || type === 'picklist';
}

/** Whether the form of a value depends on the value: `depending`, however wrapped. */
export function dependsOnValue(schema: Schema): boolean {
  const { type, wrapped, pipe } = shapeOf(schema);
  if (type === 'lazy') return true;
  if (wrapped !== undefined) return dependsOnValue(wrapped);
  const first = pipe?.[0] as unknown as Schema | undefined;
  return first !== undefined && first !== schema && shapeOf(first).pipe !== pipe && dependsOnValue(first);
}

/** Whether two values of a schema have the same form: in one that depends on the value, the same tag. */
export function sameForm(schema: Schema, a: unknown, b: unknown): boolean {
  try {
    return bare(schema, a) === bare(schema, b);
  } catch {
    return false; // a tag that is missing, or that nobody knows
  }
}

/** Whether a value is an object by names: a group, or a `byName`. */
export function isGroup(schema: Schema, value: unknown): boolean {
  const { type } = shapeOf(bare(schema, value));
  return type === 'strict_object' || type === 'record';
}

/** What a value must be, in words: 'a whole number of at least 1'. */
export function mustBe(schema: Schema, value?: unknown): string {
  const { type, options, item, items, pipe } = shapeOf(bare(schema, value));
  const limit = (name: string): number | undefined => {
    const found = pipe?.find((p) => p.type === name)?.requirement;
    return typeof found === 'number' && Number.isFinite(found) && Math.abs(found) < Number.MAX_SAFE_INTEGER
      ? found
      : undefined;
  };
  const or = allows(schema, 'null') && type !== 'unknown' ? ' or null' : '';
  if (type === 'number') {
    const base = pipe?.some((p) => p.type === 'safe_integer') ? 'a whole number' : 'a number';
    const [least, most, above, below] = ['min_value', 'max_value', 'gt_value', 'lt_value'].map(limit);
    if (least !== undefined && most !== undefined) return `${base} from ${least} to ${most}${or}`;
    const parts = [
      ...(least === undefined ? [] : [`of at least ${least}`]),
      ...(above === undefined ? [] : [`above ${above}`]),
      ...(most === undefined ? [] : [`of at most ${most}`]),
      ...(below === undefined ? [] : [`below ${below}`]),
    ];
    return [base, parts.join(' and ')].filter((p) => p !== '').join(' ') + or;
  }
  const form = pipe?.find((p) => p.type === 'regex')?.message;
  if (type === 'string' && typeof form === 'string') return `${form}${or}`;
  if (type === 'string') return `${limit('min_length') ? 'a text that is not empty' : 'a text'}${or}`;
  if (type === 'boolean') return `true or false${or}`;
  if (type === 'picklist') return `one of ${(options ?? []).join(', ')}${or}`;
  if (type === 'array') {
    const [least = 0, most] = ['min_length', 'max_length'].map(limit);
    const count = most === undefined ? `at least ${least}` : least === most ? `${least}` : `${least} to ${most}`;
    const length = least === 0 ? '' : ` with ${count} ${/\b1$/.test(count) ? 'item' : 'items'}`;
    return `a list of ${item === undefined ? 'values' : plural(mustBe(item))}${length}${or}`;
  }
  if (type === 'tuple')
    return `a list of ${items?.length ?? 0}, each ${items?.[0] === undefined ? 'a value' : mustBe(items[0])}${or}`;
  if (type === 'strict_object' || type === 'loose_object' || type === 'record') return `an object${or}`;
  return 'a value';
}

function plural(one: string): string {
  return one.startsWith('a ')
    ? one
        .slice(2)
        .replace(/^(whole number|number|text|value|list)\b/, '$1s')
        .replace('that is', 'that are')
    : one;
}

/** A value in a few characters, for a message. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}

/** The schema and the value at a path, as far as the path goes. */
function walk(schema: Schema, value: unknown, path: readonly string[]): { schema: Schema; value: unknown } {
  let at = { schema, value };
  for (const name of path) {
    const below = schemaBelow(at.schema, at.value, name);
    if (below === undefined) return at;
    const object = at.value as Readonly<Record<string, unknown>> | null | undefined;
    at = { schema: below, value: object?.[name] };
  }
  return at;
}

/** All dotted paths below a value that have a schema, for guesses. */
export function pathsBelow(schema: Schema, value: unknown, prefix: string = ''): string[] {
  const keys = keysOf(schema, value);
  if (keys === undefined) return prefix === '' ? [] : [prefix];
  const object = (value ?? {}) as Readonly<Record<string, unknown>>;
  const own = prefix === '' ? [] : [prefix];
  return [
    ...own,
    ...[...keys].flatMap(([name, below]) =>
      pathsBelow(below, object[name], prefix === '' ? name : `${prefix}.${name}`),
    ),
  ];
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
    sibling === undefined ? undefined : [...path.slice(0, depth), sibling, ...path.slice(depth + 1)].join('.');
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

/**
 * The schema that an example suggests: its keys, the types of its values; null stands for anything. For configurations that
 * come without one.
 */
export function schemaLike<T>(example: T): Schema<T> {
  const of = (value: unknown): Schema => {
    if (typeof value === 'number') return real();
    if (typeof value === 'string') return text();
    if (typeof value === 'boolean') return flag();
    if (Array.isArray(value)) {
      const kinds = new Set(value.map((item) => (item === null || typeof item === 'object' ? 'object' : typeof item)));
      return listOf(kinds.size === 1 && !kinds.has('object') ? of(value[0]) : anything());
    }
    if (typeof value === 'object' && value !== null) {
      return group(Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, of(inner)])));
    }
    return anything();
  };
  return of(example) as Schema<T>;
}
