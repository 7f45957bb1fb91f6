import { expect, test } from 'vitest';
import { depending, group, listOf, oneOf, optional, orNull, real, schemaLike, text, whole } from '../core/index.ts';
import { applySettings as apply, applyRecord, differences, type Presets, settingPaths } from './settings.ts';

const applySettings = <C extends object>(value: C, set: readonly string[]): C =>
  apply({ schema: schemaLike(value), value }, set);

const config = () => ({
  env: { name: 'two-room', size: 64, sizes: [64, 224] },
  train: { lr: 3e-4, warm: true, data: null as unknown, batch: { size: 128 } },
});

test('a dotted path replaces one value and leaves the given configuration alone', () => {
  const before = config();
  const after = applySettings(before, ['train.lr=1e-3', 'train.warm=false', 'env.sizes.1=96', 'env.sizes=[1,2,3]']);
  expect(after).toEqual({
    ...config(),
    env: { ...config().env, sizes: [1, 2, 3] },
    train: { ...config().train, lr: 1e-3, warm: false },
  });
  expect(before).toEqual(config());
});

test('text is taken as it is where a string is expected, and an equals sign may stand in it', () => {
  expect(applySettings(config(), ['env.name=12']).env.name).toBe('12');
  expect(applySettings(config(), ['env.name="a b"']).env.name).toBe('a b');
  expect(applySettings(config(), ['env.name=a=b']).env.name).toBe('a=b');
});

test('an object changes only the keys it names', () => {
  expect(applySettings(config(), ['train={"batch":{"size":7}}']).train).toEqual({
    ...config().train,
    batch: { size: 7 },
  });
});

test('null accepts anything', () => {
  expect(applySettings(config(), ['train.data=some/folder']).train.data).toBe('some/folder');
});

test('an unknown path names the nearest one and the known keys', () => {
  expect(() => applySettings(config(), ['train.lrr=1'])).toThrow(
    /'train.lrr'; did you mean 'train.lr'\? known under 'train': lr, warm/,
  );
  expect(() => applySettings(config(), ['lr=1'])).toThrow(/did you mean 'train.lr'\? known: env, train/);
  expect(() => applySettings(config(), ['trian.batch.size=1'])).toThrow(/did you mean 'train.batch.size'/);
  expect(() => applySettings(config(), ['trian.nothing.size=1'])).toThrow(/did you mean 'train'\?/);
  expect(() => applySettings(config(), ['train.lr.x=1'])).toThrow(/'train.lr' is a single value/);
  expect(() => applySettings(config(), ['env.sizes.2=1'])).toThrow(/unknown setting 'env.sizes.2'/);
  expect(() => applySettings(config(), ['train={"rl":1}'])).toThrow(/unknown setting 'train.rl'/);
});

test('keys that every object inherits are unknown', () => {
  expect(() => applySettings(config(), ['constructor.name=x'])).toThrow(/unknown setting/);
  expect(() => applySettings(config(), ['__proto__.x=1'])).toThrow(/unknown setting/);
});

test('a value of another type is refused with what was expected and got', () => {
  expect(() => applySettings(config(), ['train.lr=fast'])).toThrow(/'train.lr' must be a number, got "fast"/);
  expect(() => applySettings(config(), ['train.warm=1'])).toThrow(/must be true or false, got 1/);
  expect(() => applySettings(config(), ['train=1'])).toThrow(/must be an object, got 1/);
  expect(() => applySettings(config(), ['env.sizes=["a"]'])).toThrow(/'env.sizes.0' must be a number/);
  expect(() => applySettings(config(), ['train.lr=null'])).toThrow(/must be a number, got null/);
});

test('a setting without a value is refused', () => {
  expect(() => applySettings(config(), ['train.lr'])).toThrow(/must be path=value, got 'train.lr'/);
});

