// A few training steps that must come out the same everywhere: a small perceptron and a tiny LeWorldModel, by
// plain gradient descent: Adam divides each gradient by its own size, so that one which is all rounding moves a full step.
// The function refers to nothing outside itself, so that a test can send its text to a browser.
// Legend: B rows or clips, T frames.

import type * as core from '../core/index.ts';
import type * as jepa from '../jepa/index.ts';
import type * as nn from '../nn/index.ts';
import type * as optim from '../optim/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type * as tensor from '../tensor/index.ts';
import type * as world from '../world/index.ts';
import type * as jepaProgram from './jepa-program.ts';
import type * as moduleProgram from './module-program.ts';

/** The rooms that training is written with. */
export interface TrainingRooms {
  readonly core: typeof core;
  readonly jepa: typeof jepa;
  readonly nn: typeof nn;
  readonly optim: typeof optim;
  readonly tensor: typeof tensor;
  readonly world: typeof world;
  readonly train: typeof jepaProgram & typeof moduleProgram;
}

/** What a run of steps shows. */
export interface TrainingRecord {
  readonly losses: number[];
  /** Global norms of the gradient. */
  readonly norms: number[];
}

/** Trains the perceptron and the world model of `config` on fixed batches for `steps` steps each. */
export async function trainEverywhere(
  rooms: TrainingRooms,
  runtime: Runtime,
  config: world.LeWmConfig,
  steps: number,
): Promise<{ readonly perceptron: TrainingRecord; readonly leWm: TrainingRecord }> {
  const { core: c, nn: n, optim: o, tensor: t, train, world: w } = rooms;
  type Batch = moduleProgram.StepInputs;
  const B = 4;
  const T = 4;
  const run = async (program: moduleProgram.ModuleProgram<Batch>, batch: Batch): Promise<TrainingRecord> => {
    const optimiser = o.sgd(program.layout);
    const record: TrainingRecord = { losses: [], norms: [] };
    for (let step = 0; step < steps; step++) {
      record.losses.push((await program.step(batch, c.fold(c.key(7), 'step', step), step)).loss);
      record.norms.push(o.globalNorm(program.grads));
      optimiser.step(program.params, program.grads, 0.005);
    }
    await program.program.dispose();
    return record;
  };
  const wave = (count: number, rate: number): Float32Array =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(rate * i + 1));

  const perceptron = await train.moduleProgram<
    { a: (x: tensor.Tensor) => tensor.Tensor; b: (x: tensor.Tensor) => tensor.Tensor },
    Batch
  >({
    module: n.module({ a: n.linear(6, 8), b: n.linear(8, 2) }, (m) => m),
    key: c.key(1),
    runtime,
    trace: ({ a, b }) => {
      const y = b(t.gelu(a(t.input('x', [B, 6]))));
      return { loss: t.reduceMean(t.square(t.sub(y, t.input('y', [B, 2])))), terms: {} };
    },
    inputs: (batch) => batch,
  });
  const leWm = await train.jepaProgram<world.LeWm, world.Acting, Batch>({
    spec: w.leWmMethod(config, { batch: B, frames: T }),
    key: c.key(2),
    runtime,
    inputs: (batch) => batch,
  });
  const pixels = Uint8Array.from({ length: B * T * 16 * 16 * 3 }, (_, i) => (i * 89 + Math.floor(i / 41) * 17) % 251);
  return {
    perceptron: await run(perceptron, { x: wave(B * 6, 0.7), y: wave(B * 2, 1.3) }),
    leWm: await run(leWm, { pixels, actions: wave(B * T * config.actionDim, 0.37) }),
  };
}
