// Photographs and their patches: bytes of unit vectors, and what is refused. Legend: N patches, D width.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { key, normal } from '../../src/core/index.ts';
import { matrix, patchSimilarity } from '../../src/measure/index.ts';
import { canvas } from '../../src/raster/index.ts';
import { encodePng } from '../../src/raster/node.ts';
import { hoverPhoto, unitBytes } from './hover.ts';
import { pretrainedTokens, readPhotograph, tiledTokens } from './photograph.ts';

const folder = mkdtempSync(join(tmpdir(), 'jepa-photo-'));
const photo = canvas(
  Uint8Array.from({ length: 48 * 32 * 3 }, (_, i) => (i * 37) % 256),
  48,
  32,
);
const ignore = (): void => {};

test('the bytes of two tokens have the cosine of the tokens, to a percent', () => {
  const [N, D] = [6, 32];
  const tokens = matrix(normal(key(1), new Float32Array(N * D)), D);
  const bytes = unitBytes(tokens);
  const cosines = patchSimilarity(tokens, 2);
  for (let i = 0; i < N; i++) {
    let [dot, a, b] = [0, 0, 0];
    for (let j = 0; j < D; j++) {
      const [x, y] = [bytes[i * D + j]!, bytes[2 * D + j]!];
      dot += x * y;
      a += x * x;
      b += y * y;
    }
    expect(Math.abs(dot / Math.sqrt(a * b) - cosines[i]!)).toBeLessThan(0.02);
  }
});

test('the figure names its encoder and carries every token', () => {
  const tokens = matrix(new Float32Array(6 * 4).fill(1), 4);
  const html = hoverPhoto(photo, tokens, 3, 1, 'ours & others');
  expect(html).toContain('data-columns="3" data-patches="6" data-dim="4" data-patch="1"');
  expect(html).toContain('ours &amp; others');
  expect(Buffer.from(/data-hover="([^"]*)"/.exec(html)![1]!, 'base64')).toHaveLength(24);
});

test('a photograph is read as it is; what is no image, or no file, is refused by name', async () => {
  const path = join(folder, 'photo.png');
  writeFileSync(path, encodePng(photo.pixels, photo.width, photo.height));
  expect(await readPhotograph(path)).toEqual({ ...photo, pixels: expect.anything() });
  const text = join(folder, 'notes.jpg');
  writeFileSync(text, 'not a picture');
  await expect(readPhotograph(text)).rejects.toThrow(/notes\.jpg/);
  await expect(readPhotograph(join(folder, 'nowhere.jpg'))).rejects.toThrow(
    /nowhere\.jpg cannot be read; check photograph\.image/,
  );
  rmSync(folder, { recursive: true });
});

test('a stored DINOv2 checkpoint gives tokens for every patch of a photograph', async () => {
  const { tokens, columns, encoder } = await pretrainedTokens(photo, 'parity/hf_dinov2');
  expect([columns, tokens.rows, tokens.cols]).toEqual([36, 36 * 24, 48]);
  expect(encoder).toMatch(/dinov2/);
});

test('a checkpoint of another family and a folder that is no image run are refused', async () => {
  const other = mkdtempSync(join(tmpdir(), 'jepa-bert-'));
  writeFileSync(join(other, 'config.json'), '{"model_type": "bert"}');
  writeFileSync(join(other, 'model.safetensors'), '');
  await expect(pretrainedTokens(photo, other)).rejects.toThrow(/bert/);
  await expect(tiledTokens(photo, other, ignore)).rejects.toThrow(/must be a run folder, but it has no run\.json/);
  writeFileSync(join(other, 'run.json'), '{"recipe": "two-room", "seed": 0, "config": {}}');
  await expect(tiledTokens(photo, other, ignore)).rejects.toThrow(/a run of two-room, not of an image method/);
  rmSync(other, { recursive: true });
});
