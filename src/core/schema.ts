// Descriptions of data that comes from outside: configurations, and files that were read. One description gives the check, the
// type, the errors and the help. They are schemas of Valibot; the builders below are the kinds of values that this library
// has.

import * as v from 'valibot';
import { unknownName } from './errors.ts';

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

/** A value that says its kind: the schema is that of the kind, with the kind in it; `what` names such values in errors. */
export function tagged<T extends { readonly kind: string }>(
  what: string,
  kinds: { readonly [K in T['kind']]: Readonly<Record<string, Schema>> },
): Schema<T> {
  const schemas = new Map(
    Object.entries<Readonly<Record<string, Schema>>>(kinds).map(([kind, settings]) => [
      kind,
      group<object>({ kind: oneOf([kind]), ...settings }) as Schema<T>,
    ]),
  );
  return depending<T>((value) => {
    const kind = typeof value === 'object' && value !== null && 'kind' in value ? String(value.kind) : '';
    const schema = schemas.get(kind);
    if (schema === undefined) throw unknownName(what, kind, [...schemas.keys()]);
    return schema;
  });
}
