// The networks against counts from their definition, finite differences, and the training steps of the reference code.

import { expect, test } from 'vitest';
import { compile } from '../../src/compile/index.ts';
import { key } from '../../src/core/index.ts';
import { ballWorlds, drawBall } from '../../src/envs/index.ts';
import { bind, blankValues, type ModelValues, type Module, parameterCount } from '../../src/nn/index.ts';
import { adamW, globalNorm } from '../../src/optim/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { input } from '../../src/tensor/index.ts';
import { jepaProgram, moduleProgram } from '../../src/train/index.ts';
import { fullStory, liteStory } from './config.ts';
import { jointMethod, pixelMethod } from './methods.ts';
import { decoder, encoder, jointModel, type NetworkSizes, type PixelModel, pixelPredictor } from './networks.ts';
import { meanSquares } from './objectives.ts';

const runtime = nodeRuntime({ threads: 1 });
const full = fullStory().networks;
const lite = liteStory().networks;
const tiny: NetworkSizes = { imageSize: 8, frames: 2, channels: [2, 3, 2], dim: 3, hidden: 4 };

test('the networks have the parameters of their definition', () => {
  // 9 c_in c_out + c_out per convolution, (in + 1) out per linear layer; as counted in the reference.
  expect(parameterCount(encoder(full))).toBe(547_712);
  expect(parameterCount(decoder(full))).toBe(569_649);
  expect(parameterCount(pixelPredictor(full))).toBe(1_117_361);
  expect(parameterCount(jointModel(full, 0))).toBe(613_632);
  expect(parameterCount(jointModel(full, 1))).toBe(613_888);
  expect(parameterCount(jointModel(lite, 0))).toBe(26_496);
  expect(parameterCount(encoder({ ...lite, frames: 2 })) - parameterCount(encoder(lite))).toBe(9 * 8);
});

test('sizes that cannot be are refused', () => {
  expect(() => encoder({ ...lite, imageSize: 20 })).toThrow(/divisible by 8, got image size 20/);
  expect(() => encoder({ ...lite, channels: [8, 16] })).toThrow(/three channels/);
});

test('gradients of encoder and decoder are those of finite differences', async () => {
  const both = pixelPredictor(tiny);
  const shape = [2, 2, 8, 8];
  const x = Float32Array.from({ length: 256 }, (_, i) => Math.sin(1.7 * i));
  const program = await moduleProgram<PixelModel, Float32Array>({
    module: both,
    key: key(1),
    runtime,
    trace: ({ encode, decode }) => ({
      loss: meanSquares(decode(encode(input('x', shape))), input('y', [2, 1, 8, 8])),
      terms: {},
    }),
    inputs: (y) => ({ x, y }),
  });
  const y = Float32Array.from({ length: 128 }, (_, i) => (i % 3 === 0 ? 1 : 0));
  await program.step(y, key(0), 0);
  const analytic = program.grads.slice();
  const h = 0.02;
  const at = async (i: number, v: number): Promise<number> => {
    const kept = program.params[i]!;
    program.params[i] = v;
    const { loss } = await program.step(y, key(0), 0);
    program.params[i] = kept;
    return loss;
  };
  for (const { offset, size, name } of program.layout.entries) {
    for (const i of [offset, offset + size - 1]) {
      const v = program.params[i]!;
      const numeric = ((await at(i, v + h)) - (await at(i, v - h))) / (2 * h);
      expect(Math.abs(numeric - analytic[i]!), name).toBeLessThan(2e-5 + 0.02 * Math.abs(numeric));
    }
  }
});

// The reference's fixture: eight pictures, and parameters sin(1 + k + 0.7 i) / sqrt(fan) for the k-th tensor, where fan is the
// product of all dimensions but the first, and a bias takes that of the weight before it. float64 there, float32 here.
const NOW = [12.25, 20.5, 28.75, 36, 44.25, 50.5, 32.1, 16.9];
const NEXT = [18.25, 14.5, 34.75, 30, 50.25, 44.5, 26.1, 22.9];
const ACTION = Float32Array.of(1, -1, 1, -1, 1, -1, -1, 1);
const pictures = (columns: readonly number[]): Float32Array => {
  const out = new Float32Array(8 * 64 * 64);
  columns.forEach((x, i) => {
    drawBall(ballWorlds.full, x, out, i * 64 * 64);
  });
  return out;
};

