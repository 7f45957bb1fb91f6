// Every recipe's configuration: it fits its schema, comes back from run.json as it was, and no number, text or switch of it
// can be set to what it cannot be.

import { expect, test } from 'vitest';
import { fits, keysOf, mustBe, type Schema, schemaBelow } from '../src/core/index.ts';
import { configured, reconfigured } from '../src/experiment/index.ts';
import { recipes } from './index.ts';

interface Leaf {
  readonly path: readonly string[];
  readonly schema: Schema;
  readonly value: unknown;
}

/** Every single value below a value, items of lists too; an empty list is one. */
function leavesOf(schema: Schema, value: unknown, path: readonly string[] = []): Leaf[] {
  const keys = value === null ? undefined : keysOf(schema, value);
  if (keys === undefined) return [{ path, schema, value }];
  const object = value as Readonly<Record<string, unknown>>;
  return [...keys].flatMap(([name, below]) =>
    Object.hasOwn(object, name) ? leavesOf(below, object[name], [...path, name]) : [],
  );
}

/** `value` with `to` at the path. */
function withAt(value: unknown, [name, ...rest]: readonly string[], to: unknown): unknown {
  if (name === undefined) return to;
  if (Array.isArray(value)) return value.map((item, i) => (i === Number(name) ? withAt(item, rest, to) : item));
  const object = value as Readonly<Record<string, unknown>>;
  return { ...object, [name]: withAt(object[name], rest, to) };
}

/** Texts that may be anything: names of worlds, policies and files, which `check` looks up. */
const ANY_TEXT = [
  /^env\.id$/,
  /^modelName$/,
  /^collect\.policy$/,
  /^plan\.ceiling$/,
  /^plan\.planner\.cost$/,
  /^plan\.protocols\.\d+$/,
  /^plan\.also\.\d+$/,
  /^evals\.extra\.\d+$/,
  /^photograph\.\w+$/,
];

const some = (patterns: readonly RegExp[], path: string): boolean => patterns.some((p) => p.test(path));

const all = recipes.map((recipe) => [recipe.name, recipe] as const);

test.each(all)('%s has a schema, its configuration fits it, and comes back from run.json as it was', (_, recipe) => {
  expect(recipe.schema).toBeDefined();
  const config = recipe.config();
  expect(fits(recipe.schema!, config)).toBe(true);
  expect(configured(recipe, [])).toEqual(config);
  expect(reconfigured(recipe, JSON.parse(JSON.stringify(config)))).toEqual(config);
});

test.each(all)('%s: a number, text or switch is refused where it cannot be what it is set to', (_, recipe) => {
  const config = recipe.config();
  const takes = (path: readonly string[], to: unknown): boolean => fits(recipe.schema!, withAt(config, path, to));
  for (const { path, schema, value } of leavesOf(recipe.schema!, config)) {
    const name = path.join('.');
    const words = mustBe(schema, value);
    // What may be null says so; text for a number, a number for a text, anything else for a switch never fits.
    expect(takes(path, null), `${name} = null`).toBe(/ or null$/.test(words));
    const textAllowed = some(ANY_TEXT, name);
    expect(takes(path, 'x'), `${name} = "x"`).toBe(textAllowed);
    expect(takes(path, ''), `${name} = ""`).toBe(false);
    expect(takes(path, -1e9), `${name} = -1e9`).toBe(false);
    expect(takes(path, Number.NaN), `${name} = NaN`).toBe(false);
    expect(takes(path, Number.POSITIVE_INFINITY), `${name} = Infinity`).toBe(false);
    expect(takes(path, {}), `${name} = {}`).toBe(false);
    // A count stays whole; where a fraction is taken, the words do not promise a whole number.
    if (typeof value === 'number' && takes(path, value + 0.5)) expect(words, name).not.toMatch(/whole/);
  }
});

test.each(all)('%s: a misspelt name is refused', (_, recipe) => {
  const config = recipe.config();
  for (const { path } of leavesOf(recipe.schema!, config)) {
    let group: { schema: Schema; value: unknown } = { schema: recipe.schema!, value: config };
    for (const name of path.slice(0, -1)) {
      const below = (group.value as Readonly<Record<string, unknown>>)[name];
      group = { schema: schemaBelow(group.schema, group.value, name)!, value: below };
    }
    const wrong = [...path.slice(0, -1), `${path.at(-1)}x`];
    // In a group of names of one's own every name is known.
    if (schemaBelow(group.schema, group.value, wrong.at(-1)!) !== undefined) continue;
    expect(() => configured(recipe, [`${wrong.join('.')}=1`]), wrong.join('.')).toThrow(/unknown setting/);
  }
});

test('what may be any text is still there', () => {
  const paths = recipes.flatMap((r) => leavesOf(r.schema!, r.config()).map(({ path }) => path.join('.')));
  // An empty list holds nothing to set.
  const unused = ANY_TEXT.filter((pattern) => !paths.some((path) => pattern.test(path)));
  expect(unused).toEqual([/^plan\.also\.\d+$/, /^evals\.extra\.\d+$/]);
});
