import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { f32Tensor } from '../../data/index.ts';
import { libraryVersion, writeSafetensors } from '../../data/node.ts';
import { distance, gaussian, runtime } from '../../nn/run-module.law.ts';
import { leWmDynamics, type WorldConfig } from '../../world/index.ts';
import { TINY, tinyValues } from '../../world/le-wm/tiny.law.ts';
import { worldModel } from '../world-model/world-model.ts';
import { exportModel } from './export.ts';
import { readModel } from './files.ts';
import type { ModelOrigin } from './model-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'jepa-export-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const values = tinyValues();
const model = worldModel(leWmDynamics(TINY), values, runtime);
const origin: ModelOrigin = {
  env: 'two-room',
  frameSkip: 2,
  actions: { column: 'action', mean: [0, 0.1], std: [1, 2], rows: 10, constant: [] },
  actionBounds: { low: -1, high: 1 },
  split: { train: [0, 2], val: [1], test: [3] },
  step: 7,
  seed: 3,
};
const config: WorldConfig = { kind: 'le-wm', ...TINY };
const sizes = { batch: 3, tasks: 2, context: 2, samples: 5, horizon: 4 };
const { embedDim: dim } = TINY;

beforeAll(async () => {
  await exportModel({ dir, config, values, origin, sizes });
});

/** Runs an exported graph with ONNX Runtime itself. */
async function runFile(
  name: string,
  feeds: Readonly<Record<string, ort.Tensor>>,
): Promise<ort.InferenceSession.ReturnType> {
  const session = await ort.InferenceSession.create(join(dir, name), { intraOpNumThreads: 1 });
  const results = await session.run(feeds);
  await session.release();
  return results;
}

const f32 = (data: Float32Array, shape: readonly number[]): ort.Tensor => new ort.Tensor('float32', data, shape);

test('encode.onnx, loaded by ONNX Runtime itself, embeds pixels as the model does', async () => {
  const frames = Uint8Array.from({ length: 3 * 16 * 16 * 3 }, (_, i) => (i * 37) % 256);
  const { z } = await runFile('encode.onnx', { frames: new ort.Tensor('uint8', frames, [3, 16, 16, 3]) });
  expect(z!.dims).toEqual([3, dim]);
  expect(distance(z!.data as Float32Array, await model.encode(frames, 3))).toBeLessThan(1e-5);
});

test('predict.onnx predicts as the model does', async () => {
  const z = gaussian(3 * 3 * dim, 11);
  const blocks = gaussian(3 * 3 * 4, 12);
  const { next } = await runFile('predict.onnx', { z: f32(z, [3, 3, dim]), blocks: f32(blocks, [3, 3, 4]) });
  expect(next!.dims).toEqual([3, 3, dim]);
  expect(distance(next!.data as Float32Array, await model.predict(z, blocks, 3, 3))).toBeLessThan(1e-5);
});

test('cost.onnx scores plans by the squared distance of the last imagined embedding to the goal', async () => {
  const context = gaussian(2 * 2 * dim, 13);
  const executed = gaussian(2 * 1 * 4, 14);
  const plans = gaussian(2 * 5 * 4 * 4, 15);
  const goal = gaussian(2 * dim, 16);
  const { cost } = await runFile('cost.onnx', {
    context: f32(context, [2, 2, dim]),
    executed: f32(executed, [2, 1, 4]),
    plans: f32(plans, [2, 5, 4, 4]),
    goal: f32(goal, [2, dim]),
  });
  const all = await model.imagine({ context, executed, plans, tasks: 2, contextLength: 2, samples: 5, horizon: 4 });
  const expected = Array.from({ length: 10 }, (_, row) => {
    const at = (row * 6 + 5) * dim;
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += (all[at + d]! - goal[Math.floor(row / 5) * dim + d]!) ** 2;
    return sum;
  });
  expect(cost!.dims).toEqual([2, 5]);
  expect(distance(cost!.data as Float32Array, expected) / Math.max(...expected)).toBeLessThan(1e-5);
});

/** The length-delimited fields of a protocol-buffer message, in order; other fields are passed over. */
function fields(bytes: Uint8Array): readonly { readonly id: number; readonly data: Uint8Array }[] {
  const out: { id: number; data: Uint8Array }[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) varint();
    else {
      const length = varint();
      out.push({ id: tag >>> 3, data: bytes.subarray(at, at + length) });
      at += length;
    }
  }
  return out;
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

test.each(['encode', 'predict', 'cost'])('%s.onnx uses standard operators only and says where it is from', (name) => {
  const top = fields(readFileSync(join(dir, `${name}.onnx`)));
  // ModelProto: opset_import is field 8 (domain 1), metadata_props field 14 (key 1, value 2).
  const domains = top.filter((f) => f.id === 8).map((f) => text(fields(f.data).find((g) => g.id === 1)?.data));
  expect(domains).toEqual(['']);
  const metadata = Object.fromEntries(
    top.filter((f) => f.id === 14).map((f) => fields(f.data).map((g) => text(g.data)) as [string, string]),
  );
  expect(JSON.parse(metadata['jepa.model']!)).toEqual({
    method: 'le-wm',
    version: libraryVersion(),
    config,
    origin,
  });
  expect(JSON.parse(metadata['jepa.sizes']!)).toEqual(sizes);
});

test('model.safetensors gives back the model and all that acting with it takes', async () => {
  const file = readModel(join(dir, 'model.safetensors'));
  expect(file.config).toEqual(config);
  expect(file.origin).toEqual(origin);
  expect(file.version).toBe(libraryVersion());
  expect(file.values.parameters.data).toEqual(values.parameters.data);
  expect(file.values.buffers.data).toEqual(values.buffers.data);
});

test('a file that is no model is refused with the way to make one', () => {
  const path = join(dir, 'other.safetensors');
  writeSafetensors(path, [['w', f32Tensor([1], Float32Array.of(1))]]);
  expect(() => readModel(path)).toThrow(/is no model file.*jepa export/);
});

test('a damaged model file is refused', () => {
  const bytes = readFileSync(join(dir, 'model.safetensors'));
  bytes[bytes.length - 1]! ^= 1;
  mkdirSync(join(dir, 'bad'), { recursive: true });
  writeFileSync(join(dir, 'bad', 'model.safetensors'), bytes);
  expect(() => readModel(join(dir, 'bad', 'model.safetensors'))).toThrow(/SHA-256/);
});
