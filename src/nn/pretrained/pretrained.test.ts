// What config.json means, what of a checkpoint is read, and how positions are resampled. The numbers of whole encoders are
// those of parity/hf_*.

import { expect, test } from 'vitest';
import { type JepaError, key } from '../../core/index.ts';
import { initialise, specsOf } from '../module.ts';
import { bicubicMatrix, resamplePositions } from './bicubic.ts';
import { pretrained } from './encoder.ts';
import { encoderTensors, loadPretrained } from './load.ts';

const dinov2 = {
  model_type: 'dinov2',
  hidden_size: 12,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  image_size: 8,
  patch_size: 4,
};

test('another family is named, with the families that are read', () => {
  expect(() => pretrained({ ...dinov2, model_type: 'vjepa2' })).toThrow(
    /model_type must be one of the image encoders ijepa, vit, dinov2, dinov2_with_registers, dinov3_vit, got 'vjepa2'/,
  );
  expect(() => pretrained({})).toThrow(/got no name/);
});

test('fields that are missing or impossible are named', () => {
  const without = Object.fromEntries(Object.entries(dinov2).filter(([name]) => name !== 'hidden_size'));
  expect(() => pretrained(without, { file: 'x/config.json' })).toThrow(
    /x\/config.json: hidden_size must be a whole number >= 1, got undefined/,
  );
  expect(() => pretrained({ ...dinov2, num_attention_heads: 5 })).toThrow(/a divisor of hidden_size 12/);
  expect(() => pretrained({ ...dinov2, image_size: 9 })).toThrow(/image_size must be a multiple of patch_size 4/);
  expect(() => pretrained({ ...dinov2, hidden_act: 'relu' })).toThrow(/hidden_act must be gelu, got relu/);
  expect(() => pretrained({ ...dinov2, num_channels: 1 })).toThrow(/must have 3 channels, got 1/);
  expect(() => pretrained({ ...dinov2, quantization_config: { bits: 8 } })).toThrow(
    /quantization_config must be absent/,
  );
  expect(() => pretrained({ ...dinov2, pooler_act: 'relu' })).toThrow(/pooler_act must be tanh, got "relu"/);
});

test("SwiGLU's hidden width is two thirds of the MLP's, rounded up to a multiple of 8", () => {
  // DINOv2-g: width 1536, ratio 4: 4096.
  const giant = { ...dinov2, hidden_size: 1536, num_attention_heads: 24, use_swiglu_ffn: true };
  expect(pretrained(giant).config.mlpDim).toBe(4096);
  expect(pretrained({ ...dinov2, use_swiglu_ffn: true }).config.mlpDim).toBe(32); // 48, 32
});

test('a description names family, sizes and the resolution of training', () => {
  expect(pretrained(dinov2).describe).toBe('dinov2: 1 blocks of width 12, 2 heads, patches of 4, trained at 8x8');
});

/** A state dict of random numbers for a configuration. */
function stateDict(config: object, options: { pooler?: boolean } = {}) {
  const { module } = pretrained({ ...config }, options);
  const { layout, data } = initialise(module, key(0)).parameters;
  return new Map(
    layout.entries.map(({ name, shape, offset, size }) => [name, { shape, data: data.slice(offset, offset + size) }]),
  );
}
const read = ({ data }: { readonly data: Float32Array }): Float32Array => data;

test('prefixes of a model with a head are taken off, heads and mask tokens are passed over', () => {
  const bare = stateDict(dinov2);
  const wrapped = new Map([...bare].map(([name, t]) => [`dinov2.${name}`, t]));
  wrapped.set('classifier.weight', { shape: [2, 12], data: new Float32Array(24) });
  wrapped.set('dinov2.embeddings.mask_token', { shape: [1, 12], data: new Float32Array(12) });
  const own = pretrained(dinov2);
  const tensors = encoderTensors(wrapped, own.family);
  expect([...tensors.keys()].sort()).toEqual([...bare.keys()].sort());
  const values = loadPretrained(own, tensors, read, 'x');
  expect(values.parameters.data).toEqual(initialise(own.module, key(0)).parameters.data);
});

test('whatever wraps the encoder in a state dict is taken off, in any order', () => {
  const bare = stateDict(dinov2);
  for (const prefix of [
    'module.',
    'backbone.',
    'model.',
    'module.backbone.',
    '_orig_mod.module.dinov2.',
    'model.backbone.',
  ]) {
    const wrapped = new Map([...bare].map(([name, t]) => [`${prefix}${name}`, t]));
    expect([...encoderTensors(wrapped, 'dinov2').keys()], prefix).toEqual([...bare.keys()]);
  }
});

