import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check, fits } from './check.ts';
import {
  anything,
  byName,
  depending,
  described,
  flag,
  group,
  listOf,
  oneOf,
  optional,
  orNull,
  pairOf,
  real,
  type Schema,
  schemaLike,
  share,
  text,
  whole,
} from './schema.ts';
import { mustBe } from './schema-reading.ts';

interface Inner {
  readonly steps: number;
  readonly rate: number;
  readonly mode?: 'fast' | 'slow';
}
const inner: Schema<Inner> = group<Inner>({
  steps: whole(),
  rate: real({ above: 0 }),
  mode: optional(oneOf(['fast', 'slow'])),
});
const outer = group<{
  readonly train: Inner;
  readonly list: readonly number[];
  readonly by: Readonly<Record<string, Inner>>;
}>({
  train: inner,
  list: listOf(real()),
  by: byName(inner),
});
const fine = { train: { steps: 3, rate: 0.5 }, list: [1, 2], by: { a: { steps: 1, rate: 1 } } };

test('what fits comes back as it was', () => {
  expect(check(outer, fine)).toEqual(fine);
  expect(fits(outer, fine)).toBe(true);
});

test.each([
  [{ ...fine, train: { steps: -4, rate: 1 } }, "setting 'train.steps' must be a whole number of at least 1, got -4"],
  [{ ...fine, train: { steps: 1.5, rate: 1 } }, "setting 'train.steps' must be a whole number of at least 1, got 1.5"],
  [{ ...fine, train: { steps: 1, rate: 0 } }, "setting 'train.rate' must be a number above 0, got 0"],
  [{ ...fine, train: { steps: 1, rate: Number.NaN } }, "setting 'train.rate' must be a number above 0, got NaN"],
  [{ ...fine, train: { steps: 1, rate: 'x' } }, `setting 'train.rate' must be a number above 0, got "x"`],
  [
    { ...fine, train: { steps: 1, rate: 1, mode: 'fsat' } },
    `setting 'train.mode' must be one of fast, slow, got "fsat"`,
  ],
  [{ ...fine, train: { rate: 1 } }, "setting 'train.steps' must be a whole number of at least 1, got nothing"],
  [{ ...fine, list: 3 }, "setting 'list' must be a list of numbers, got 3"],
  [{ ...fine, list: [1, 'a'] }, `setting 'list.1' must be a number, got "a"`],
  [{ ...fine, by: { a: { steps: 0, rate: 1 } } }, "setting 'by.a.steps' must be a whole number of at least 1, got 0"],
  [5, 'the configuration must be an object, got 5'],
])('%j is refused with the path, what must be, and what was got', (value, message) => {
  expect(() => check(outer, value)).toThrow(message);
});

test('an unknown name comes with the nearest one and the group in which it was looked for', () => {
  expect(() => check(outer, { ...fine, train: { ...fine.train, stpes: 1 } })).toThrow(
    /unknown setting 'train.stpes'; did you mean 'train.steps'\? known under 'train': steps, rate, mode/,
  );
});

test('the name of the parts, the place and the code are those of the caller', () => {
  try {
    check(outer, { ...fine, list: 3 }, { what: 'field', where: 'run.json: ', code: 'corrupt' });
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({
      code: 'corrupt',
      message: "run.json: field 'list' must be a list of numbers, got 3",
    });
  }
});

test('a schema that depends on the value is that of its tag', () => {
  const tagged = depending<object>((value) =>
    (value as { readonly kind?: unknown })?.kind === 'a'
      ? group<object>({ kind: oneOf(['a']), n: whole() } as never)
      : group<object>({ kind: oneOf(['a', 'b']) } as never),
  );
  expect(check(tagged, { kind: 'a', n: 1 })).toEqual({ kind: 'a', n: 1 });
  expect(() => check(tagged, { kind: 'a', n: 0 })).toThrow(/'n' must be a whole number of at least 1, got 0/);
  expect(() => check(tagged, { kind: 'c' })).toThrow(/'kind' must be one of a, b, got "c"/);
});

test('values are described in words', () => {
  expect(
    [whole(0), whole(2, 5), share(), real(), real({ above: 0, most: 2 }), flag(), text(1)].map((s) => mustBe(s)),
  ).toEqual([
    'a whole number of at least 0',
    'a whole number from 2 to 5',
    'a number from 0 to 1',
    'a number',
    'a number above 0 and of at most 2',
    'true or false',
    'a text that is not empty',
  ]);
  expect([described('how many', whole()), described('which', listOf(text(1), 1))].map((s) => mustBe(s))).toEqual([
    'a whole number of at least 1',
    'a list of texts that are not empty with at least 1 item',
  ]);
  expect([listOf(flag(), 2, 3), listOf(real(), 3, 3)].map((s) => mustBe(s))).toEqual([
    'a list of true or false with 2 to 3 items',
    'a list of numbers with 3 items',
  ]);
  expect([orNull(whole()), listOf(text(), 1), pairOf(real())].map((s) => mustBe(s))).toEqual([
    'a whole number of at least 1 or null',
    'a list of texts with at least 1 item',
    'a list of 2, each a number',
  ]);
});

test('an example suggests a schema that it fits, and that refuses other types', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(fits(schemaLike(value), value)).toBe(true);
    }),
  );
  expect(() => check(schemaLike({ a: 1, list: [{ x: 1 }, { y: 2 }] }), { a: 'b', list: [] })).toThrow(
    /'a' must be a number/,
  );
  expect(check(schemaLike({ a: null as unknown }), { a: 'b' })).toEqual({ a: 'b' });
  expect(fits(anything(), { any: 'thing' })).toBe(true);
});
