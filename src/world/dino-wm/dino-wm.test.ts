// The laws of DINO-WM. Its numbers are those of parity/dino_wm.
// Legend: B clips, T frames, P patches, V width of a patch feature, Q numbers of proprioception, A numbers per block,
// E tasks, S samples, C context frames, H blocks.

import { expect, test } from 'vitest';
import { grad, topological } from '../../autodiff/index.ts';
import { key } from '../../core/index.ts';
import { traceJepa } from '../../jepa/index.ts';
import { initialise, parameterCount, pretrained, specsOf } from '../../nn/index.ts';
import { distance, gaussian, numbersOf, runModule, shaken } from '../../nn/run-module.law.ts';
import { input, reshape, sourceOf, type Tensor } from '../../tensor/index.ts';
import {
  DINO_WM_REFERENCE,
  type DinoWm,
  type DinoWmConfig,
  dinoWm,
  dinoWmMethod,
  frameCausal,
  frameGoalCost,
  pretrainedFeatures,
  putEncoder,
  storedFeatures,
} from '../index.ts';

const [P, V, Q, A] = [4, 6, 2, 3] as const;
const TINY: DinoWmConfig = {
  predictor: { depth: 2, heads: 2, headDim: 4, mlpDim: 16, dropout: 0 },
  history: 3,
  action: { dim: A, embedDim: 2 },
  proprio: { dim: Q, embedDim: 3 },
};
/** Width of a state: patch feature and proprioception. */
const W = V + 3;
const world = dinoWm(TINY, storedFeatures(P, V));
const values = shaken(world, 0.2);

const run = (
  trace: (m: DinoWm) => Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, Float32Array>>,
): Promise<Record<string, Float32Array>> => runModule(world, 'eval', trace, { values, inputs });

/** The next states of T frames. */
async function predict(T: number, states: Float32Array, blocks: Float32Array): Promise<Float32Array> {
  const trace = (m: DinoWm) => ({
    next: m.predict(input('states', [1, T, P, W]), m.encodeActions(input('blocks', [1, T, A]))),
  });
  return (await run(trace, { states, blocks })).next!;
}

test('on 196 patches of width 384 the reference has 20,122,760 parameters', () => {
  const D = 384 + 10 + 10;
  const attention = 2 * D + D * 3 * 1024 + 1024 * D + D;
  const mlp = 2 * D + D * 2048 + 2048 + 2048 * D + D;
  const predictor = 3 * 196 * D + 6 * (attention + mlp) + 2 * D;
  const count = parameterCount(dinoWm(DINO_WM_REFERENCE, storedFeatures(196, 384)));
  expect(count).toBe(predictor + (10 * 10 + 10) + (4 * 10 + 10));
  expect(count).toBe(20_122_760);
});

test('a patch may attend to its own frame and earlier ones', () => {
  const rows = Array.from({ length: 6 }, (_, i) => Array.from(frameCausal(3, 2).subarray(6 * i, 6 * i + 6)));
  const [first, second, third] = [
    [1, 1, 0, 0, 0, 0],
    [1, 1, 1, 1, 0, 0],
    [1, 1, 1, 1, 1, 1],
  ];
  expect(rows).toEqual([first, first, second, second, third, third]);
});

test('changing a later frame or block never changes an earlier prediction', async () => {
  const [states, blocks] = [gaussian(3 * P * W, 1), gaussian(3 * A, 2)];
  const before = await predict(3, states, blocks);
  for (const time of [1, 2]) {
    const later = states.slice().fill(0.7, time * P * W, (time + 1) * P * W);
    const otherBlock = blocks.slice().fill(0.7, time * A, (time + 1) * A);
    for (const after of [await predict(3, later, blocks), await predict(3, states, otherBlock)]) {
      expect(after.subarray(0, time * P * W)).toEqual(before.subarray(0, time * P * W));
      expect(distance(after.subarray(time * P * W), before.subarray(time * P * W))).toBeGreaterThan(1e-3);
    }
  }
});