function fixtureValues(m: Module<unknown>): ModelValues {
  const values = blankValues(m);
  let fan = 1;
  values.parameters.layout.entries.forEach(({ shape, offset, size }, k) => {
    if (shape.length > 1) fan = shape.slice(1).reduce((a, b) => a * b, 1);
    for (let i = 0; i < size; i++) values.parameters.data[offset + i] = Math.sin(1 + k + 0.7 * i) / Math.sqrt(fan);
  });
  return values;
}

const inputs = { now: pictures(NOW), next: pictures(NEXT) };
const shape = [8, 1, 64, 64];

test('the embeddings and predictions of the reference fixture are reproduced', async () => {
  const m = jointModel(full, 0);
  const values = fixtureValues(m);
  const model = bind(m, 'eval').model;
  const z = model.encode(input('now', shape));
  const program = await compile({ z, predicted: model.predict(z) }, { runtime });
  const out = (await program.run({
    inputs: { now: inputs.now },
    parameters: values.parameters,
    state: values.buffers,
  })) as Record<string, Float32Array>;
  const close = (got: Float32Array, expected: readonly number[]): void => {
    for (const [i, v] of expected.entries()) expect(Math.abs(got[i]! - v)).toBeLessThan(2e-5);
  };
  close(out.z!, [0.00857506703644, 0.0424676092456, -0.0233307651884, -0.0192708764753]);
  close(out.predicted!, [0.155248326891, -0.140534565072, 0.152730337209, 0.000179805726505]);
  await program.dispose();
});

test.each([
  ['without the action', 0, [50.3640846019, 49.0481160841, 47.6686128464], 20.2563225997],
  ['with the action', 1, [50.3590716395, 49.0422504577, 47.6652946921], 20.2650753863],
] as const)(
  'three training steps of the joint model have the losses of the reference: %s',
  async (_name, actions, losses, norm) => {
    const m = jointModel(full, actions);
    const program = await jepaProgram({
      spec: jointMethod({ sizes: full, batch: 8, action: actions === 1, objective: 'vicreg' }),
      key: key(0),
      runtime,
      values: fixtureValues(m),
      inputs: (_: null) => (actions === 0 ? inputs : { ...inputs, action: ACTION }),
    });
    const optimiser = adamW(program.layout);
    for (const [i, expected] of losses.entries()) {
      const { loss, terms } = await program.step(null, key(0), i);
      expect(Math.abs(loss / expected - 1)).toBeLessThan(2e-4);
      if (i === 0) {
        expect(Math.abs(globalNorm(program.grads) / norm - 1)).toBeLessThan(2e-3);
        if (actions === 0) expect(terms.sim).toBeCloseTo(0.0626016703811, 5);
      }
      optimiser.step(program.params, program.grads, 3e-4);
    }
  },
  120_000,
);

test('three training steps of the pixel predictor have the losses of the reference', async () => {
  const m = pixelPredictor(full);
  const program = await jepaProgram({
    spec: pixelMethod({ sizes: full, batch: 8 }),
    key: key(0),
    runtime,
    values: fixtureValues(m),
    inputs: (_: null) => inputs,
  });
  const optimiser = adamW(program.layout);
  for (const [i, expected] of [0.234154772107, 0.233882360405, 0.233535438403].entries()) {
    const { loss } = await program.step(null, key(0), i);
    expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-4);
    if (i === 0) expect(Math.abs(globalNorm(program.grads) / 0.220091074424 - 1)).toBeLessThan(2e-3);
    optimiser.step(program.params, program.grads, 3e-4);
  }
}, 120_000);
