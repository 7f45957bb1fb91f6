// LeWorldModel's anchors and laws. Legend: B clips, T frames, D width, A numbers per block, E tasks, S samples, H blocks.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { type TracedJepa, traceJepa } from '../../jepa/index.ts';
import { initialise, type Module, parameterCount, specsOf } from '../../nn/index.ts';
import { distance, gaussian, runModule, shaken } from '../../nn/run-module.law.ts';
import { bindCost, planCost } from '../../plan/index.ts';
import { input, slice, type Tensor } from '../../tensor/index.ts';
import {
  type InverseLeWm,
  LE_WM_REFERENCE,
  type LeWm,
  type LeWmConfig,
  leWm,
  leWmMethod,
  leWmModule,
} from '../index.ts';
import { TINY, tinyValues } from './tiny.law.ts';

const D = TINY.embedDim;
const A = TINY.actionDim;
const values = tinyValues();

const run = (
  trace: (m: LeWm) => Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, Float32Array>>,
  mode: 'train' | 'eval' = 'eval',
) => runModule(leWm(TINY), mode, trace, { values, inputs });

/** The traced training step of clips of f32 images, with directions [D, M] from the input `dirs`. */
const lossOf = (m: LeWm, batch: number, frames: number, M: number): TracedJepa =>
  traceJepa(leWmMethod(TINY, { batch, frames, pixels: 'f32', directions: input('dirs', [D, M]) }), m);

test('the reference has 18,034,478 parameters (anchor A1), part by part', () => {
  const counts = new Map<string, number>();
  for (const { name, shape } of specsOf(leWm(LE_WM_REFERENCE), 'parameter')) {
    const part = name.split('.')[0]!;
    counts.set(part, (counts.get(part) ?? 0) + shape.reduce((a, b) => a * b, 1));
  }
  expect(Object.fromEntries(counts)).toEqual({
    encoder: 5_501_376,
    predictor: 10_791_360,
    action_encoder: 156_206,
    projector: 792_768,
    pred_proj: 792_768,
  });
  expect(parameterCount(leWm(LE_WM_REFERENCE))).toBe(18_034_478);
});

test('with the two counts of batches it has the 303 tensors and 18,042,672 numbers of the published file', () => {
  const module = leWm(LE_WM_REFERENCE);
  const all = [...specsOf(module, 'parameter'), ...specsOf(module, 'buffer')];
  const numbers = all.reduce((n, s) => n + s.shape.reduce((a, b) => a * b, 1), 0);
  expect([all.length + 2, numbers + 2]).toEqual([303, 18_042_672]);
});

test('with blocks of 25 numbers the action encoder has 156,356 parameters (anchor A2)', () => {
  const specs = specsOf(leWm({ ...LE_WM_REFERENCE, actionDim: 25 }), 'parameter');
  const own = specs.filter((s) => s.name.startsWith('action_encoder.'));
  expect(own.reduce((n, s) => n + s.shape.reduce((a, b) => a * b, 1), 0)).toBe(156_356);
});

test('at initialisation the predictor is LN(embedding + position), whatever the actions (anchor A10)', async () => {
  const config = { ...TINY, embedDim: TINY.encoder.dim };
  const D = config.embedDim;
  const fresh = initialise(leWm(config), key(0));
  const T = 4;
  const frames = gaussian(2 * T * 3 * 256, 1);
  const trace = (m: LeWm) => {
    const z = m.encode(input('frames', [2, T, 3, 16, 16]));
    const actions = m.encodeActions(input('actions', [2, T, A]));
    return { z, raw: m.predictRaw(slice(z, 1, 0, T - 1), slice(actions, 1, 0, T - 1)) };
  };
  const inputs = { frames, actions: gaussian(2 * T * A, 2) };
  const { z, raw } = await runModule(leWm(config), 'train', trace, { values: fresh, inputs });
  const { offset, size } = fresh.parameters.layout.index.get('predictor.pos_embedding')!;
  const positions = fresh.parameters.data.subarray(offset, offset + size);
  const expected: number[] = [];
  for (let b = 0; b < 2; b++)
    for (let t = 0; t < T - 1; t++) {
      const row = Array.from({ length: D }, (_, d) => z![(b * T + t) * D + d]! + positions[t * D + d]!);
      const mean = row.reduce((s, v) => s + v, 0) / D;
      const variance = row.reduce((s, v) => s + (v - mean) ** 2, 0) / D;
      expected.push(...row.map((v) => (v - mean) / Math.sqrt(variance + 1e-5)));
    }
  expect(distance(raw!, expected)).toBeLessThan(2e-6);
});

const predictTrace = (m: LeWm) => ({
  next: m.predict(input('z', [1, 3, D]), m.encodeActions(input('blocks', [1, 3, A]))),
});

