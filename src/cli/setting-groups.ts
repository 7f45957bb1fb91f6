// The settings of a recipe as its schema has them: by group, each with its value and what it must be.

import { allows, describedAs, isGroup, keysOf, mustBe, type Schema, shown } from '../core/index.ts';

/** One setting. */
export interface Setting {
  readonly path: string;
  /** Absent where the configuration has none, which is allowed. */
  readonly value?: unknown;
  /** In words: 'a whole number of at least 1'. */
  readonly mustBe: string;
}

/** A part of the configuration. */
export interface SettingGroup {
  readonly name: string;
  /** What its schema says about it. */
  readonly about?: string;
  readonly settings: readonly Setting[];
}

/** The parts of a configuration in the order of its schema. Lists of single values are one setting, objects in lists are many. */
export function settingGroups<C extends object>(schema: Schema<C>, config: C): SettingGroup[] {
  return childrenOf(schema, config).map(([name, below, value]) => {
    const about = describedAs(below);
    return { name, ...(about === undefined ? {} : { about }), settings: settingsOf(below, value, name) };
  });
}

/**
 * The groups as text: the sentence about each, a table of its settings, and the names of those that are not set. Long words
 * about what must be are written out once.
 */
export function settingGroupsText(groups: readonly SettingGroup[]): string {
  const said = new Map<string, string>();
  const words = ({ path, mustBe }: Setting): string => {
    const before = said.get(mustBe);
    if (before !== undefined) return `as ${before}`;
    if (mustBe.length > LONG) said.set(mustBe, path);
    return mustBe;
  };
  const text = groups.map(({ name, about, settings }) => {
    const rows = settings.filter((s) => 'value' in s).map((s) => [s.path, shown(s.value), words(s)] as const);
    const open = settings.filter((s) => !('value' in s)).map((s) => s.path);
    const width = (column: 0 | 1): number => Math.max(0, ...rows.map((row) => Math.min(row[column].length, WIDEST)));
    const [paths, values] = [width(0), width(1)];
    const lines = rows.map(([path, value, must]) => `  ${path.padEnd(paths)}  ${value.padEnd(values)}  ${must}`);
    const rest = open.length === 0 ? [] : [`  not set: ${open.join(', ')}`];
    return [about === undefined ? name : `${name}: ${about}`, ...lines, ...rest].join('\n');
  });
  return text.join('\n\n');
}

/** What must be is repeated unless it is longer than this. */
const LONG = 60;
/** A longer path or value does not widen the column of the others. */
const WIDEST = 44;

function childrenOf(schema: Schema, value: unknown): readonly (readonly [string, Schema, unknown])[] {
  const object = (value ?? {}) as Readonly<Record<string, unknown>>;
  return [...(keysOf(schema, value) ?? [])].map(([name, below]) => [name, below, object[name]]);
}

function settingsOf(schema: Schema, value: unknown, path: string): Setting[] {
  if (value === undefined && allows(schema, 'absent')) return [{ path, mustBe: mustBe(schema) }];
  const below = value === null ? [] : childrenOf(schema, value);
  const inside = isGroup(schema, value) || below.some(([, item, one]) => isGroup(item, one));
  if (!inside || below.length === 0) return [{ path, value, mustBe: mustBe(schema, value) }];
  return below.flatMap(([name, item, one]) => settingsOf(item, one, `${path}.${name}`));
}
