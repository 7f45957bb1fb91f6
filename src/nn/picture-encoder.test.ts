// One picture, one embedding, whichever network reads it.

import { expect, test } from 'vitest';
import { input } from '../tensor/index.ts';
import {
  embedPictures,
  type ImpalaConfig,
  impala,
  type Module,
  type PictureEncoder,
  type PictureEncoderConfig,
  pictureEncoder,
  specsOf,
  type VitConfig,
  vit,
} from './index.ts';
import { distance, runModule, shaken } from './run-module.law.ts';

const VIT: VitConfig = { imageSize: 16, patchSize: 8, dim: 12, depth: 1, heads: 2, mlpDim: 8 };
const IMPALA: ImpalaConfig = { imageSize: 16, channels: 3, stacks: [2, 3], blocks: 1, dim: 5 };
const images = input('images', [2, 16, 16, 3], 'u8');
const pixels = Uint8Array.from({ length: 2 * 16 * 16 * 3 }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24);

const namesOf = (m: Module<unknown>): string[] => specsOf(m, 'parameter').map(({ name }) => name);

test.each([
  ['a vision transformer gives its class token', VIT, vit(VIT)],
  ['an Impala network gives its embedding', IMPALA, impala(IMPALA)],
] as const)('%s, under the names and with the numbers of the network itself', async (_, config, network) => {
  const encoder = pictureEncoder(config);
  expect(namesOf(encoder)).toEqual(namesOf(network));
  const given = { values: shaken(encoder), inputs: { images: pixels } };
  const { z } = await runModule(encoder, 'eval', (m) => ({ z: embedPictures(m, images) }), given);
  const own = await runModule<PictureEncoder>(
    network,
    'eval',
    (m) => ({ z: 'cls' in m ? m.cls(images) : m.embed(images) }),
    given,
  );
  expect(z!.length).toBe(2 * config.dim);
  expect(distance(z!, own.z!)).toBe(0);
  // The two pictures differ, and so do their embeddings.
  expect(distance(z!.slice(0, config.dim), z!.slice(config.dim))).toBeGreaterThan(1e-3);
});

test('a configuration of neither network, or of both, is refused by the settings that decide', () => {
  expect(() => pictureEncoder({ ...VIT, ...IMPALA })).toThrow(
    /either patchSize .* or stacks .*, got imageSize, patchSize/,
  );
  expect(() => pictureEncoder({ imageSize: 16, dim: 4 } as unknown as PictureEncoderConfig)).toThrow(
    /got imageSize, dim/,
  );
});
