// Small parsers from `unknown` to the types of schema.ts. Each error names the file and the field, what must be there
// and what was found.

import { JepaError } from '../core/index.ts';

/** A JSON value together with where it was found, for error messages. */
export interface Found {
  readonly value: unknown;
  readonly where: string;
}

/** A JSON object being read. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Says what a JSON value is in one or two words. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  return Array.isArray(value) ? 'an array' : typeof value;
}

function refuse(found: Found, expected: string): never {
  throw new JepaError('data', `${found.where} must be ${expected}, got ${kindOf(found.value)}`, { where: found.where });
}

/** The field `name` of an object. */
export function field(found: Found, name: string): Found {
  return { value: object(found)[name], where: `${found.where}: ${name}`.replace(/: (.*): /, ': $1.') };
}

/** A JSON object. */
function object(found: Found): JsonObject {
  if (typeof found.value !== 'object' || found.value === null || Array.isArray(found.value)) refuse(found, 'an object');
  return found.value as JsonObject;
}

/** A number; null stands for one that is not finite. */
export function number(found: Found): number {
  if (found.value === null) return Number.NaN;
  return typeof found.value === 'number' ? found.value : refuse(found, 'a number');
}

/** A string. */
export function text(found: Found): string {
  return typeof found.value === 'string' ? found.value : refuse(found, 'a string');
}

/** True or false. */
export function flag(found: Found): boolean {
  return typeof found.value === 'boolean' ? found.value : refuse(found, 'true or false');
}

/** An array, each element read by `item`. */
export function list<T>(found: Found, item: (element: Found) => T): T[] {
  if (!Array.isArray(found.value)) refuse(found, 'an array');
  return (found.value as unknown[]).map((value, i) => item({ value, where: `${found.where}[${i}]` }));
}

/** An object whose values are all read by `item`. */
export function record<T>(found: Found, item: (element: Found) => T): Record<string, T> {
  const source = object(found);
  return Object.fromEntries(Object.keys(source).map((key) => [key, item(field(found, key))]));
}

/** `{ [name]: value }` when the field is there, else `{}`: for spreading into a record of optional fields. */
export function optional<K extends string, T>(
  found: Found,
  name: K,
  item: (element: Found) => T,
): { readonly [key in K]?: T } {
  const inner = field(found, name);
  if (inner.value === undefined) return {};
  return { [name]: item(inner) } as { [key in K]: T };
}
