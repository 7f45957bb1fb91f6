// A published encoder inside a world model. The checkpoints are the tiny ones of parity/.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { initialise } from '../../nn/index.ts';
import { distance, runtime } from '../../nn/run-module.law.ts';
import { type DinoWmWorld, dynamicsOf, putEncoder } from '../../world/index.ts';
import { worldModel } from '../world-model/world-model.ts';
import { checkpointEncoder } from './checkpoint-encoder.ts';
import { readPretrained } from './pretrained.ts';

const scratch = mkdtempSync(join(tmpdir(), 'jepa-checkpoint-encoder-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const parity = (name: string): string => fileURLToPath(new URL(`../../../parity/${name}`, import.meta.url));

/** The folder of a checkpoint, with how its images are prepared where there is no usual way. */
function checkpoint(name: string): string {
  if (name !== 'hf_vit') return parity(name);
  const folder = join(scratch, name);
  cpSync(parity(name), folder, { recursive: true });
  const half = [0.5, 0.5, 0.5];
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify({ image_mean: half, image_std: half }));
  return folder;
}

test.each(['hf_dinov2_with_registers', 'hf_dinov3_vit', 'hf_ijepa', 'hf_vit'])(
  '%s: the embedding of a DINO-WM is the patch tokens that the checkpoint gives',
  async (name) => {
    const size = 32;
    const { config: encoder, normalisation, values } = checkpointEncoder(checkpoint(name), size);
    const predictor = { depth: 1, heads: 1, headDim: 4, mlpDim: 8, dropout: 0 };
    const world: DinoWmWorld = { encoder, normalisation, predictor, history: 1, action: { dim: 2, embedDim: 2 } };
    const dynamics = dynamicsOf({ kind: 'dino-wm', ...world });
    const own = initialise(dynamics.module, key(0));
    putEncoder(own, values());
    const pixels = Uint8Array.from({ length: 2 * size * size * 3 }, (_, i) => (i * 97 + Math.floor(i / 50) * 31) % 256);
    const z = await worldModel(dynamics, own, runtime).encode(pixels, 2);
    const published = readPretrained(checkpoint(name), { runtime });
    const { patches } = await published.encode(pixels, size, size);
    await published.dispose();
    expect(distance(z, patches)).toBeLessThan(2e-4);
  },
);

test('pictures that do not divide into the patches of the checkpoint are refused with the nearest size', () => {
  expect(() => checkpointEncoder(parity('hf_dinov3_vit'), 30)).toThrow(
    /multiple of its patches of 8 pixels, got 30; take 32/,
  );
});
