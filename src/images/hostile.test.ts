// Folders and files that are not what they seem: links, pipes, twins, numbers without end.

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { type OpenImagesOptions, openImages } from './open-images.ts';
import { parquetFile } from './read/fixtures.law.ts';
import { encodePng, pngRows } from './read/png.law.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-hostile-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let serial = 0;
const OPTIONS: OpenImagesOptions = { cache: false, workers: 0 };
/** A picture of 2 x 2 equal pixels, stored without compression: all have one length. */
function flat(value: number): Uint8Array {
  const picture = { width: 2, height: 2, colourType: 2, depth: 8, sample: () => value } as const;
  return encodePng(picture, deflateSync(pngRows(picture), { level: 0 }));
}

/** A folder of files by their path; strings are links. */
function folder(files: Readonly<Record<string, Uint8Array | string>>): string {
  const dir = join(root, String(serial++));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    if (typeof content === 'string') symlinkSync(content, join(dir, path));
    else writeFileSync(join(dir, path), content);
  }
  return dir;
}
const WINDOWS = process.platform === 'win32'; // it has no pipes in folders, and its links need rights

test.skipIf(WINDOWS)('class folders and images that are symbolic links count', async () => {
  const elsewhere = folder({ 'x/1.png': flat(7), 'y.png': flat(9) });
  const dir = folder({ 'cats/0.png': flat(1), dogs: join(elsewhere, 'x'), 'cats/1.png': join(elsewhere, 'y.png') });
  const set = await openImages(dir, OPTIONS);
  expect(set.classes).toEqual(['cats', 'dogs']);
  expect([...set.labels]).toEqual([0, 0, 1]);
  expect([set.pixels[0], set.pixels[12], set.pixels[24]]).toEqual([1, 9, 7]);
});

test.skipIf(WINDOWS)('a link that leads nowhere, or in a circle, is named', async () => {
  for (const path of ['dogs', 'cats/2.png']) {
    const dir = folder({ 'cats/0.png': flat(1), [path]: '/nowhere/at/all' });
    await expect(openImages(dir, OPTIONS)).rejects.toThrow(new RegExp(`${path} is a symbolic link that leads nowhere`));
  }
  const circle = folder({ 'cats/0.png': flat(1), 'cats/again': '.' });
  await expect(openImages(circle, OPTIONS)).rejects.toThrow(/again is a symbolic link to a folder that it is in/);
});

test('images deeper in a class folder, of any case of their ending, count', async () => {
  const dir = folder({
    'train/n01/images/n01_0.PNG': flat(1),
    'train/n01/images/deep/er/n01_1.Png': flat(2),
    'train/n02/images/n02_0.png': flat(3),
  });
  const set = await openImages(dir, { ...OPTIONS, split: 'train' });
  expect([set.classes, [...set.labels], set.pixels[0], set.pixels[12]]).toEqual([['n01', 'n02'], [0, 0, 1], 2, 1]);
});

test('an image beside the class folders is in no class, and is named', async () => {
  const dir = folder({ 'cats/0.png': flat(1), 'stray.jpg': flat(1), 'README.md': new Uint8Array(1) });
  await expect(openImages(dir, OPTIONS)).rejects.toThrow(/stray.jpg is in no class/);
});

test.skipIf(WINDOWS)('a pipe, a socket and a device in place of a file are refused and do not block', async () => {
  const pipe = folder({ 'cats/0.png': flat(1) });
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(pipe, 'cats', '1.png')]);
  await expect(openImages(pipe, OPTIONS)).rejects.toThrow(/1.png must be a file, it is a named pipe/);
  const device = folder({ 'cats/0.png': flat(1), 'cats/1.png': '/dev/zero' });
  await expect(openImages(device, OPTIONS)).rejects.toThrow(/1.png must be a file, it is a device/);
  const socket = folder({ 'cats/0.png': flat(1) });
  const server = createServer();
  await new Promise<void>((done) => server.listen(join(socket, 'cats', 's.png'), done));
  await expect(openImages(socket, OPTIONS)).rejects.toThrow(/s.png must be a file, it is a socket/);
  await new Promise((done) => server.close(done));
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(root, 'train.parquet')]);
  await expect(openImages(join(root, 'train.parquet'), OPTIONS)).rejects.toThrow(/it is a named pipe/);
});