test('within a frame every patch sees every other, before and after it', async () => {
  const [states, blocks] = [gaussian(2 * P * W, 1), gaussian(2 * A, 2)];
  const before = await predict(2, states, blocks);
  for (let changed = 0; changed < P; changed++) {
    const other = states.slice().fill(0.7, changed * W, (changed + 1) * W);
    const after = await predict(2, other, blocks);
    for (let patch = 0; patch < 2 * P; patch++) {
      const of = (x: Float32Array): Float32Array => x.subarray(patch * W, (patch + 1) * W);
      expect(distance(of(after), of(before))).toBeGreaterThan(1e-6);
    }
  }
});

/** Plans imagined from C frames whose states are known; the result as states [E S, C + H, P, W]. */
async function imagine(
  [E, C, S, H]: readonly [number, number, number, number],
  given: {
    readonly seen: Float32Array;
    readonly felt: Float32Array;
    readonly executed: Float32Array;
    readonly plans: Float32Array;
  },
) {
  const { visual, proprio } = await run((m) => {
    const context = { visual: input('seen', [E, C, P, V]), proprio: input('felt', [E, C, 3]) };
    const executed = C > 1 ? input('executed', [E, C - 1, A]) : undefined;
    const out = m.rollout(context, executed, input('plans', [E, S, H, A]));
    return { visual: out.visual, proprio: out.proprio! };
  }, given);
  return { visual: visual!, proprio: proprio! };
}

const contextOf = (E: number, C: number, S: number, H: number) => ({
  seen: gaussian(E * C * P * V, 1),
  felt: gaussian(E * C * 3, 2),
  executed: gaussian(E * (C - 1) * A, 3),
  plans: gaussian(E * S * H * A, 4),
});

/** A frame's state: its patches, each with what is felt. */
function stateOf(visual: Float32Array, felt: Float32Array): number[] {
  return Array.from({ length: P }, (_, p) => [...visual.subarray(p * V, (p + 1) * V), ...felt]).flat();
}

test('a rollout is predict, step by step, on a window that slides over the last `history` frames', async () => {
  const [E, C, S, H] = [2, 2, 3, 4] as const;
  const given = contextOf(E, C, S, H);
  const all = await imagine([E, C, S, H], given);
  const [e, s] = [1, 2];
  const row = e * S + s;
  const states = Array.from({ length: C }, (_, c) => {
    const frame = e * C + c;
    return stateOf(
      given.seen.subarray(frame * P * V, (frame + 1) * P * V),
      given.felt.subarray(frame * 3, (frame + 1) * 3),
    );
  });
  const blocks = [
    ...given.executed.subarray(e * (C - 1) * A, (e + 1) * (C - 1) * A),
    ...given.plans.subarray(row * H * A, (row + 1) * H * A),
  ];
  while (states.length < C + H) {
    const end = states.length;
    const from = Math.max(0, end - TINY.history);
    const window = Float32Array.from(states.slice(from).flat());
    const next = await predict(end - from, window, Float32Array.from(blocks.slice(from * A, end * A)));
    states.push(Array.from(next.subarray(next.length - P * W)));
  }
  const visual = states.flatMap((state) => state.filter((_, i) => i % W < V));
  const felt = states.flatMap((state) => state.slice(V, W));
  const size = (C + H) * P * V;
  expect(distance(all.visual.subarray(row * size, (row + 1) * size), visual)).toBeLessThan(2e-5);
  expect(distance(all.proprio.subarray(row * (C + H) * 3, (row + 1) * (C + H) * 3), felt)).toBeLessThan(2e-5);
});