test('two tensors that are the same part of the encoder are named', () => {
  const [name, tensor] = [...stateDict(dinov2)][0]!;
  const both = new Map([
    [name, tensor],
    [`backbone.${name}`, tensor],
  ]);
  expect(() => encoderTensors(both, 'dinov2')).toThrow(
    `the tensors ${name} and backbone.${name} are both the encoder's`,
  );
});

test('missing and extra tensors are all listed', () => {
  const tensors = stateDict(dinov2);
  tensors.delete('layernorm.bias');
  tensors.delete('embeddings.cls_token');
  tensors.set('decoder.weight', { shape: [1], data: new Float32Array(1) });
  const failure = (): unknown => {
    try {
      loadPretrained(pretrained(dinov2), tensors, read, 'some/folder');
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const error = failure() as JepaError;
  expect(error.code).toBe('checkpoint');
  expect(error.message).toMatch(
    /some\/folder is of another architecture: missing: embeddings.cls_token.*layernorm.bias.*; extra: decoder.weight/,
  );
});

test('positions of another size than image_size says are refused before resampling', () => {
  const tensors = stateDict({ ...dinov2, image_size: 12 });
  expect(() => loadPretrained(pretrained(dinov2, { grid: [4, 4] }), tensors, read, 'x')).toThrow(
    /position_embeddings must be \[1, 5, 12\] for image_size 8, got \[1, 10, 12\]/,
  );
});

test('a grid of its own changes the position table alone, and a pooler is read when it is there', () => {
  const names = (options: object) =>
    specsOf(pretrained({ ...dinov2, model_type: 'vit', intermediate_size: 8 }, options).module, 'parameter');
  const shapes = (options: object) => names(options).map(({ name, shape }) => `${name} ${shape}`);
  const changed = shapes({ grid: [3, 5] }).filter((line) => !shapes({}).includes(line));
  expect(changed).toEqual(['embeddings.position_embeddings 1,16,12']);
  const added = shapes({ pooler: true }).filter((line) => !shapes({}).includes(line));
  expect(added).toEqual(['pooler.dense.weight 12,12', 'pooler.dense.bias 12']);
});

test('bicubic interpolation keeps constants; with a = -0.5, enlarging, straight lines too', () => {
  for (const antialias of [false, true]) {
    for (const [from, to] of [
      [5, 9],
      [12, 5],
      [4, 4],
    ] as const) {
      const m = bicubicMatrix(from, to, antialias);
      for (let i = 0; i < to; i++) {
        const row = m.subarray(i * from, (i + 1) * from);
        expect(row.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 6);
        const centre = ((i + 0.5) * from) / to - 0.5;
        if (!antialias || from > to || centre < 2 || centre > from - 3) continue;
        expect(row.reduce((sum, w, j) => sum + w * j, 0)).toBeCloseTo(centre, 5);
      }
    }
  }
});

test('the two forms have the kernels of Keys with a = -0.75 and -0.5 halfway between pixels', () => {
  // At 0.5 and 1.5: (a + 2) / 8 - (a + 3) / 4 + 1 and a (1.5^3 - 5 1.5^2 + 8 1.5 - 4).
  const middle = (antialias: boolean) => [...bicubicMatrix(6, 12, antialias).subarray(5 * 6, 6 * 6)];
  // Row 5 of 12 lies at 2.25: taps at distance 1.25, 0.25, 0.75, 1.75.
  const kernel = (d: number, a: number) =>
    d < 1 ? (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1 : a * (d ** 3 - 5 * d ** 2 + 8 * d - 4);
  for (const [antialias, a] of [
    [false, -0.75],
    [true, -0.5],
  ] as const)
    for (const [j, d] of [1.25, 0.25, 0.75, 1.75].entries())
      expect(middle(antialias)[1 + j]).toBeCloseTo(kernel(d, a), 6);
});

test('resampled positions keep the lead token, and a position that is linear in row and column stays linear', () => {
  const [from, to] = [[8, 8] as const, [4, 8] as const];
  const table = new Float32Array((1 + 64) * 2);
  table.set([7, 9]);
  for (let n = 0; n < 64; n++) table.set([Math.floor(n / 8), n % 8], (1 + n) * 2);
  const out = resamplePositions(table, 2, { lead: 1, from, to, antialias: false });
  expect([...out.subarray(0, 2)]).toEqual([7, 9]);
  const at = (y: number, x: number) => [...out.subarray((1 + y * 8 + x) * 2, (2 + y * 8 + x) * 2)];
  expect(at(1, 5)).toEqual([2.5, 5]); // halfway between rows 2 and 3, where the kernel is symmetric
  expect(resamplePositions(table, 2, { lead: 1, from, to: from, antialias: false })).toBe(table);
});