test('a second set with equal names, sizes and times does not get the pixels of the first from the cache', async () => {
  const cache = folder({ keep: new Uint8Array(0) });
  const sets = [3, 200].map((value) => folder({ 'data/cats/0.png': flat(value) }));
  for (const dir of sets) utimesSync(join(dir, 'data/cats/0.png'), 1e9, 1e9);
  const [a, b] = sets.map((dir) => statSync(join(dir, 'data/cats/0.png')));
  expect([a!.size, a!.mtimeMs]).toEqual([b!.size, b!.mtimeMs]);
  const first = async (dir: string): Promise<number> =>
    (await openImages(join(dir, 'data'), { cache, workers: 0 })).pixels[0]!;
  expect([await first(sets[0]!), await first(sets[1]!)]).toEqual([3, 200]);
  expect([await first(sets[0]!), await first(sets[1]!)]).toEqual([3, 200]);
  // The same place, another content of the same size, and the former time put back.
  writeFileSync(join(sets[0]!, 'data/cats/0.png'), flat(77));
  utimesSync(join(sets[0]!, 'data/cats/0.png'), 1e9, 1e9);
  expect(await first(sets[0]!)).toBe(77);
  // A whole folder put in the place of another.
  renameSync(join(sets[0]!, 'data'), join(sets[0]!, 'old'));
  cpSync(join(sets[1]!, 'data'), join(sets[0]!, 'data'), { recursive: true, preserveTimestamps: true });
  expect(await first(sets[0]!)).toBe(200);
});

test('pictures above the limits, and in kinds that are not read, can be left out and are listed', async () => {
  const animated = Uint8Array.from([
    ...Buffer.from('RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x01\0\0\x01\0\0', 'latin1'),
  ]);
  const big = encodePng({ width: 4, height: 4, colourType: 0, depth: 8, sample: () => 5 });
  const dir = folder({ 'cats/0.png': flat(1), 'cats/1.webp': animated, 'cats/2.png': big });
  const limits = { imagePixels: 15 };
  await expect(openImages(dir, { ...OPTIONS, size: 2, limits })).rejects.toThrow(/1.webp: it is an animated WebP/);
  const set = await openImages(dir, { ...OPTIONS, size: 2, limits, skipCorrupt: true });
  expect([set.count, ...set.skipped.map(({ why }) => why)]).toEqual([
    1,
    expect.stringMatching(/animated/),
    expect.stringMatching(/4 x 4 pixels: above the limit imagePixels of 15/),
  ]);
});

test('rows without number in a Parquet footer are refused, and more images than the limit', async () => {
  const row = { bytes: flat(1), label: 0 };
  const at = (stated: number): string => {
    const path = join(root, `rows-${stated}.parquet`);
    writeFileSync(path, parquetFile([[row]], 'img', 'label', undefined, stated));
    return path;
  };
  for (const stated of [2 ** 25, 2 ** 31, 2 ** 32, 2 ** 40]) {
    await expect(openImages(at(stated), OPTIONS)).rejects.toThrow(/rows: above the limit images of 16777216/);
  }
  await expect(openImages(at(3), OPTIONS)).rejects.toMatchObject({ code: 'corrupt' });
  const two = folder({ 'cats/0.png': flat(1), 'cats/1.png': flat(1) });
  await expect(openImages(two, { ...OPTIONS, limits: { images: 1 } })).rejects.toThrow(/above the limit images of 1/);
});

test('the number of a class without bound is refused', async () => {
  const path = join(root, 'class.parquet');
  writeFileSync(path, parquetFile([[{ bytes: flat(1), label: 2 ** 40 }]]));
  await expect(openImages(path, OPTIONS)).rejects.toThrow(/class 1099511627776: above the limit classes/);
});

test('a file that is called .parquet and is something else is named for what it is', async () => {
  const cases: [string, RegExp][] = [
    ['version https://git-lfs.github.com/spec/v1\noid sha256:00\n', /it is a Git LFS pointer.*git lfs pull/],
    ['<html><body>403</body></html>', /it is an HTML page/],
  ];
  for (const [content, message] of cases) {
    const path = join(root, 'page.parquet');
    writeFileSync(path, content);
    await expect(openImages(path, OPTIONS)).rejects.toThrow(message);
  }
});

test('a limit that is unknown, or no number, is a mistake that is named', async () => {
  const dir = folder({ 'cats/0.png': flat(1) });
  const limits = { imagePixel: 5 } as object;
  await expect(openImages(dir, { ...OPTIONS, limits })).rejects.toThrow(/did you mean 'imagePixels'/);
  await expect(openImages(dir, { ...OPTIONS, limits: { images: 0.5 } })).rejects.toThrow(/whole number of at least 1/);
  copyFileSync(join(dir, 'cats/0.png'), join(dir, 'cats/1.png'));
  process.env.JEPA_READ_LIMITS = 'images=1';
  try {
    await expect(openImages(dir, OPTIONS)).rejects.toThrow(/above the limit images of 1/);
    process.env.JEPA_READ_LIMITS = 'images';
    await expect(openImages(dir, OPTIONS)).rejects.toThrow(/images must be a whole number/);
  } finally {
    delete process.env.JEPA_READ_LIMITS;
  }
});
