import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { flatLayout, JepaError, key, normal } from '../core/index.ts';
import { f32Tensor } from '../data/index.ts';
import { readSafetensors, writeSafetensors } from '../data/node.ts';
import { adamW } from '../optim/index.ts';
import {
  type CheckpointHeader,
  instrumentMemory,
  loadModel,
  type ModelState,
  readCheckpoint,
  restore,
  writeCheckpoint,
} from './checkpoint.ts';

const folder = mkdtempSync(join(tmpdir(), 'jepa-checkpoint-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, `${name}.safetensors`);

type Shapes = Readonly<Record<string, readonly number[]>>;

function model(shapes: Shapes, buffers: Shapes = { 'bn.running_mean': [3] }): ModelState {
  const layoutOf = (of: Shapes) => flatLayout(Object.entries(of).map(([name, shape]) => ({ name, shape })));
  const [layout, bufferLayout] = [layoutOf(shapes), layoutOf(buffers)];
  return {
    layout,
    bufferLayout,
    params: normal(key(1), new Float32Array(layout.size)),
    buffers: normal(key(2), new Float32Array(bufferLayout.size)),
  };
}

const shapes: Shapes = { 'encoder.weight': [4, 3], 'encoder.bias': [4], 'head.weight': [2, 4] };
const header: CheckpointHeader = {
  step: 7,
  seed: 1,
  optimiser: { name: 'adamw', stepCount: 7, weightDecay: 0.02 },
  config: { recipe: 'x' },
  metadata: { env: 'two-room' },
  totals: { steps: 7, wall: 1, wait: 0, program: 1, pause: 0 },
};

function written(name: string): { readonly path: string; readonly state: ModelState } {
  const state = model(shapes);
  const optimiser = adamW(state.layout);
  for (const [i, data] of Object.values(optimiser.state).entries()) normal(key(10 + i), data);
  writeCheckpoint(at(name), state, optimiser, header);
  return { path: at(name), state };
}

function caught(action: () => unknown): JepaError {
  try {
    action();
  } catch (error) {
    if (error instanceof JepaError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('a checkpoint is a safetensors file with parameters and buffers under their own names', () => {
  const { path, state } = written('names');
  const { tensors } = readSafetensors(path);
  expect([...tensors.keys()]).toEqual([
    ...Object.keys(shapes),
    'bn.running_mean',
    ...Object.keys(shapes).map((name) => `optimiser.firstMoment.${name}`),
    ...Object.keys(shapes).map((name) => `optimiser.secondMoment.${name}`),
  ]);
  expect(tensors.get('encoder.weight')).toEqual(f32Tensor([4, 3], state.params.subarray(0, 12)));
});

test('restoring gives back every number', () => {
  const { path, state } = written('restore');
  const target: ModelState = { ...model(shapes), params: new Float32Array(24), buffers: new Float32Array(3) };
  const optimiser = adamW(target.layout);
  restore(readCheckpoint(path), target, optimiser);
  expect([target.params, target.buffers]).toEqual([state.params, state.buffers]);
  expect(optimiser.state.firstMoment).toEqual(normal(key(10), new Float32Array(24)));
  expect(optimiser.state.secondMoment).toEqual(normal(key(11), new Float32Array(24)));
  expect([optimiser.stepCount, optimiser.weightDecay]).toEqual([7, 0.02]);
});

test('a checkpoint of another architecture lists missing, extra and mis-shaped tensors, and copies nothing', () => {
  const { path } = written('other');
  const target = model({ 'encoder.weight': [4, 5], 'encoder.bias': [4], 'tail.weight': [2] });
  const before = target.params.slice();
  const error = caught(() => loadModel(readCheckpoint(path), target));
  expect(error.code).toBe('checkpoint');
  expect(error.message).toMatch(/another architecture: missing: tail.weight \[2\]; extra: head.weight \[2, 4\]; wrong/);
  expect(error.details).toMatchObject({
    missing: ['tail.weight [2]'],
    extra: ['head.weight [2, 4]'],
    misshaped: ['encoder.weight [4, 3] must be [4, 5]'],
  });
  expect(target.params).toEqual(before);
});

test('loading a model for use passes over the optimiser state', () => {
  const { path, state } = written('use');
  const target: ModelState = { ...model(shapes), params: new Float32Array(24) };
  loadModel(readCheckpoint(path), target);
  expect(target.params).toEqual(state.params);
});

test('one changed byte anywhere in the file is found', () => {
  const bytes = readFileSync(written('flip').path);
  const damaged = at('flipped');
  const check = (where: number, mask: number): void => {
    const copy = Buffer.from(bytes);
    copy[where] = (copy[where] ?? 0) ^ mask;
    // Blanks in the JSON of the header and after it carry nothing: another blank there is the same file.
    if (isBlank(copy[where]) && isBlank(bytes[where])) return;
    writeFileSync(damaged, copy);
    caught(() => readCheckpoint(damaged));
  };
  for (let where = 0; where < bytes.length; where++) check(where, 1);
  const places = fc.integer({ min: 0, max: bytes.length - 1 });
  fc.assert(fc.property(places, fc.integer({ min: 1, max: 255 }), check), { numRuns: 300 });
});

const isBlank = (byte: number | undefined): boolean => byte !== undefined && [0x20, 0x09, 0x0a, 0x0d].includes(byte);

test('a truncated checkpoint is corrupt at any length', () => {
  const bytes = readFileSync(written('long').path);
  for (const length of [0, 7, 8, 100, bytes.length - 1]) {
    writeFileSync(at('short'), bytes.subarray(0, length));
    expect(caught(() => readCheckpoint(at('short'))).code).toBe('corrupt');
  }
});

test('a safetensors file that is no checkpoint is named as such', () => {
  writeSafetensors(at('plain'), [['w', f32Tensor([1], Float32Array.of(1))]]);
  expect(caught(() => readCheckpoint(at('plain')))).toMatchObject({ code: 'checkpoint' });
  expect(caught(() => readCheckpoint(at('absent')))).toMatchObject({ code: 'io' });
});

test('a number in the metadata that JSON cannot hold is refused instead of becoming null', () => {
  const state = model(shapes);
  const bad = { ...header, metadata: { normaliser: { mean: [Number.NaN] } } };
  expect(() => writeCheckpoint(at('nan'), state, adamW(state.layout), bad)).toThrow(/must be a finite number, got NaN/);
});

test('a tensor name shared by parameters and buffers is refused', () => {
  const state = model({ a: [2] }, { a: [2] });
  expect(() => writeCheckpoint(at('twice'), state, adamW(state.layout), header)).toThrow(/'a' is taken/);
});

test('what instruments remember comes back, and neither model nor optimiser takes it for its own', () => {
  const state = model(shapes);
  const memory = { record: { LOW_RANK: { count: 2, since: 30 } }, numbers: Float32Array.of(1, -0, 0.1) };
  writeCheckpoint(at('memory'), state, adamW(state.layout), header, memory);
  const checkpoint = readCheckpoint(at('memory'));
  expect(instrumentMemory(checkpoint)).toEqual(memory);
  const again = { ...state, params: new Float32Array(state.params.length) };
  restore(checkpoint, again, adamW(state.layout));
  expect(again.params).toEqual(state.params);
  loadModel(checkpoint, again);
  expect(instrumentMemory(readCheckpoint(written('no-memory').path))).toBeUndefined();
});
