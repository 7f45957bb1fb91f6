import { expect, test } from 'vitest';
import { described, group, listOf, oneOf, optional, orNull, pairOf, real, type Schema, whole } from '../core/index.ts';
import { settingGroups, settingGroupsText } from './setting-groups.ts';

interface Example {
  readonly train: { readonly steps: number; readonly rates: readonly number[]; readonly clip: number | null };
  readonly views: readonly { readonly size: number; readonly flip?: number }[];
  readonly also: readonly { readonly name: string }[];
  readonly seeds: number;
}

const schema: Schema<Example> = group<Example>({
  train: described(
    'how it is trained',
    group<Example['train']>({
      steps: whole(),
      rates: pairOf(real({ above: 0 })) as Schema<readonly number[]>,
      clip: orNull(real()),
    }),
  ),
  views: listOf(group<Example['views'][number]>({ size: whole(8, 64), flip: optional(real()) }), 1),
  also: listOf(group<Example['also'][number]>({ name: oneOf(['a']) })),
  seeds: described('how many', whole(1, 9)),
});
const value: Example = {
  train: { steps: 7, rates: [1, 2], clip: null },
  views: [{ size: 8 }, { size: 16, flip: 1 }],
  also: [],
  seeds: 3,
};

test('settings stand in the groups of the schema, with value and what they must be', () => {
  const groups = settingGroups(schema, value);
  expect(groups.map(({ name, about }) => [name, about])).toEqual([
    ['train', 'how it is trained'],
    ['views', undefined],
    ['also', undefined],
    ['seeds', 'how many'],
  ]);
  expect(groups[0]!.settings).toEqual([
    { path: 'train.steps', value: 7, mustBe: 'a whole number of at least 1' },
    { path: 'train.rates', value: [1, 2], mustBe: 'a list of 2, each a number above 0' },
    { path: 'train.clip', value: null, mustBe: 'a number or null' },
  ]);
});

test('objects in a list are taken apart, a list without any is one setting, and what may be absent is named', () => {
  const [, views, also, seeds] = settingGroups(schema, value);
  expect(views!.settings.map((s) => [s.path, 'value' in s ? s.value : 'absent'])).toEqual([
    ['views.0.size', 8],
    ['views.0.flip', 'absent'],
    ['views.1.size', 16],
    ['views.1.flip', 1],
  ]);
  expect(also!.settings.map((s) => s.path)).toEqual(['also']);
  expect(seeds!.settings).toEqual([{ path: 'seeds', value: 3, mustBe: 'a whole number from 1 to 9' }]);
});

test('the text has a table for each group, and words that are long only once', () => {
  expect(settingGroupsText(settingGroups(schema, value))).toContain(
    [
      'train: how it is trained',
      '  train.steps  7      a whole number of at least 1',
      '  train.rates  [1,2]  a list of 2, each a number above 0',
      '  train.clip   null   a number or null',
      '',
      'views',
      '  views.0.size  8   a whole number from 8 to 64',
      '  views.1.size  16  a whole number from 8 to 64',
      '  views.1.flip  1   a number',
      '  not set: views.0.flip',
    ].join('\n'),
  );
  const names = Array.from({ length: 30 }, (_, i) => `name-${i}`);
  const two = group<{ readonly a: string; readonly b: string }>({ a: oneOf(names), b: oneOf(names) });
  expect(settingGroupsText(settingGroups(two, { a: 'name-1', b: 'name-2' }))).toMatch(
    /name-29\n\nb\n {2}b {2}"name-2" {2}as a$/,
  );
});
