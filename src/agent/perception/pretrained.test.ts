// Reading checkpoint folders and encoding pixels. The checkpoints are the tiny ones of parity/, whose numbers are checked
// there; here the pixels are made from the stored images.

import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, expect, test } from 'vitest';
import { compile } from '../../compile/index.ts';
import { toFloat32 } from '../../data/index.ts';
import { readSafetensors, writeSafetensors } from '../../data/node.ts';
import { bind, encoderTensors, IMAGENET, loadPretrained, pretrained } from '../../nn/index.ts';
import { nodeRuntime } from '../../runtime/index.ts';
import { input, interpolateBilinear } from '../../tensor/index.ts';
import { readPretrained } from './pretrained.ts';

const runtime = nodeRuntime({ threads: 1 });
const scratch = mkdtempSync(join(tmpdir(), 'jepa-pretrained-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const parity = (name: string): string => fileURLToPath(new URL(`../../../parity/${name}`, import.meta.url));

/** Pixels [count, H, W, 3] that differ everywhere, and the same normalised, [count, 3, H, W]. */
function images(count: number, H: number, W: number) {
  const pixels = Uint8Array.from({ length: count * H * W * 3 }, (_, i) => (i * 97 + Math.floor(i / 50) * 31) % 256);
  const normalised = new Float32Array(pixels.length);
  const plane = H * W;
  for (let b = 0; b < count; b++)
    for (let p = 0; p < plane; p++)
      for (let c = 0; c < 3; c++)
        normalised[(b * 3 + c) * plane + p] =
          (pixels[(b * plane + p) * 3 + c]! / 255 - IMAGENET.mean[c]!) / IMAGENET.std[c]!;
  return { pixels, normalised };
}

function distance(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, v, i) => Math.max(worst, Math.abs(v - b[i]!)), 0);
}

/** Tokens of normalised images through the architecture itself. */
async function direct(name: string, normalised: Float32Array, count: number, H: number, W: number) {
  const json = JSON.parse(readFileSync(join(parity(name), 'config.json'), 'utf8')) as Record<string, unknown>;
  const own = pretrained(json, { grid: [H / 8, W / 8] });
  const { tensors } = readSafetensors(join(parity(name), 'model.safetensors'));
  const values = loadPretrained(own, encoderTensors(tensors, own.family), toFloat32, name);
  const { cls, patches } = bind(own.module, 'eval').model.forward(input('x', [count, 3, H, W]));
  const program = await compile({ patches, ...(cls === undefined ? {} : { cls }) }, { runtime });
  const out = await program.run({ inputs: { x: normalised }, parameters: values.parameters });
  await program.dispose();
  return out as Record<'patches' | 'cls', Float32Array>;
}

test.each(['hf_dinov2_with_registers', 'hf_dinov3_vit', 'hf_ijepa'])(
  '%s: pixels of any number and of another shape give the tokens of the normalised images',
  async (name) => {
    const encoder = readPretrained(parity(name), { runtime });
    const { pixels, normalised } = images(9, 32, 48);
    const { patches, cls, grid } = await encoder.encode(pixels, 32, 48);
    const expected = await direct(name, normalised, 9, 32, 48);
    expect(grid).toEqual([4, 6]);
    expect(distance(patches, expected.patches)).toBeLessThan(2e-4); // the normalisation is folded into the weights
    if (name === 'hf_ijepa') expect(cls).toBeUndefined();
    else expect(distance(cls!, expected.cls)).toBeLessThan(2e-4);
    await encoder.dispose();
  },
);

test('images are resized with antialiasing before they are encoded', async () => {
  const encoder = readPretrained(parity('hf_dinov3_vit'), { runtime });
  const { pixels, normalised } = images(1, 50, 70);
  const { patches, grid } = await encoder.encode(pixels, 50, 70, { resize: [32, 40] });
  expect(grid).toEqual([4, 5]);
  // Resizing is linear, so it may come after the normalisation.
  const program = await compile(
    { y: interpolateBilinear(input('x', [1, 3, 50, 70]), [32, 40], { antialias: true }) },
    { runtime },
  );
  const { y } = await program.run({ inputs: { x: normalised } });
  await program.dispose();
  expect(distance(patches, (await direct('hf_dinov3_vit', y as Float32Array, 1, 32, 40)).patches)).toBeLessThan(2e-4);
  await encoder.dispose();
});

