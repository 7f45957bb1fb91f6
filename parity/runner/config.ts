// Typed access to a case's configuration, with errors that name the path.

import { JepaError } from '../../src/core/index.ts';
import type { JsonObject, JsonValue } from './case.ts';

/** The value at a dotted path of `config`; throws `corrupt` when there is none. */
function configAt(config: JsonObject, path: string): JsonValue {
  let value: JsonValue = config;
  for (const part of path.split('.')) {
    const next: JsonValue | undefined =
      typeof value === 'object' && value !== null ? (value as JsonObject)[part] : undefined;
    if (next === undefined) throw new JepaError('corrupt', `case.json: config.${path} is missing`, { path });
    value = next;
  }
  return value;
}

/** The number at a dotted path. */
export function numberOf(config: JsonObject, path: string): number {
  const value = configAt(config, path);
  if (typeof value === 'number') return value;
  throw new JepaError('corrupt', `case.json: config.${path} must be a number, got ${JSON.stringify(value)}`, { path });
}

/** The truth value at a dotted path. */
export function booleanOf(config: JsonObject, path: string): boolean {
  const value = configAt(config, path);
  if (typeof value === 'boolean') return value;
  throw new JepaError('corrupt', `case.json: config.${path} must be true or false, got ${JSON.stringify(value)}`, {
    path,
  });
}

/** The list of numbers at a dotted path. */
export function numbersOf(config: JsonObject, path: string): readonly number[] {
  const value = configAt(config, path);
  if (Array.isArray(value) && value.every((v) => typeof v === 'number')) return value as readonly number[];
  throw new JepaError('corrupt', `case.json: config.${path} must be a list of numbers, got ${JSON.stringify(value)}`);
}

/** The object at a dotted path. */
export function objectOf(config: JsonObject, path: string): JsonObject {
  const value = configAt(config, path);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new JepaError('corrupt', `case.json: config.${path} must be an object, got ${JSON.stringify(value)}`, { path });
}

/** The text at a dotted path. */
function stringOf(config: JsonObject, path: string): string {
  const value = configAt(config, path);
  if (typeof value === 'string') return value;
  throw new JepaError('corrupt', `case.json: config.${path} must be a text, got ${JSON.stringify(value)}`, { path });
}

/** Widths of layers written as '20-20-14'. */
export function widthsOf(config: JsonObject, path: string): readonly number[] {
  const widths = stringOf(config, path).split('-').map(Number);
  if (widths.every((w) => Number.isInteger(w) && w > 0)) return widths;
  throw new JepaError('corrupt', `case.json: config.${path} must be widths such as '20-20-14'`, { path });
}
