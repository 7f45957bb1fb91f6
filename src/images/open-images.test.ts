import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CIFAR10_CLASSES, openCifar10 } from './cifar10.ts';
import { type OpenImagesOptions, openImages } from './open-images.ts';
import { encodeJpeg, encodeWebp, type ParquetRow, parquetFile } from './read/fixtures.law.ts';
import { encodeRgbPng } from './read/png.law.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-images-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let serial = 0;
const fresh = (): string => {
  const dir = join(root, String(serial++));
  mkdirSync(dir);
  return dir;
};

/** A PNG whose pixels are all `value`. */
const flat = (value: number, height = 4, width = 4): Uint8Array =>
  encodeRgbPng(new Uint8Array(height * width * 3).fill(value), height, width);
const row = (value: number): ParquetRow => ({ bytes: flat(value), label: value % 3 });
const NO_CACHE: OpenImagesOptions = { cache: false, workers: 0 };

function parquet(groups: readonly (readonly ParquetRow[])[], ...rest: [string?, string?, string[]?]): string {
  const path = join(fresh(), 'train-00000.parquet');
  writeFileSync(path, parquetFile(groups, ...rest));
  return path;
}

const firstBytes = (pixels: Uint8Array, size = 48): number[] =>
  Array.from({ length: pixels.length / size }, (_, i) => pixels[i * size]!);

test('the images of a Parquet file come in its order, with labels and the names that the file knows', async () => {
  const path = parquet([[row(10), row(20)], [row(30)]], 'img', 'label', ['a', 'b', 'c']);
  for (const workers of [0, 1, 2]) {
    const set = await openImages(path, { cache: false, workers });
    expect([set.name, set.count, set.height, set.width, set.channels]).toEqual(['train-00000', 3, 4, 4, 3]);
    expect(firstBytes(set.pixels)).toEqual([10, 20, 30]);
    expect([...set.labels]).toEqual([1, 2, 0]);
    expect(set.classes).toEqual(['a', 'b', 'c']);
    expect(set.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
  }
});

test('JPEG, PNG and WebP stand side by side in one file, and decode in a thread as here', async () => {
  const pixels = new Uint8Array(48).fill(200);
  const jpeg = await encodeJpeg(pixels, 4, 4);
  const webp = await encodeWebp(pixels, 4, 4, { lossless: 1 });
  const path = parquet([[row(10), { bytes: jpeg, label: 0 }, { bytes: webp, label: 0 }]]);
  const here = await openImages(path, NO_CACHE);
  expect(firstBytes(here.pixels)).toEqual([10, expect.closeTo(200, -1), 200]);
  expect((await openImages(path, { cache: false, workers: 1 })).pixels).toEqual(here.pixels);
});

test('columns of other names are read when named, and an unknown one is told what there is', async () => {
  const path = parquet([[row(4)]], 'picture', 'fine_label');
  const set = await openImages(path, { ...NO_CACHE, columns: { image: 'picture', label: 'fine_label' } });
  expect([set.pixels[0], set.labels[0], ...set.classes]).toEqual([4, 1, '0', '1']);
  const unlabelled = await openImages(path, { ...NO_CACHE, columns: { image: 'picture', label: null } });
  expect([unlabelled.labels[0], unlabelled.classes]).toEqual([-1, []]);
  await expect(openImages(path, NO_CACHE)).rejects.toThrow(
    /unknown image column of .*img or image.*known: picture, fine_label/,
  );
  const columns = { image: 'picture', label: 'fine_labels' };
  await expect(openImages(path, { ...NO_CACHE, columns })).rejects.toThrow(/did you mean 'fine_label'/);
  await expect(openImages(path, { ...NO_CACHE, columns: { image: 'fine_label', label: null } })).rejects.toThrow(
    /must hold images as \{bytes, path\}/,
  );
});

test('shards of a split are joined in the order of their names', async () => {
  const dir = fresh();
  writeFileSync(join(dir, 'train-00001.parquet'), parquetFile([[row(3)]]));
  writeFileSync(join(dir, 'train-00000.parquet'), parquetFile([[row(1)], [row(2)]]));
  writeFileSync(join(dir, 'test.parquet'), parquetFile([[row(9)]]));
  expect(firstBytes((await openImages(dir, { ...NO_CACHE, split: 'train' })).pixels)).toEqual([1, 2, 3]);
  expect(firstBytes((await openImages(dir, { ...NO_CACHE, split: 'test' })).pixels)).toEqual([9]);
  await expect(openImages(dir, { ...NO_CACHE, split: 'val' })).rejects.toThrow(/no Parquet file of split 'val'/);
});

test('a truncated Parquet file is corrupt, wherever it was cut', async () => {
  const whole = parquetFile([[row(10), row(20)], [row(30)]]);
  const path = join(fresh(), 'cut.parquet');
  for (const length of [0, 3, 40, whole.length - 30, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, length));
    await expect(openImages(path, NO_CACHE)).rejects.toThrow(/cut.parquet: cannot be read as Parquet/);
  }
});

