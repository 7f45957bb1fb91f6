// The state model: laws, its loss from the definition, and a linear world that it must find.
// Legend: B clips, T frames, S numbers of the raw state, D of the embedding, A of a block, E tasks, H steps, C context.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { traceJepa } from '../../jepa/index.ts';
import { distance, gaussian, runModule, runtime, shaken } from '../../nn/run-module.law.ts';
import { adam, warmupCosine } from '../../optim/index.ts';
import { bindCost } from '../../plan/index.ts';
import { input } from '../../tensor/index.ts';
import { jepaProgram, type StepInputs } from '../../train/index.ts';
import { dynamicsOf, type StateWorldConfig, stateWorld, stateWorldMethod } from '../index.ts';

/** Of three raw numbers the third and the first are read, the second is an angle. */
const CONFIG: StateWorldConfig = {
  stateDim: 3,
  numbers: { at: [2, 0], mean: [10, -1], std: [4, 0.5] },
  angles: [1],
  actionDim: 2,
  hidden: [8, 8],
  goalAt: [0, 3],
};
const [S, D, A] = [3, 4, 2] as const;
const values = shaken(stateWorld(CONFIG), 0.2);
const dynamics = dynamicsOf({ kind: 'state', ...CONFIG });
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const embedded = (states: ArrayLike<number>): Float32Array =>
  Float32Array.from(
    range(states.length / S).flatMap((n) => {
      const [x, angle, y] = [states[n * S]!, states[n * S + 1]!, states[n * S + 2]!];
      return [(y - 10) / 4, (x + 1) / 0.5, Math.cos(angle), Math.sin(angle)];
    }),
  );

test('an embedding is the chosen numbers, standardised, then cosine and sine of the angles', async () => {
  const states = gaussian(5 * S, 1, 3);
  const model = dynamics.bind();
  const { z } = await runModule(dynamics.module, 'eval', () => ({ z: model.encode({ state: input('s', [5, S]) }) }), {
    values,
    inputs: { s: states },
  });
  expect([dynamics.dim, dynamics.senses]).toEqual([D, { state: { dtype: 'f32', shape: [S] } }]);
  expect(distance(z!, embedded(states))).toBeLessThan(1e-5);
});

test('a rollout is predict, step by step, from the last frame of the context', async () => {
  const [E, samples, H, C] = [2, 2, 3, 2] as const;
  const model = dynamics.bind();
  const plans = gaussian(E * samples * H * A, 2);
  const context = gaussian(E * C * D, 1);
  const { all } = await runModule(
    dynamics.module,
    'eval',
    () => ({
      all: model.rollout(
        input('context', [E, C, D]),
        input('executed', [E, C - 1, A]),
        input('plans', [E, samples, H, A]),
      ), // of the executed blocks nothing is read
    }),
    { values, inputs: { context, plans } },
  );
  const row = 3;
  const own = all!.subarray(row * (C + H) * D, (row + 1) * (C + H) * D);
  expect(own.subarray(0, C * D)).toEqual(context.subarray(C * D));
  for (let t = 0; t < H; t++) {
    const from = C - 1 + t;
    const { next } = await runModule(
      dynamics.module,
      'eval',
      () => ({ next: model.predict(input('z', [1, 1, D]), input('u', [1, 1, A])) }),
      { values, inputs: { z: own.slice(from * D, (from + 1) * D), u: plans.slice((row * H + t) * A).subarray(0, A) } },
    );
    expect(distance(next!, own.subarray((from + 1) * D, (from + 2) * D))).toBeLessThan(1e-6);
  }
});

test('a row of predictions depends on the embedding and block of its own time alone', async () => {
  const model = dynamics.bind();
  const run = async (z: Float32Array) =>
    (
      await runModule(
        dynamics.module,
        'eval',
        () => ({ next: model.predict(input('z', [1, 2, D]), input('u', [1, 2, A])) }),
        { values, inputs: { z, u: gaussian(2 * A, 2) } },
      )
    ).next!;
  const z = gaussian(2 * D, 1);
  const before = await run(z);
  const after = await run(z.map((v, i) => (i < D ? v : 0.7)));
  expect(after.subarray(0, D)).toEqual(before.subarray(0, D));
  expect(distance(after, before)).toBeGreaterThan(1e-3);
});

test.each(['last', 'all'] as const)(
  'the cost %s counts the numbers that the goal is about, and no others',
  async (kind) => {
    const [imagined, goal] = [gaussian(2 * 3 * 4 * D, 1), gaussian(2 * D, 2)];
    const { defaultCost } = dynamicsOf({ kind: 'state', ...CONFIG, cost: kind });
    const { cost } = await runModule(
      dynamics.module,
      'eval',
      () => ({ cost: bindCost(defaultCost)(input('imagined', [2, 3, 4, D]), input('goal', [2, D])) }),
      { values, inputs: { imagined, goal } },
    );
    const expected = range(6).map((row) =>
      [0, 3].reduce((sum, d) => {
        const off = range(4).map((t) => (imagined[(row * 4 + t) * D + d]! - goal[Math.floor(row / 3) * D + d]!) ** 2);
        return sum + (kind === 'last' ? off[3]! : off.reduce((a, v) => a + v, 0) / 2);
      }, 0),
    );
    expect(distance(cost!, expected)).toBeLessThan(1e-5);
  },
);

