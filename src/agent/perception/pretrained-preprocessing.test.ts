// preprocessor_config.json against the definition of HuggingFace's processors: pixels 0..255 times rescale_factor (unless
// do_rescale is false), minus image_mean, over image_std (unless do_normalize is false).

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readPreprocessing } from './pretrained-preprocessing.ts';

const scratch = mkdtempSync(join(tmpdir(), 'jepa-preprocessing-'));
afterAll(() => rmSync(scratch, { recursive: true }));
let serial = 0;

function read(config: object, family = 'ijepa') {
  const folder = join(scratch, String(serial++));
  mkdirSync(folder);
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(config));
  return readPreprocessing(folder, family);
}
const MEAN = [0.1, 0.2, 0.3];
const STD = [0.4, 0.5, 0.6];

/** What our normalisation makes of a pixel, and what HuggingFace's definition makes of it. */
function compare(config: object, hf: (pixel: number, c: number) => number): void {
  const { mean, std } = read(config).normalisation;
  for (const pixel of [0, 1, 100, 255])
    for (const c of [0, 1, 2]) expect((pixel / 255 - mean[c]!) / std[c]!).toBeCloseTo(hf(pixel, c), 9);
}
const stats = { image_mean: MEAN, image_std: STD };

test('rescaling and normalisation are those of the file, switched on or off', () => {
  compare(stats, (p, c) => (p / 255 - MEAN[c]!) / STD[c]!);
  compare({ ...stats, do_normalize: false }, (p) => p / 255);
  compare({ ...stats, do_rescale: false }, (p, c) => (p - MEAN[c]!) / STD[c]!);
  compare({ ...stats, do_rescale: false, do_normalize: false }, (p) => p);
  compare({ ...stats, rescale_factor: 1 / 127.5 }, (p, c) => (p / 127.5 - MEAN[c]!) / STD[c]!);
  compare({ ...stats, rescale_factor: 1 / 127.5, do_normalize: false }, (p) => p / 127.5);
  compare({ ...stats, rescale_factor: 1 / 127.5, do_rescale: false }, (p, c) => (p - MEAN[c]!) / STD[c]!);
});

test('the usual factor leaves mean and deviation exactly as they are written', () => {
  expect(read({ ...stats, rescale_factor: 0.00392156862745098 }).normalisation).toEqual({ mean: MEAN, std: STD });
});

test('one number, alone or in a list, is that of all channels', () => {
  for (const image_mean of [0.5, [0.5]])
    for (const image_std of [0.25, [0.25]])
      expect(read({ image_mean, image_std }).normalisation).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] });
});

test('a mean, deviation, factor or switch that makes no sense is named', () => {
  const cases: [object, RegExp][] = [
    [{ image_mean: [0.5, 0.5] }, /image_mean must be three numbers, or one for all channels, got \[0.5,0.5\]/],
    [{ image_mean: 'half' }, /image_mean/],
    [{ image_std: [1, 0, 1] }, /image_std must be three numbers above 0/],
    [{ image_std: [] }, /image_std/],
    [{ rescale_factor: 0 }, /rescale_factor must be a number above 0/],
    [{ rescale_factor: '1/255' }, /rescale_factor/],
    [{ do_normalize: 'no' }, /do_normalize must be true or false, got "no"/],
    [{ do_rescale: 0 }, /do_rescale must be true or false/],
    [{ do_resize: 1 }, /do_resize/],
    [{ do_center_crop: 'yes' }, /do_center_crop/],
  ];
  for (const [config, message] of cases) expect(() => read(config), JSON.stringify(config)).toThrow(message);
});

test('filters are read by number or name, others are refused by theirs', () => {
  expect([2, 3, 'bilinear', 'BICUBIC'].map((resample) => read({ resample }).filter)).toEqual([
    'bilinear',
    'bicubic',
    'bilinear',
    'bicubic',
  ]);
  for (const [resample, name] of [
    [0, 'nearest'],
    [1, 'lanczos'],
    [4, 'box'],
    [5, 'hamming'],
  ] as const)
    expect(() => read({ resample })).toThrow(`resample must be 2 (bilinear) or 3 (bicubic), got ${resample} (${name})`);
  for (const resample of [9, 'cubic', true]) expect(() => read({ resample })).toThrow(/resample must be/);
  expect([read({}, 'dinov2').filter, read({}).filter]).toEqual(['bicubic', 'bilinear']);
});

test('sizes and crops are read in all their forms, and are null where they are switched off', () => {
  const sizes: [unknown, string, object][] = [
    [224, 'vit', { height: 224, width: 224 }],
    [256, 'dinov2', { shortest: 256 }],
    [{ shortest_edge: 256 }, 'vit', { shortest: 256 }],
    [{ height: 200, width: 300 }, 'dinov2', { height: 200, width: 300 }],
    [[200, 300], 'vit', { height: 200, width: 300 }],
  ];
  for (const [size, family, expected] of sizes) expect(read({ size }, family).resize).toEqual(expected);
  expect(read({ size: 224, do_resize: false }).resize).toBeNull();
  expect(read({}).resize).toBeNull();
  expect(read({ crop_size: 224 }).crop).toBeNull();
  expect(read({ crop_size: 224, do_center_crop: true }).crop).toEqual({ height: 224, width: 224 });
  expect(read({ crop_size: { height: 8, width: 9 }, do_center_crop: true }).crop).toEqual({ height: 8, width: 9 });
  for (const size of [0, -1, 2.5, '224', {}, { longest_edge: 3 }, { shortest_edge: 3, height: 3, width: 3 }, [1, 2, 3]])
    expect(() => read({ size }), JSON.stringify(size)).toThrow(/size must be a number, \{ shortest_edge \}/);
  expect(() => read({ crop_size: { shortest_edge: 224 }, do_center_crop: true })).toThrow(/crop_size must be/);
});

test('steps that change pixels and are not computed here are refused by name', () => {
  expect(() => read({ do_flip_channel_order: true })).toThrow(/do_flip_channel_order must be false, it changes pixels/);
  expect(() => read({ do_pad: true, do_thumbnail: true })).toThrow(/do_pad, do_thumbnail must be false/);
  expect(() => read({ rescale_offset: true })).toThrow(/rescale_offset must be false/);
  expect(read({ do_pad: false, do_thumbnail: null, do_convert_rgb: true }).filter).toBe('bilinear');
});

test('without the file a vit is refused, for its checkpoints differ; the others have the statistics of ImageNet', () => {
  const folder = join(scratch, 'none');
  mkdirSync(folder);
  expect(() => readPreprocessing(folder, 'vit')).toThrow(/must hold preprocessor_config.json.*jepa fetch/);
  expect(readPreprocessing(folder, 'dinov2').normalisation.mean).toEqual([0.485, 0.456, 0.406]);
  expect(read({}, 'vit').normalisation.mean).toEqual([0.5, 0.5, 0.5]);
});