test('changing a later embedding or block never changes an earlier prediction', async () => {
  const [z, blocks] = [gaussian(3 * D, 1), gaussian(3 * A, 2)];
  const before = (await run(predictTrace, { z, blocks })).next!;
  for (const time of [1, 2]) {
    for (const which of ['z', 'blocks'] as const) {
      const changed = { z: z.slice(), blocks: blocks.slice() };
      changed[which].fill(0.7, time * (which === 'z' ? D : A), (time + 1) * (which === 'z' ? D : A));
      const after = (await run(predictTrace, changed)).next!;
      expect(after.subarray(0, time * D)).toEqual(before.subarray(0, time * D));
      expect(distance(after, before)).toBeGreaterThan(1e-3);
    }
  }
});

test('the loss is the mean squared error of the next embeddings plus the weighted regulariser', async () => {
  const T = 4;
  const inputs = {
    pixels: gaussian(5 * T * 3 * 256, 1),
    actions: gaussian(5 * T * A, 2),
    dirs: gaussian(D * 8, 3),
  };
  const trace = (m: LeWm) => {
    const { loss, terms, step } = lossOf(m, 5, T, 8);
    const predicted = step.pairs[0]!.prediction;
    return { loss, prediction: terms.prediction!, sigreg: terms.sigreg!, z: step.latents.clip!.embedding, predicted };
  };
  const out = await run(trace, inputs, 'train');
  let sum = 0;
  for (let b = 0; b < 5; b++)
    for (let t = 0; t < T - 1; t++)
      for (let d = 0; d < D; d++)
        sum += (out.predicted![(b * (T - 1) + t) * D + d]! - out.z![(b * T + t + 1) * D + d]!) ** 2;
  expect(out.prediction![0]).toBeCloseTo(sum / (5 * (T - 1) * D), 5);
  expect(out.loss![0]).toBeCloseTo(out.prediction![0]! + 0.09 * out.sigreg![0]!, 5);
  // The block after the last frame has no influence.
  const other = inputs.actions.slice();
  for (let b = 0; b < 5; b++) other.fill(9, (b * T + T - 1) * A, (b + 1) * T * A);
  expect((await run(trace, { ...inputs, actions: other }, 'train')).loss).toEqual(out.loss);
});

test('with inverse dynamics the blocks between frames are read off embeddings, and their error is weighed in', async () => {
  const T = 4;
  const config: LeWmConfig = { ...TINY, inverse: { weight: 0.5, hidden: 6 } };
  const model = leWmModule(config);
  const actions = gaussian(5 * T * A, 2);
  const traced = async (given: Float32Array) =>
    runModule(
      model,
      'train',
      (m: InverseLeWm) => {
        const directions = input('dirs', [D, 8]);
        const { loss, terms, step } = traceJepa(
          leWmMethod(config, { batch: 5, frames: T, pixels: 'f32', directions }),
          m,
        );
        return { ...terms, loss, read: m.inverse!.predict(step.latents.clip!.embedding) };
      },
      {
        values: shaken(model, 0.2),
        inputs: { pixels: gaussian(5 * T * 3 * 256, 1), actions: given, dirs: gaussian(D * 8, 3) },
      },
    );
  const out = await traced(actions);
  let sum = 0;
  for (let b = 0; b < 5; b++)
    for (let t = 0; t < T - 1; t++)
      for (let a = 0; a < A; a++) sum += (out.read![(b * (T - 1) + t) * A + a]! - actions[(b * T + t) * A + a]!) ** 2;
  expect(out.inverse![0]).toBeCloseTo(sum / (5 * (T - 1) * A), 4);
  expect(out.loss![0]).toBeCloseTo(out.prediction![0]! + 0.09 * out.sigreg![0]! + 0.5 * out.inverse![0]!, 4);
  const other = actions.map((v, i) => (Math.floor(i / A) % T === T - 1 ? 9 : v));
  expect((await traced(other)).loss).toEqual(out.loss);
  // Beside the network, and only where it is asked for.
  const names = (m: Module<unknown>): string[] => specsOf(m, 'parameter').map((p) => p.name);
  expect(names(model).filter((name) => !name.startsWith('idm.'))).toEqual(names(leWm(TINY)));
  expect(names(leWmModule(TINY))).toEqual(names(leWm(TINY)));
});

/** Imagines one plan by calling `predict` with at most the last three embeddings and blocks. */
async function stepByStep(context: Float32Array, blocks: Float32Array, steps: number): Promise<Float32Array> {
  let z = Array.from(context);
  for (let t = 0; t < steps; t++) {
    const end = z.length / D;
    const from = Math.max(0, end - TINY.history);
    const length = end - from;
    const { next } = await run(
      (m) => ({ next: m.predict(input('z', [1, length, D]), m.encodeActions(input('blocks', [1, length, A]))) }),
      { z: Float32Array.from(z.slice(from * D)), blocks: blocks.slice(from * A, end * A) },
    );
    z = [...z, ...next!.subarray((length - 1) * D)];
  }
  return Float32Array.from(z);
}