test('a recorded configuration is laid over the defaults, and differences are named by path', () => {
  const recorded = { train: { lr: 1 } };
  const described = { schema: schemaLike(config()), value: config() };
  expect(applyRecord(described, recorded)).toEqual(applySettings(config(), ['train.lr=1']));
  expect(differences(config(), applyRecord(described, recorded))).toEqual(['train.lr']);
  expect(() => applyRecord(described, { gone: 1 })).toThrow(/unknown setting 'gone'/);
  expect(settingPaths({ a: { b: [1] }, c: null })).toEqual([
    ['a.b', [1]],
    ['c', null],
  ]);
});

const plain = group<{ readonly kind: 'a'; readonly n: number }>({ kind: oneOf(['a']), n: whole() });
const wide = group<{ readonly kind: 'b'; readonly widths: readonly number[]; readonly note?: string }>({
  kind: oneOf(['b']),
  widths: listOf(whole(), 1),
  note: optional(text()),
});
type Model = { readonly kind: 'a'; readonly n: number } | { readonly kind: 'b'; readonly widths: readonly number[] };
interface Tagged {
  readonly model: Model;
  readonly rate: number;
  readonly limit: number | null;
}
const schema = group<Tagged>({
  model: depending<Model>((value) => ((value as Model | undefined)?.kind === 'b' ? wide : plain)),
  rate: real({ above: 0 }),
  limit: orNull(real()),
});
const value: Tagged = { model: { kind: 'a', n: 3 }, rate: 1, limit: null };
const presets: Presets<Tagged> = {
  model: {
    a: () => ({ model: { kind: 'a', n: 3 }, rate: 1 }),
    b: () => ({ model: { kind: 'b', widths: [8] }, rate: 2 }),
  },
};

test('a preset replaces a tagged part whole, and what goes with it, wherever it stands among the settings', () => {
  const set = ['model.widths=[4,4]', 'rate=3', 'model=b'];
  expect(apply({ schema, value }, set, presets)).toEqual({
    model: { kind: 'b', widths: [4, 4] },
    rate: 3,
    limit: null,
  });
  expect(apply({ schema, value }, ['model=b'], presets).rate).toBe(2);
  expect(() => apply({ schema, value }, ['model=c'], presets)).toThrow(/unknown model 'c'.*known: a, b/);
});

test('what may be absent can be set and taken away, what may be null can be null', () => {
  const b = apply({ schema, value }, ['model=b', 'model.note=hello'], presets);
  expect(b.model).toEqual({ kind: 'b', widths: [8], note: 'hello' });
  expect(apply({ schema, value: b }, ['model.note=null']).model).toEqual({ kind: 'b', widths: [8] });
  expect(apply({ schema, value: { ...value, limit: 3 } }, ['limit=null']).limit).toBeNull();
  expect(() => apply({ schema, value }, ['rate=null'])).toThrow(/'rate' must be a number above 0, got null/);
});

test('settings of another tag are unknown, and the group is named in which they were looked for', () => {
  expect(() => apply({ schema, value }, ['model.widths=[4]'])).toThrow(
    /unknown setting 'model.widths'.*known under 'model': kind, n/,
  );
});

test('bounds hold for what is set and for what was recorded', () => {
  expect(() => apply({ schema, value }, ['model.n=-4'])).toThrow(
    /'model.n' must be a whole number of at least 1, got -4/,
  );
  expect(() => apply({ schema, value }, ['model={"n":1.5}'])).toThrow(/'model.n' must be a whole number/);
  expect(applyRecord({ schema, value }, { model: { kind: 'b', widths: [2] } })).toEqual({
    ...value,
    model: { kind: 'b', widths: [2] },
  });
});

test('what follows from a setting is applied before the settings, whichever form it was given in', () => {
  const follow = (before: ReturnType<typeof config>, after: ReturnType<typeof config>) =>
    before.env.size === after.env.size
      ? before
      : { ...before, train: { ...before.train, batch: { size: 2 * after.env.size } } };
  const applied = (set: readonly string[]) =>
    apply({ schema: schemaLike(config()), value: config() }, set, {}, follow).train.batch.size;
  expect([applied([]), applied(['env.size=64'])]).toEqual([128, 128]);
  expect([applied(['env.size=5']), applied(['env={"size":5}'])]).toEqual([10, 10]);
  expect(applied(['train.batch.size=3', 'env.size=5'])).toBe(3);
});
