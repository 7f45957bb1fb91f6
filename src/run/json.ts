// JSON that loses nothing: typed arrays become lists, and what JSON would silently turn into null is refused.

import { JepaError } from '../core/index.ts';

/**
 * `value` as JSON text; typed arrays are written as lists of numbers.
 *
 * Errors: `usage` for a number that is not finite, naming its key.
 */
export function exactJson(what: string, value: unknown, indent?: number): string {
  const replace = (name: string, item: unknown): unknown => {
    if (typeof item === 'number' && !Number.isFinite(item)) {
      throw new JepaError('usage', `${what}: '${name}' must be a finite number, got ${item}; JSON has no word for it`);
    }
    if (item instanceof Float32Array || item instanceof Float64Array) return Array.from(item);
    return item;
  };
  return JSON.stringify(value, replace, indent) ?? 'null';
}

/** Whether a parsed JSON value is an object, not a list and not null. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