test('per step, a block is as many predictions with the same weights as it holds steps', async () => {
  const config: StateWorldConfig = { ...CONFIG, actionDim: 6, perStep: 3 };
  const alone: StateWorldConfig = { ...CONFIG, actionDim: 2 };
  const numbers = shaken(stateWorld(config), 0.2);
  const [z, u] = [gaussian(5 * D, 1), gaussian(5 * 6, 2)];
  const { block } = await runModule(
    stateWorld(config),
    'eval',
    (m) => ({ block: m.predict(input('z', [5, D]), input('u', [5, 6])) }),
    { values: numbers, inputs: { z, u } },
  );
  let after = z;
  for (let step = 0; step < 3; step++) {
    const action = Float32Array.from({ length: 10 }, (_, i) => u[Math.floor(i / 2) * 6 + 2 * step + (i % 2)]!);
    // The parameters of a block of three steps are those of a block of one.
    const { next } = await runModule(
      stateWorld(alone),
      'eval',
      (m) => ({ next: m.predict(input('z', [5, D]), input('u', [5, 2])) }),
      { values: numbers, inputs: { z: after, u: action } },
    );
    after = next!;
  }
  expect(distance(block!, after)).toBeLessThan(1e-5);
});

test('the loss is the mean squared error of all later embeddings, unrolled from the first', async () => {
  const [B, T] = [3, 4] as const;
  const inputs = { states: gaussian(B * T * S, 1), actions: gaussian(B * T * A, 2) };
  const out = await runModule(
    stateWorld(CONFIG),
    'train',
    (m) => {
      const { loss } = traceJepa(stateWorldMethod(CONFIG, { batch: B, frames: T }), m);
      const z0 = input('z0', [B, 1, D]);
      return { loss, all: m.rollout(z0, input('plans', [B, 1, T - 1, A])) };
    },
    {
      values,
      inputs: {
        ...inputs,
        z0: Float32Array.from(range(B).flatMap((b) => [...embedded(inputs.states.subarray(b * T * S, b * T * S + S))])),
        plans: Float32Array.from(range(B).flatMap((b) => [...inputs.actions.subarray(b * T * A, (b * T + T - 1) * A)])),
      },
    },
  );
  const z = embedded(inputs.states);
  const errors = range(B).flatMap((b) =>
    range((T - 1) * D).map((i) => (out.all![b * T * D + D + i]! - z[b * T * D + D + i]!) ** 2),
  );
  expect(out.loss![0]).toBeCloseTo(errors.reduce((a, v) => a + v, 0) / errors.length, 4);
});

test('it finds a linear world in a few hundred steps', async () => {
  const config: StateWorldConfig = {
    stateDim: 3,
    numbers: { at: [0, 2], mean: [5, -5], std: [2, 10] },
    actionDim: 1,
    hidden: [32, 32],
  };
  const [B, T] = [64, 4] as const;
  // Position and velocity of a damped mass, in units of their deviation; the raw state holds something idle between them.
  const step = ([x, v]: readonly [number, number], u: number) => [x + 0.3 * v, 0.8 * v + 0.5 * u] as const;
  const clips = (seed: number, batch: number): StepInputs => {
    const actions = gaussian(batch * T, seed);
    const start = gaussian(batch * 2, seed + 1);
    const states = gaussian(batch * T * 3, seed + 2);
    for (let b = 0; b < batch; b++) {
      let z: readonly [number, number] = [start[2 * b]!, start[2 * b + 1]!];
      for (let t = 0; t < T; t++) {
        states[(b * T + t) * 3] = 5 + 2 * z[0];
        states[(b * T + t) * 3 + 2] = -5 + 10 * z[1];
        z = step(z, actions[b * T + t]!);
      }
    }
    return { states, actions };
  };
  const STEPS = 300;
  const program = await jepaProgram({
    spec: stateWorldMethod(config, { batch: B, frames: T }),
    key: key(0),
    runtime,
    inputs: (batch: StepInputs) => batch,
  });
  const optimiser = adam(program.layout);
  const learningRate = warmupCosine({ peak: 1e-2, warmupSteps: 10, totalSteps: STEPS });
  for (let i = 0; i < STEPS; i++) {
    await program.step(clips(10 * i, B), key(i), i);
    optimiser.step(program.params, program.grads, learningRate(i));
  }
  const { loss } = await program.step(clips(1_000_000, B), key(0), 0);
  // The embeddings that are predicted have a deviation of about 1: less than a thousandth of their variance is missed.
  expect(loss).toBeLessThan(1e-3);
});

test.each([
  [{ numbers: { at: [3], mean: [0], std: [1] } }, /components below 3/],
  [{ numbers: { at: [0], mean: [0], std: [0] } }, /positive deviation/],
  [{ angles: [3] }, /angles must be components of the state below 3/],
  [{ goalAt: [4] }, /goalAt must be numbers of the embedding below 4/],
  [{ goalAt: [] }, /goalAt must be numbers of the embedding/],
  [{ hidden: [] }, /at least one hidden layer/],
  [
    { perStep: 3 },
    /2 numbers of a block must be whole actions of perStep environment steps, got perStep 3; set it to data/,
  ],
])('a configuration that cannot be is refused: %o', (change, message) => {
  expect(() => stateWorld({ ...CONFIG, ...change })).toThrow(message);
});

test('states and blocks of another size are refused, and so are observations without a state', async () => {
  const model = dynamics.bind();
  expect(() => model.encode({ state: input('s', [1, 4]) })).toThrow(/states must be \[\.\.\., 3\], got \[1,4\]/);
  expect(() => model.predict(input('z', [1, 1, D]), input('u', [1, 1, 3]))).toThrow(/action blocks must be/);
  expect(() => model.encode({})).toThrow(/this model reads the state/);
});