test('fed with its parameters instead of holding them, an encoder gives the same tokens', async () => {
  const { pixels } = images(2, 32, 48);
  const [held, fed] = [true, false].map((bake) => readPretrained(parity('hf_dinov2'), { runtime, bake }));
  const tokens = await held!.encode(pixels, 32, 48);
  expect(distance((await fed!.encode(pixels, 32, 48)).patches, tokens.patches)).toBeLessThan(1e-5);
  await Promise.all([held!.dispose(), fed!.dispose()]);
});

test('requests of more sizes than programs are kept, all at the same time, are answered as one after another', async () => {
  const encoder = readPretrained(parity('hf_dinov2'), { runtime });
  const sizes = [1, 2, 3, 4, 5, 6].map((n) => 8 * n);
  const alone = new Map<number, Float32Array>();
  for (const size of sizes) alone.set(size, (await encoder.encode(images(1, size, 16).pixels, size, 16)).patches);
  const requests = Array.from({ length: 24 }, (_, i) => sizes[i % sizes.length]!);
  const answers = await Promise.all(requests.map((size) => encoder.encode(images(1, size, 16).pixels, size, 16)));
  for (const [i, { patches }] of answers.entries()) expect(patches).toEqual(alone.get(requests[i]!));
  await encoder.dispose();
});

test('sizes that do not divide into patches, and bytes that are no images, are refused with what to do', async () => {
  const encoder = readPretrained(parity('hf_dinov2'), { runtime });
  await expect(encoder.encode(new Uint8Array(30 * 50 * 3), 30, 50)).rejects.toThrow(
    /images must divide into patches of 8, got 30x50; resize to 24x48 with \{ resize/,
  );
  await expect(encoder.encode(new Uint8Array(32 * 32 * 3), 32, 32, { resize: [20, 32] })).rejects.toThrow(
    /the size to resize to must divide into patches of 8, got 20x32/,
  );
  await expect(encoder.encode(new Uint8Array(100), 32, 32)).rejects.toThrow(/a multiple of 3072 bytes, got 100/);
});

test('the statistics of preprocessor_config.json are used', async () => {
  const folder = join(scratch, 'stats');
  mkdirSync(folder);
  for (const file of ['config.json', 'model.safetensors'])
    copyFileSync(join(parity('hf_ijepa'), file), join(folder, file));
  writeFileSync(
    join(folder, 'preprocessor_config.json'),
    JSON.stringify({ image_mean: [0, 0, 0], image_std: [1, 1, 1], resample: 3 }),
  );
  const encoder = readPretrained(folder, { runtime });
  const { pixels } = images(1, 32, 32);
  const plain = Float32Array.from({ length: 3 * 1024 }, (_, i) => pixels[(i % 1024) * 3 + Math.floor(i / 1024)]! / 255);
  const { patches } = await encoder.encode(pixels, 32, 32);
  expect(distance(patches, (await direct('hf_ijepa', plain, 1, 32, 32)).patches)).toBeLessThan(2e-4);
  await encoder.dispose();
});

test('a checkpoint in shards is read through its index, and a tensor that no shard has is named', async () => {
  const folder = join(scratch, 'shards');
  mkdirSync(folder);
  const source = parity('hf_ijepa');
  copyFileSync(join(source, 'config.json'), join(folder, 'config.json'));
  const all = [...readSafetensors(join(source, 'model.safetensors')).tensors];
  const halves = [all.slice(0, 20), all.slice(20)];
  for (const [i, half] of halves.entries()) writeSafetensors(join(folder, `${i}.safetensors`), half);
  const map = Object.fromEntries(halves.flatMap((half, i) => half.map(([name]) => [name, `${i}.safetensors`])));
  const index = (weights: object): void =>
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: weights }));
  index(map);
  const { pixels } = images(1, 32, 32);
  const [whole, sharded] = [readPretrained(source, { runtime }), readPretrained(folder, { runtime })];
  expect(await sharded.encode(pixels, 32, 32)).toEqual(await whole.encode(pixels, 32, 32));
  index({ ...map, 'layernorm.extra': '0.safetensors' });
  expect(() => readPretrained(folder)).toThrow(/the shards lack layernorm.extra/);
  await Promise.all([whole.dispose(), sharded.dispose()]);
});

test('a model is found by its name in the local cache, at its main revision', () => {
  const hub = join(scratch, 'hub');
  const model = join(hub, 'models--someone--small');
  const snapshot = join(model, 'snapshots', 'abc');
  mkdirSync(snapshot, { recursive: true });
  mkdirSync(join(model, 'refs'));
  writeFileSync(join(model, 'refs', 'main'), 'abc');
  for (const file of ['config.json', 'model.safetensors'])
    copyFileSync(join(parity('hf_dinov2'), file), join(snapshot, file));
  const before = process.env.HF_HUB_CACHE;
  process.env.HF_HUB_CACHE = hub;
  try {
    expect(readPretrained('someone/small', { runtime }).describe).toMatch(/^dinov2: 2 blocks of width 48/);
    expect(() => readPretrained('someone/large')).toThrow(
      /no checkpoint 'someone\/large'.*get it with 'jepa fetch someone\/large'/,
    );
  } finally {
    if (before === undefined) delete process.env.HF_HUB_CACHE;
    else process.env.HF_HUB_CACHE = before;
  }
});

