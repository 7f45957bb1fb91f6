// A LeWorldModel in one file: watch an agent wander through two rooms, learn to predict the next embedding from pixels
// and actions alone, and check on episodes it never saw that it knows more than "nothing moves".
// Run with `npx jiti examples/03-le-wm.ts`; ends with "ok" when everything it claims is true. About 15 seconds on two cores.

import { ok } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect } from 'jepa/agent/node';
import { compile } from 'jepa/compile';
import { fold, key } from 'jepa/core';
import { ACTION, fitNormaliser, splitEpisodes } from 'jepa/data';
import { type Batch, openStore, windowLoader } from 'jepa/data/node';
import { makePolicy, twoRoom } from 'jepa/envs';
import { bind } from 'jepa/nn';
import { adamW, warmupCosine } from 'jepa/optim';
import { createRun } from 'jepa/run/node';
import { input, mul, reduceMean, slice, square, sub } from 'jepa/tensor';
import { jepaProgram } from 'jepa/train';
import { train } from 'jepa/train/node';
import { type Acting, type LeWm, type LeWmConfig, leWm, leWmMethod } from 'jepa/world';

const seed = key(0);
const size = 32; // pixels
const frames = 4; // per clip: a history of three and the frame after it
const frameSkip = 5; // environment steps per frame
const batchSize = 32;
const steps = 120;

const config: LeWmConfig = {
  encoder: { imageSize: size, patchSize: 8, dim: 48, depth: 2, heads: 3, mlpDim: 96 },
  predictor: { depth: 2, heads: 3, headDim: 16, mlpDim: 96, dropout: 0 },
  embedDim: 16,
  projectorHidden: 128,
  history: 3,
  actionDim: frameSkip * 2,
  actionSmoothed: 10,
  sigreg: { weight: 0.09, directions: 128 },
};

const folder = mkdtempSync(join(tmpdir(), 'jepa-example-'));
try {
  // 1. Watch: 100 episodes of a clumsy agent. What is learned is tested on other episodes than it is learned from.
  const dir = join(folder, 'dataset');
  const env = twoRoom({ imageSize: size });
  await collect({
    dir,
    env,
    policy: makePolicy('two-room', 'noisy-expert'),
    episodes: 100,
    maxSteps: 60,
    minSteps: frames * frameSkip,
    key: fold(seed, 'collect'),
  });
  const store = openStore(dir);
  const split = splitEpisodes(store.episodes.length, { train: 0.8, val: 0, test: 0.2 }, fold(seed, 'split'));
  const actions = fitNormaliser(store, ACTION, split.train);
  store.close();
  const clips = (episodes: readonly number[], startStep = 0) =>
    windowLoader({
      source: dir,
      episodes,
      frames,
      frameSkip,
      batchSize,
      normalisers: [actions],
      key: seed,
      startStep,
      workers: 0,
    });

  // 2. Learn: one program computes loss, gradients and running statistics.
  const inputsOf = (batch: Batch) => ({ pixels: batch.pixels, actions: batch.action });
  const program = await jepaProgram<LeWm, Acting, Batch>({
    spec: leWmMethod(config, { batch: batchSize, frames }),
    key: fold(seed, 'model'),
    inputs: inputsOf,
  });
  const run = createRun(join(folder, 'run'), { config: { ...config }, seed: 0, versions: {} });
  const outcome = await train<Batch>({
    run,
    program,
    batches: (firstStep) => clips(split.train, firstStep),
    optimiser: adamW(program.layout, { weightDecay: 1e-3 }),
    learningRate: warmupCosine({ peak: 2e-3, warmupSteps: 10, totalSteps: steps }),
    clip: 1,
    steps,
    seed: 0,
    imagesPerStep: batchSize * frames,
    checkpointEvery: steps,
    logEvery: 50,
    onMessage: console.log,
  });
  const losses = run.metrics().map((m) => m.loss as number);
  run.close();
  console.log(`${outcome.kind} after ${outcome.step} steps: loss ${losses.map((l) => l.toFixed(3)).join(' -> ')}`);
  ok(outcome.kind === 'done');
  ok(losses.at(-1)! < 0.5 * losses[0]!, 'the loss halves');

  // 3. Check on held-out episodes: how far is the predicted next embedding from the true one, and how far is the last?
  const { model } = bind(leWm(config), 'eval');
  const z = model.encode(input('pixels', [batchSize, frames, size, size, 3], 'u8'));
  const next = slice(z, 1, 1);
  const last = slice(z, 1, 0, frames - 1);
  const blocks = input('actions', [batchSize, frames, config.actionDim]);
  const predicted = model.predict(last, slice(model.encodeActions(blocks), 1, 0, frames - 1));
  const idle = model.predict(last, slice(model.encodeActions(mul(blocks, 0)), 1, 0, frames - 1));
  const check = await compile({
    prediction: reduceMean(square(sub(predicted, next))),
    copyLast: reduceMean(square(sub(last, next))),
    withoutActions: reduceMean(square(sub(idle, next))),
  });
  const { parameters, buffers } = program.values;
  const held = clips(split.test);
  const error = { prediction: 0, copyLast: 0, withoutActions: 0 };
  for (let i = 0; i < held.stepsPerEpoch; i++) {
    const found = await check.run({ inputs: inputsOf(held.next()), parameters, state: buffers });
    for (const name of ['prediction', 'copyLast', 'withoutActions'] as const)
      error[name] += Number(found[name]![0]) / held.stepsPerEpoch;
  }
  held.close();
  const shown = Object.entries(error).map(([name, e]) => `${name} ${e.toFixed(3)}`);
  console.log(`squared error on ${held.stepsPerEpoch * batchSize} held-out clips: ${shown.join(', ')}`);
  ok(error.prediction < 0.6 * error.copyLast, 'it beats copying the last embedding');
  ok(error.prediction < error.withoutActions, 'it uses the actions');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log('ok');
