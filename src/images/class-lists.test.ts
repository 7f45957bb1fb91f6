// One list of classes for all parts of a set, by name and not by place.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openCifar10 } from './cifar10.ts';
import { type OpenImagesOptions, openImages } from './open-images.ts';
import { type ParquetRow, parquetFile } from './read/fixtures.law.ts';
import { encodeRgbPng } from './read/png.law.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-classes-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let serial = 0;
const OPTIONS: OpenImagesOptions = { cache: false, workers: 0 };
const flat = (value: number): Uint8Array => encodeRgbPng(new Uint8Array(12).fill(value), 2, 2);

/** A folder with parts, each a list of classes; every class has one image. */
function folder(parts: Readonly<Record<string, readonly string[]>>): string {
  const dir = join(root, String(serial++));
  for (const [part, classes] of Object.entries(parts)) {
    for (const [i, name] of classes.entries()) {
      mkdirSync(join(dir, part, name), { recursive: true });
      writeFileSync(join(dir, part, name, 'a.png'), flat(i));
    }
  }
  return dir;
}

/** A folder of Parquet files with one row for each label, and the names of the classes. */
function parquet(
  files: Readonly<Record<string, readonly [labels: readonly (number | string)[], names?: string[]]>>,
): string {
  const dir = join(root, String(serial++));
  mkdirSync(dir);
  for (const [name, [labels, names]] of Object.entries(files)) {
    const rows = labels.map((label, i): ParquetRow => ({ bytes: flat(i), label }));
    writeFileSync(join(dir, `${name}.parquet`), parquetFile([rows], 'img', 'label', names));
  }
  return dir;
}
const labelsOf = async (path: string, split: string, more: OpenImagesOptions = {}) => {
  const { labels, classes } = await openImages(path, { ...OPTIONS, split, ...more });
  return { labels: [...labels], classes };
};

test('a test folder with fewer classes than the training folder has the numbers of the training folder', async () => {
  const dir = folder({ train: ['cats', 'dogs', 'owls'], test: ['dogs', 'owls'] });
  const { train, test: held } = await openCifar10(dir, { cache: false, workers: 0 });
  expect([[...train.labels], train.classes]).toEqual([
    [0, 1, 2],
    ['cats', 'dogs', 'owls'],
  ]);
  expect([[...held.labels], held.classes]).toEqual([
    [1, 2],
    ['cats', 'dogs', 'owls'],
  ]);
  expect(await labelsOf(dir, 'test')).toEqual({ labels: [1, 2], classes: ['cats', 'dogs', 'owls'] });
});

test('a class of the test folder that the training folder does not have is named', async () => {
  const dir = folder({ train: ['cats', 'dogs'], test: ['cats', 'dog'] });
  const opening = openImages(dir, { ...OPTIONS, split: 'test' });
  await expect(opening).rejects.toMatchObject({ code: 'data' });
  await expect(opening).rejects.toThrow(/class 'dog' must be one of the 2 classes .*cats, dogs; did you mean 'dogs'\?/);
});

test('a folder of parts is not taken for a folder of classes', async () => {
  const dir = folder({ train: ['cats'], test: ['cats'] });
  await expect(openImages(dir, OPTIONS)).rejects.toThrow(
    /'test' is a part of the set, no class; choose it by \{ split/,
  );
});

test('classes that are given are matched by the names of the folders', async () => {
  const dir = folder({ train: ['cats', 'dogs'] });
  expect(await labelsOf(dir, 'train', { classes: ['dogs', 'emus', 'cats'] })).toEqual({
    labels: [2, 0],
    classes: ['dogs', 'emus', 'cats'],
  });
  await expect(labelsOf(dir, 'train', { classes: ['dogs'] })).rejects.toThrow(
    /class 'cats' must be one of the 1 classes/,
  );
});

test('Parquet files whose lists of names differ get the numbers of the training file by name', async () => {
  const dir = parquet({
    train: [
      [0, 1, 2],
      ['cat', 'dog', 'owl'],
    ],
    test: [
      [0, 1],
      ['owl', 'cat'],
    ],
  });
  expect(await labelsOf(dir, 'test')).toEqual({ labels: [2, 0], classes: ['cat', 'dog', 'owl'] });
  const other = parquet({
    train: [
      [0, 1],
      ['cat', 'dog'],
    ],
    test: [[1], ['cat', 'emu']],
  });
  await expect(labelsOf(other, 'test')).rejects.toThrow(/class 'emu' must be one of the 2 classes/);
  const number = parquet({
    train: [
      [0, 1],
      ['cat', 'dog'],
    ],
    test: [
      [0, 7],
      ['dog', 'cat'],
    ],
  });
  await expect(labelsOf(number, 'test')).rejects.toThrow(/row 1: column 'label' must be .*got 7/);
});

test('a list with a name twice is used as it is, and not matched by name with another', async () => {
  const twice = ['crane', 'crane', 'owl'];
  const same = parquet({ train: [[0, 1, 2], twice], test: [[1], twice] });
  expect(await labelsOf(same, 'test')).toEqual({ labels: [1], classes: twice });
  const other = parquet({ train: [[0, 1, 2], twice], test: [[0], ['crane', 'owl']] });
  await expect(labelsOf(other, 'test')).rejects.toThrow(/two are called 'crane'/);
});

test('shards of one part whose lists of names differ are refused', async () => {
  const dir = parquet({ 'train-0': [[0], ['cat', 'dog']], 'train-1': [[0], ['dog', 'cat']] });
  await expect(labelsOf(dir, 'train')).rejects.toThrow(
    /train-1.parquet: its classes dog, cat must be those of .*train-0/,
  );
});

test('classes by name in a Parquet column are numbered in the order of their names, in all parts alike', async () => {
  const dir = parquet({ train: [['owl', 'cat', 'dog', 'cat']], test: [['owl', 'dog']] });
  expect(await labelsOf(dir, 'train')).toEqual({ labels: [2, 0, 1, 0], classes: ['cat', 'dog', 'owl'] });
  expect(await labelsOf(dir, 'test')).toEqual({ labels: [2, 1], classes: ['cat', 'dog', 'owl'] });
  const other = parquet({ train: [['cat']], test: [['emu']] });
  await expect(labelsOf(other, 'test')).rejects.toThrow(/class 'emu'/);
});

test('numbers without names count up to the highest of the training part; a higher one is refused', async () => {
  const dir = parquet({ train: [[0, 3]], test: [[1]], val: [[4]] });
  expect(await labelsOf(dir, 'test')).toEqual({ labels: [1], classes: ['0', '1', '2', '3'] });
  await expect(labelsOf(dir, 'val')).rejects.toThrow(/labels go up to 4, there are names for 4 classes/);
});

test("own data of ten classes keep their names, or their numbers, and are not given CIFAR-10's", async () => {
  const names = Array.from({ length: 10 }, (_, i) => `kind${i}`);
  const options = { cache: false, workers: 0 } as const;
  const own = await openCifar10(folder({ train: names, test: names }), options);
  expect([own.train.classes, own.test.classes]).toEqual([names, names]);
  const ten = names.map((_, i) => i);
  const files = { 'train-00000-of-00001': [ten], 'test-00000-of-00001': [[0]] } as const;
  const numbered = await openCifar10(parquet(files), options);
  expect(numbered.test.classes).toEqual(ten.map(String));
});