test('what left the window has no influence on later predictions', async () => {
  const sizes = [1, 4, 1, 2] as const;
  const given = contextOf(...sizes);
  const before = await imagine(sizes, given);
  const change = async (frame: number) => {
    const seen = given.seen.slice().fill(5, frame * P * V, (frame + 1) * P * V);
    const executed = given.executed.slice().fill(5, frame * A, (frame + 1) * A);
    return imagine(sizes, { ...given, seen, executed });
  };
  const imagined = (x: { readonly visual: Float32Array }): Float32Array => x.visual.subarray(4 * P * V);
  expect(imagined(await change(0))).toEqual(imagined(before));
  expect(distance(imagined(await change(1)), imagined(before))).toBeGreaterThan(1e-3);
});

test('the goal cost is the mean squared difference of patches plus alpha times that of proprioception', async () => {
  const inputs = {
    visual: gaussian(2 * 3 * P * V, 1),
    felt: gaussian(2 * 3 * 2, 2),
    goal: gaussian(P * V, 3),
    goalFelt: gaussian(2, 4),
  };
  const trace = () => {
    const imagined = { visual: input('visual', [1, 2, 3, P, V]), proprio: input('felt', [1, 2, 3, 2]) };
    const goal = { visual: input('goal', [1, P, V]), proprio: input('goalFelt', [1, 2]) };
    return {
      last: frameGoalCost(imagined, goal, { alpha: 0.5 }),
      all: frameGoalCost(imagined, goal, { alpha: 0.5, frames: 'all', base: 3 }),
    };
  };
  const { last, all } = await run(trace, inputs);
  const mean = (x: Float32Array, row: number, y: Float32Array): number =>
    y.reduce((sum, v, i) => sum + (x[row * y.length + i]! - v) ** 2, 0) / y.length;
  const frame = (row: number): number =>
    mean(inputs.visual, row, inputs.goal) + 0.5 * mean(inputs.felt, row, inputs.goalFelt);
  expect(distance(last!, [frame(2), frame(5)])).toBeLessThan(1e-5);
  const weighted = (s: number): number => (frame(3 * s) + 3 * frame(3 * s + 1) + 9 * frame(3 * s + 2)) / 13 / 3;
  expect(distance(all!, [weighted(0), weighted(1)])).toBeLessThan(1e-5);
});

const native = pretrained(
  { model_type: 'dinov2', hidden_size: V, num_hidden_layers: 1, num_attention_heads: 2, image_size: 8, patch_size: 4 },
  {},
);

test('a loaded encoder stays as it is: its numbers are buffers, and its features are the targets', async () => {
  const { proprio: _, ...config } = TINY;
  const spec = dinoWmMethod(config, { encoder: pretrainedFeatures(native), batch: 2, frames: 3 });
  expect(specsOf(spec.module, 'parameter').filter(({ name }) => name.startsWith('encoder.'))).toEqual([]);
  const numbers = initialise(spec.module, key(0));
  const encoder = shaken(native.module, 0.2);
  putEncoder(numbers, encoder);
  const name = 'embeddings.patch_embeddings.projection.weight';
  expect(numbersOf(numbers, `encoder.${name}`)).toEqual(numbersOf(encoder, name));
  const pixels = Uint8Array.from(gaussian(2 * 3 * 8 * 8 * 3, 1), (v) => Math.max(0, Math.min(255, 128 + 60 * v)));
  const out = await runModule(
    spec.module,
    'train',
    (m) => {
      const { loss, step } = traceJepa(spec, m);
      return { loss, prediction: step.pairs[0]!.prediction, features: m.encodeFrames(step.inputs.frames!) };
    },
    { values: numbers, inputs: { frames: pixels, actions: gaussian(2 * 3 * A, 2) } },
  );
  let sum = 0;
  for (let b = 0; b < 2; b++)
    for (let i = 0; i < 2 * P * V; i++)
      sum += (out.prediction![b * 2 * P * V + i]! - out.features![(b * 3 + 1) * P * V + i]!) ** 2;
  expect(out.loss![0]).toBeCloseTo(sum / (2 * 2 * P * V), 4);
});

