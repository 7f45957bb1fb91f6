import { expect, test } from 'vitest';
import { applyRecord, applySettings, differences, settingPaths } from './settings.ts';

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
  expect(() => applySettings(config(), ['train.lr.x=1'])).toThrow(/'train.lr' is a single value/);
  expect(() => applySettings(config(), ['env.sizes.2=1'])).toThrow(/unknown setting 'env.sizes.2'/);
  expect(() => applySettings(config(), ['train={"rl":1}'])).toThrow(/unknown setting 'train.rl'/);
});

test('keys that every object inherits are unknown', () => {
  expect(() => applySettings(config(), ['constructor.name=x'])).toThrow(/unknown setting/);
  expect(() => applySettings(config(), ['__proto__.x=1'])).toThrow(/unknown setting/);
});

test('a value of another type is refused with what was expected and got', () => {
  expect(() => applySettings(config(), ['train.lr=fast'])).toThrow(
    /'train.lr' must be a number such as 0.0003, got a string: "fast"/,
  );
  expect(() => applySettings(config(), ['train.warm=1'])).toThrow(/must be a boolean such as true, got a number/);
  expect(() => applySettings(config(), ['train=1'])).toThrow(/must be an object, got a number/);
  expect(() => applySettings(config(), ['env.sizes=["a"]'])).toThrow(/'env.sizes.0' must be a number/);
  expect(() => applySettings(config(), ['train.lr=null'])).toThrow(/must be a number.*got null/);
});

test('a setting without a value is refused', () => {
  expect(() => applySettings(config(), ['train.lr'])).toThrow(/must be path=value, got 'train.lr'/);
});

test('a recorded configuration is laid over the defaults, and differences are named by path', () => {
  const recorded = { train: { lr: 1 } };
  expect(applyRecord(config(), recorded)).toEqual(applySettings(config(), ['train.lr=1']));
  expect(differences(config(), applyRecord(config(), recorded))).toEqual(['train.lr']);
  expect(() => applyRecord(config(), { gone: 1 })).toThrow(/unknown setting 'gone'/);
  expect(settingPaths({ a: { b: [1] }, c: null })).toEqual([
    ['a.b', [1]],
    ['c', null],
  ]);
});