test('a Parquet file whose bytes were damaged is corrupt, or its image is', async () => {
  const bytes = parquetFile([[row(10), row(20)]]);
  bytes.fill(255, 4, 24);
  const path = join(fresh(), 'damaged.parquet');
  writeFileSync(path, bytes);
  await expect(openImages(path, NO_CACHE)).rejects.toMatchObject({ code: 'corrupt' });
});

test('a corrupt image is named by file and row, and the first one is named whatever the number of threads', async () => {
  const cut = flat(7).slice(0, 50);
  const groups = Array.from({ length: 9 }, (_, g) => [row(g), { bytes: g === 3 || g > 5 ? cut : flat(g), label: 0 }]);
  const path = parquet(groups);
  for (const workers of [0, 2]) {
    const opening = openImages(path, { cache: false, workers });
    await expect(opening).rejects.toMatchObject({ code: 'corrupt' });
    await expect(opening).rejects.toThrow(/train-00000.parquet, row 7: corrupt PNG .*--skip-corrupt/);
  }
});

test('corrupt images are left out and counted when the caller allows it', async () => {
  const groups = [
    [{ bytes: new Uint8Array(3), label: 0 }, row(10)],
    [row(20), { bytes: flat(9).slice(0, 50), label: 0 }, row(31)],
  ];
  const path = parquet(groups);
  for (const workers of [0, 2]) {
    const set = await openImages(path, { cache: false, workers, skipCorrupt: true });
    expect([set.count, firstBytes(set.pixels), [...set.labels]]).toEqual([3, [10, 20, 31], [1, 2, 1]]);
    expect(set.skipped.map(({ where }) => where)).toEqual([`${path}, row 0`, `${path}, row 3`]);
    expect(set.skipped[0]!.why).toMatch(/neither a JPEG nor a PNG/);
  }
  const none = parquet([[{ bytes: new Uint8Array(3), label: 0 }]]);
  await expect(openImages(none, { ...NO_CACHE, skipCorrupt: true })).rejects.toThrow(/none of the images/);
});

test('images of several sizes need a size to be brought to', async () => {
  const path = parquet([[row(5), { bytes: flat(6, 8, 12), label: 0 }]]);
  await expect(openImages(path, NO_CACHE)).rejects.toThrow(
    /row 1: is 8 x 12 pixels, the first image 4 x 4; give a size/,
  );
  const set = await openImages(path, { ...NO_CACHE, size: 2 });
  expect([set.height, set.width, ...set.pixels]).toEqual([2, 2, ...new Array(12).fill(5), ...new Array(12).fill(6)]);
});

test('a label that is no class, and names that are too few, are refused', async () => {
  const path = parquet([[row(1), row(2)]]);
  await expect(openImages(path, { ...NO_CACHE, classes: ['a', 'b'] })).rejects.toThrow(/labels go up to 2.*2 classes/);
  const set = await openImages(path, { ...NO_CACHE, classes: ['a', 'b', 'c'] });
  expect(set.classes).toEqual(['a', 'b', 'c']);
});

function imageFolder(): string {
  const dir = fresh();
  for (const [name, value] of [
    ['dog', 40],
    ['cat', 20],
  ] as const) {
    mkdirSync(join(dir, name));
    for (const i of [1, 0]) writeFileSync(join(dir, name, `${i}.png`), flat(value + i));
  }
  return dir;
}

test('an image folder gives its classes and files in the order of their names', async () => {
  const dir = imageFolder();
  writeFileSync(join(dir, 'cat', '.hidden'), 'x');
  const set = await openImages(dir, NO_CACHE);
  expect(set.classes).toEqual(['cat', 'dog']);
  expect([firstBytes(set.pixels), [...set.labels]]).toEqual([
    [20, 21, 40, 41],
    [0, 0, 1, 1],
  ]);
});