test('the decoder puts the pixels of each patch where the patch lies, and its loss trains nothing else', async () => {
  const { proprio: _, ...config } = TINY;
  const encoder = pretrainedFeatures(native);
  const spec = dinoWmMethod({ ...config, decoderHidden: 5 }, { encoder, batch: 1, frames: 2 });
  const numbers = shaken(spec.module, 0.2);
  const trace = (m: DinoWm) => {
    const { terms, step } = traceJepa(spec, m);
    const loss = terms.decoder!;
    const features = input('features', [1, P, V]);
    const reached = topological([loss]).flatMap(({ inputs }) => inputs.flatMap((t) => sourceOf(t) ?? []));
    const learning = reached.filter(({ role }) => role === 'parameter').map(({ name }) => name.split('.')[0]!);
    expect(new Set(learning)).toEqual(new Set(['decoder']));
    return {
      loss,
      planes: m.decode(features),
      decoded: m.decode(reshape(step.latents.clip!.representation, [2, P, V])),
    };
  };
  const features = gaussian(P * V, 1);
  const frames = Uint8Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => (37 * i) % 256);
  const given = { frames, features };
  const before = await runModule(spec.module, 'eval', trace, { values: numbers, inputs: given });
  const other = features.slice().fill(0.7, 2 * V, 3 * V); // patch 2 of 2 x 2: row 1, column 0
  const after = await runModule(spec.module, 'eval', trace, {
    values: numbers,
    inputs: { ...given, features: other },
  });
  for (let i = 0; i < 3 * 8 * 8; i++) {
    const [y, x] = [Math.floor(i / 8) % 8, i % 8];
    expect(after.planes![i] === before.planes![i]).toBe(!(y >= 4 && x < 4));
  }
  let sum = 0;
  for (let i = 0; i < frames.length; i++) {
    const [c, x, y, t] = [i % 3, Math.floor(i / 3) % 8, Math.floor(i / 24) % 8, Math.floor(i / 192)];
    sum += (before.decoded![((t * 3 + c) * 8 + y) * 8 + x]! - (frames[i]! / 127.5 - 1)) ** 2;
  }
  expect(before.loss![0]).toBeCloseTo(sum / frames.length, 5);
});

test('no gradient passes through the target', async () => {
  const spec = dinoWmMethod(TINY, { encoder: storedFeatures(P, V), batch: 1, frames: 3 });
  const { d } = await run(
    (m) => {
      const { loss, step } = traceJepa(spec, m);
      return { d: grad(loss, [step.inputs.frames!])[0]! };
    },
    { frames: gaussian(3 * P * V, 1), actions: gaussian(3 * A, 2), proprio: gaussian(3 * Q, 3) },
  );
  expect(d!.subarray(2 * P * V).every((v) => v === 0)).toBe(true);
  expect(distance(d!, new Float32Array(3 * P * V))).toBeGreaterThan(1e-6);
});

test('mistakes are refused with what to check', () => {
  const traced = (f: (m: DinoWm) => Tensor) => run((m) => ({ y: f(m) }), {});
  const state = (T: number): Tensor => input('states', [1, T, P, W]);
  return Promise.all([
    expect(traced((m) => m.encodeActions(input('a', [1, 3, 5])))).rejects.toThrow(
      /action blocks must be \[\.\.\., 3\], got \[1,3,5\]; .*check frameSkip/,
    ),
    expect(traced((m) => m.predict(state(4), input('u', [1, 4, 2])))).rejects.toThrow(
      /at most history = 3 frames, got 4/,
    ),
    expect(traced((m) => m.decode(state(1)))).rejects.toThrow(/has no decoder; set `decoderHidden`/),
    expect(traced((m) => m.join({ visual: input('visual', [1, 1, P, V]) }))).rejects.toThrow(/needs proprioception/),
  ]);
});