test('a rollout is predict, step by step, with a window that slides over the last `history` embeddings', async () => {
  const [E, S, H, C] = [2, 3, 4, 2] as const;
  const context = gaussian(E * C * D, 1);
  const executed = gaussian(E * (C - 1) * A, 2);
  const plans = gaussian(E * S * H * A, 3);
  const { all } = await run(
    (m) => ({
      all: m.rollout(input('context', [E, C, D]), input('executed', [E, C - 1, A]), input('plans', [E, S, H, A])),
    }),
    { context, executed, plans },
  );
  const [e, s] = [1, 2];
  const row = e * S + s;
  const blocks = Float32Array.from([
    ...executed.subarray(e * (C - 1) * A, (e + 1) * (C - 1) * A),
    ...plans.subarray(row * H * A, (row + 1) * H * A),
  ]);
  const expected = await stepByStep(context.slice(e * C * D, (e + 1) * C * D), blocks, H);
  expect(distance(all!.subarray(row * (C + H) * D, (row + 1) * (C + H) * D), expected)).toBeLessThan(1e-5);
});

test('what left the window has no influence on later predictions', async () => {
  const [C, H] = [4, 1] as const;
  const [context, executed, plans] = [gaussian(C * D, 1), gaussian((C - 1) * A, 2), gaussian(H * A, 3)];
  const imagine = async (c: Float32Array, x: Float32Array) =>
    (
      await run(
        (m) => ({
          all: m.rollout(input('context', [1, C, D]), input('executed', [1, C - 1, A]), input('plans', [1, 1, H, A])),
        }),
        { context: c, executed: x, plans },
      )
    ).all!.subarray(C * D);
  const [c2, x2] = [context.slice(), executed.slice()];
  c2.fill(5, 0, D);
  x2.fill(5, 0, A);
  expect(await imagine(c2, x2)).toEqual(await imagine(context, executed));
});

test('the goal cost is the squared distance of the last embedding', async () => {
  const [rollout, goal] = [gaussian(2 * 3 * 4 * 5, 1), gaussian(2 * 5, 2)];
  const { cost } = await run(
    () => ({ cost: bindCost(planCost('last', 5))(input('rollout', [2, 3, 4, 5]), input('goal', [2, 5])) }),
    {
      rollout,
      goal,
    },
  );
  const expected = Array.from({ length: 6 }, (_, row) => {
    let sum = 0;
    for (let d = 0; d < 5; d++) sum += (rollout[(row * 4 + 3) * 5 + d]! - goal[Math.floor(row / 3) * 5 + d]!) ** 2;
    return sum;
  });
  expect(distance(cost!, expected)).toBeLessThan(1e-5);
});

test('action blocks of the wrong width are refused with what to check', async () => {
  await expect(run((m) => ({ u: m.encodeActions(input('a', [1, 3, 5])) }), {})).rejects.toThrow(
    /action blocks must be \[\.\.\., 4\].*got \[1,3,5\]; check frameSkip/,
  );
});

test('more frames than the history are refused', async () => {
  await expect(run((m) => ({ next: m.predict(input('z', [1, 4, D]), input('u', [1, 4, D])) }), {})).rejects.toThrow(
    /at most history = 3 frames, got 4/,
  );
});

test('a training batch with a single prediction is refused: batch normalisation needs two', async () => {
  const trace = (m: LeWm) => ({
    loss: lossOf(m, 1, 2, 4).loss,
  });
  await expect(run(trace, {}, 'train')).rejects.toThrow(/at least two values per channel/);
});

test('an embedding narrower than the encoder is led in and out of the predictor by linear maps', async () => {
  const narrow = leWm({ ...TINY, embedDim: 5 });
  const shapes = new Map(specsOf(narrow, 'parameter').map((s) => [s.name, s.shape]));
  const of = (name: string) => shapes.get(name);
  expect(of('projector.net.3.weight')).toEqual([5, TINY.projectorHidden]);
  expect(of('predictor.pos_embedding')).toEqual([1, 3, 5]);
  expect(of('predictor.transformer.input_proj.weight')).toEqual([TINY.encoder.dim, 5]);
  expect(of('predictor.transformer.cond_proj.weight')).toEqual([TINY.encoder.dim, 5]);
  expect(of('predictor.transformer.output_proj.weight')).toEqual([5, TINY.encoder.dim]);
  const { all } = await runModule(
    narrow,
    'eval',
    (m) => ({ all: m.rollout(input('context', [1, 1, 5]), undefined, input('plans', [1, 2, 4, A])) }),
    { inputs: { context: gaussian(5, 1), plans: gaussian(8 * A, 2) } },
  );
  expect(all!.length).toBe(2 * 5 * 5);
});