test('an empty folder, an empty class, a file that is no image and a wrong path are refused by name', async () => {
  const dir = imageFolder();
  await expect(openImages(fresh(), NO_CACHE)).rejects.toThrow(/one folder of images per class/);
  mkdirSync(join(dir, 'emu'));
  await expect(openImages(dir, NO_CACHE)).rejects.toThrow(/emu must hold images/);
  writeFileSync(join(dir, 'emu', 'notes.txt'), 'x');
  await expect(openImages(dir, NO_CACHE)).rejects.toThrow(/notes.txt is not an image/);
  rmSync(join(dir, 'emu'), { recursive: true });
  writeFileSync(join(dir, 'dog', '2.jpg'), 'not a picture');
  await expect(openImages(dir, NO_CACHE)).rejects.toThrow(/2.jpg: it is neither a JPEG nor a PNG/);
  await expect(openImages(join(dir, 'nowhere'), NO_CACHE)).rejects.toThrow(/check the path/);
  await expect(openImages(join(dir, 'dog', '0.png'), NO_CACHE)).rejects.toThrow(/must be a Parquet file/);
});

test('images are decoded once: the second time the cache gives the same, a changed source is decoded again', async () => {
  const cache = fresh();
  const path = parquet([[row(10), row(20), { bytes: new Uint8Array(1), label: 2 }]]);
  let decoded = 0;
  const options = { cache, workers: 0, skipCorrupt: true, onProgress: () => decoded++ };
  const first = await openImages(path, options);
  expect(decoded).toBe(1);
  const second = await openImages(path, options);
  expect(decoded).toBe(1);
  expect(second).toEqual(first);
  expect(second.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
  utimesSync(path, 1e9, 1e9);
  await openImages(path, options);
  expect(decoded).toBe(2);
  await openImages(path, { ...options, size: 2 });
  expect(decoded).toBe(3);
  expect(readdirSync(join(cache, 'images')).filter((name) => !name.endsWith('.images'))).toEqual([]);
});

test('a damaged or truncated cache is corrupt and says what to do', async () => {
  const cache = fresh();
  const path = parquet([[row(10), row(20)]]);
  await openImages(path, { cache, workers: 0 });
  const file = join(cache, 'images', readdirSync(join(cache, 'images'))[0]!);
  const bytes = readFileSync(file);
  bytes[bytes.length - 20]! ^= 1;
  writeFileSync(file, bytes);
  await expect(openImages(path, { cache })).rejects.toThrow(/its checksum is wrong; delete it/);
  truncateSync(file, bytes.length - 1);
  await expect(openImages(path, { cache })).rejects.toThrow(/its header says otherwise/);
  truncateSync(file, 9);
  await expect(openImages(path, { cache })).rejects.toThrow(/shorter than its header/);
});

test('a cache that cannot be written says how to name another', async () => {
  const file = join(fresh(), 'file');
  writeFileSync(file, '');
  await expect(openImages(parquet([[row(1)]]), { cache: file, workers: 0 })).rejects.toThrow(/JEPA_CACHE/);
});

test('without the files of CIFAR-10 the remedy is named', async () => {
  await expect(openCifar10(join(root, 'nowhere'))).rejects.toThrow(/jepa fetch cifar10.*--data PATH.*JEPA_CIFAR10/);
});

const CIFAR = process.env.JEPA_CIFAR10;

test.skipIf(CIFAR === undefined)(
  'CIFAR-10 itself: sizes, classes, colours (set JEPA_CIFAR10 to its folder)',
  async () => {
    const { train, test: held } = await openCifar10(CIFAR, { cache: false });
    expect([train.count, train.height, train.width, train.classes]).toEqual([50_000, 32, 32, CIFAR10_CLASSES]);
    expect(held.count % 1000).toBe(0);
    const perClass = new Array<number>(10).fill(0);
    for (const label of train.labels) perClass[label]!++;
    expect(perClass).toEqual(new Array(10).fill(5000));
    // The means of CIFAR-10's training pixels that every recipe quotes.
    const sums = [0, 0, 0];
    for (let i = 0; i < train.pixels.length; i++) sums[i % 3]! += train.pixels[i]!;
    for (const [c, mean] of [0.4914, 0.4822, 0.4465].entries()) {
      expect(sums[c]! / (50_000 * 1024 * 255)).toBeCloseTo(mean, 2);
    }
  },
);
