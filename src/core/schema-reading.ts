// What a schema says about itself: its keys, its form, its limits in words.

import * as v from 'valibot';
import type { Schema } from './schema.ts';

/** What Valibot's schemas hold, as far as it is read here. */
export interface Shape {
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

/** A schema as what it holds. */
export const shapeOf: (schema: Schema) => Shape = (schema) => schema as unknown as Shape;

/** The schema behind what wraps it: a description, optional, null, depending on `value`. */
export function bare(schema: Schema, value: unknown): Schema {
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
export function walk(schema: Schema, value: unknown, path: readonly string[]): { schema: Schema; value: unknown } {
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
