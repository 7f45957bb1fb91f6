// Whatever single bytes of a file are changed, and wherever it is cut, it is read, or refused with words of ours.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type ErrorCode, JepaError } from '../core/index.ts';
import { f32Tensor } from '../data/formats/dtype.ts';
import { parseSafetensors } from '../data/formats/safetensors.ts';
import { writeSafetensors } from '../data/formats/safetensors-file.ts';
import { openImages } from './open-images.ts';
import { decodeImage } from './read/decode.ts';
import { encodeJpeg, encodeWebp, parquetFile } from './read/fixtures.law.ts';
import { adobeSegment, encodeBlocks } from './read/jpeg.law.ts';
import { encodePng } from './read/png.law.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-damage-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Files made from `whole` by changing up to four bytes and perhaps cutting it off. */
const damages = (whole: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat(whole.length)),
    )
    .map(([changes, cut]) => {
      const bytes = whole.slice();
      for (const [at, value] of changes) bytes[at] = value;
      return cut === null ? bytes : bytes.subarray(0, cut);
    });

async function requireOurs(read: () => Promise<unknown>, codes: readonly ErrorCode[]): Promise<void> {
  try {
    await read();
  } catch (error) {
    expect(error).toBeInstanceOf(JepaError);
    if (error instanceof JepaError) expect(codes, error.message).toContain(error.code);
  }
}

const sample = (y: number, x: number, c: number): number => (y * 37 + x * 11 + c * 5) % 16;
const smooth = Uint8Array.from({ length: 16 * 24 * 3 }, (_, i) => 40 + ((Math.floor(i / 3) % 24) + (i % 3)) * 5);
const palette = Array.from({ length: 48 }, (_, i) => i * 5);
const IMAGES: readonly (readonly [string, () => Promise<Uint8Array>])[] = [
  ['PNG with a palette', async () => encodePng({ width: 9, height: 7, colourType: 3, depth: 4, palette, sample })],
  ['interlaced PNG', async () => encodePng({ width: 9, height: 7, colourType: 6, depth: 8, interlaced: true, sample })],
  ['JPEG', () => encodeJpeg(smooth, 16, 24)],
  [
    'JPEG in inks',
    async () =>
      encodeBlocks(
        [
          [
            [1, 2, 3, 4],
            [200, 100, 50, 9],
          ],
        ],
        adobeSegment(2),
      ),
  ],
  ['lossless WebP', () => encodeWebp(smooth, 16, 24, { lossless: 1 })],
  ['WebP', () => encodeWebp(smooth, 16, 24)],
];

test.each(IMAGES)('a damaged %s', async (_, make) => {
  await fc.assert(
    fc.asyncProperty(damages(await make()), (bytes) =>
      requireOurs(() => decodeImage(bytes, 'x'), ['corrupt', 'unsupported']),
    ),
    { numRuns: 300 },
  );
});

test('a damaged Parquet file', async () => {
  const picture = encodePng({ width: 2, height: 2, colourType: 0, depth: 8, sample });
  const rows = [0, 1, 2].map((label) => ({ bytes: picture, label }));
  const whole = parquetFile([rows, rows.slice(0, 1)], 'img', 'label', ['a', 'b', 'c']);
  const path = join(root, 'train.parquet');
  // Most of the file is pictures; the footer is what a reader trusts.
  const footer = whole.length - 700;
  await fc.assert(
    fc.asyncProperty(damages(whole.subarray(footer)), async (tail) => {
      writeFileSync(path, Buffer.concat([whole.subarray(0, footer), tail]));
      await requireOurs(
        () => openImages(path, { cache: false, workers: 0 }),
        ['corrupt', 'unsupported', 'data', 'usage'],
      );
    }),
    { numRuns: 500 },
  );
});

test('a damaged safetensors file', async () => {
  const path = join(root, 'x.safetensors');
  writeSafetensors(path, [
    ['w', f32Tensor([2, 2], Float32Array.of(1, 2, 3, 4))],
    ['b', f32Tensor([1], Float32Array.of(1))],
  ]);
  const whole = readFileSync(path);
  await fc.assert(
    fc.asyncProperty(damages(new Uint8Array(whole)), (bytes) =>
      requireOurs(async () => parseSafetensors(bytes), ['corrupt', 'unsupported']),
    ),
    { numRuns: 1000 },
  );
});