test('a folder of another family, without weights, or with a damaged configuration says so', () => {
  const folder = join(scratch, 'bad');
  mkdirSync(folder);
  expect(() => readPretrained(folder)).toThrow(/cannot read .*config.json/);
  writeFileSync(join(folder, 'config.json'), '{');
  expect(() => readPretrained(folder)).toThrow(/config.json is not JSON/);
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'clip' }));
  expect(() => readPretrained(folder)).toThrow(/must be one of the image encoders .*dinov3_vit, got 'clip'/);
  copyFileSync(join(parity('hf_dinov2'), 'config.json'), join(folder, 'config.json'));
  expect(() => readPretrained(folder)).toThrow(/must hold model.safetensors/);
  copyFileSync(join(parity('hf_vit'), 'model.safetensors'), join(folder, 'model.safetensors'));
  expect(() => readPretrained(folder)).toThrow(/missing: encoder.layer.0.norm1.weight.*extra: /);
});

test('a pointer, a page, a pickle or a shard from elsewhere in a checkpoint folder is named', () => {
  const folder = join(scratch, 'strangers');
  mkdirSync(folder);
  const at = (file: string): string => join(folder, file);
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n';
  writeFileSync(at('config.json'), pointer);
  expect(() => readPretrained(folder)).toThrow(/config.json is not JSON: it is a Git LFS pointer.*git lfs pull/);
  writeFileSync(at('config.json'), '<!doctype html><html>Sign in</html>');
  expect(() => readPretrained(folder)).toThrow(/config.json is not JSON: it is an HTML page/);
  copyFileSync(join(parity('hf_dinov2'), 'config.json'), at('config.json'));
  writeFileSync(at('pytorch_model.bin'), '');
  expect(() => readPretrained(folder)).toThrow(/it holds pytorch_model.bin, which can run code and is never loaded/);
  writeFileSync(at('model.safetensors.index.json'), JSON.stringify({ weight_map: { w: '../w.safetensors' } }));
  expect(() => readPretrained(folder)).toThrow(/a shard must be a file of the folder, got '..\/w.safetensors'/);
  for (const file of ['a.safetensors', 'b.safetensors'])
    writeSafetensors(at(file), [['twin', { dtype: 'U8', shape: [1], data: Uint8Array.of(1) }]]);
  const map = { twin: 'a.safetensors', other: 'b.safetensors' };
  writeFileSync(at('model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
  expect(() => readPretrained(folder)).toThrow(/two shards have twin, one is b.safetensors/);
  writeFileSync(at('model.safetensors'), pointer);
  expect(() => readPretrained(folder)).toThrow(/model.safetensors: it is a Git LFS pointer/);
});

test('what the file says of sizes and filters stands in the encoder', async () => {
  const folder = join(scratch, 'sizes');
  mkdirSync(folder);
  for (const file of ['config.json', 'model.safetensors'])
    copyFileSync(join(parity('hf_ijepa'), file), join(folder, file));
  const stated = { size: { shortest_edge: 256 }, do_center_crop: true, crop_size: 224, resample: 3 };
  writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(stated));
  const encoder = readPretrained(folder, { runtime });
  expect(encoder.preprocessing).toMatchObject({
    filter: 'bicubic',
    resize: { shortest: 256 },
    crop: { height: 224, width: 224 },
  });
  await encoder.dispose();
});

test('the ONNX model gives the same tokens in a runtime that knows nothing of us', async () => {
  const encoder = readPretrained(parity('hf_dinov3_vit'), { runtime });
  const model = await encoder.onnx({ batch: 1, height: 32, width: 40 });
  const { pixels } = images(1, 32, 40);
  const session = await InferenceSession.create(model);
  const out = await session.run({ pixels: new Tensor('uint8', pixels, [1, 32, 40, 3]) });
  const { patches, cls } = await encoder.encode(pixels, 32, 40);
  expect(distance(out.patches!.data as Float32Array, patches)).toBeLessThan(1e-4);
  expect(distance(out.cls!.data as Float32Array, cls!)).toBeLessThan(1e-4);
  await session.release();
  await encoder.dispose();
});
