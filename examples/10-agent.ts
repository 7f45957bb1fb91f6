// From a model file to an agent that acts: a world model of the true state of Two-Room learns from random steps, leaves as one
// file that holds everything acting takes, and whoever loads the file reaches goals with it.
// Run with `npx jiti examples/10-agent.ts`: half a minute on two cores; ends with "ok" when everything it claims is true.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAgent } from 'jepa/agent';
import { writeModel } from 'jepa/agent/node';
import { fold, key, stream } from 'jepa/core';
import { makeEnv } from 'jepa/envs';
import { adam } from 'jepa/optim';
import { jepaProgram } from 'jepa/train';
import { stateWorldMethod } from 'jepa/world';

const [B, F, STEPS] = [64, 5, 400] as const; // clips of two states, five steps apart
const env = makeEnv('two-room', { imageSize: 16 });

/** States [B, 2, 2] and blocks [B, 2, 10] of random steps; the second block of a clip leads nowhere. */
function clips(step: number) {
  const random = stream(fold(key(1), step));
  const states = new Float32Array(B * 2 * 2);
  const actions = new Float32Array(B * 2 * 2 * F);
  for (let b = 0; b < B; b++) {
    env.reset(fold(key(2), step, b));
    states.set(env.state(), b * 4);
    const [x, y] = [random.uniform() * 2 - 1, random.uniform() * 2 - 1];
    for (let t = 0; t < F; t++) {
      actions.set([x, y], b * 4 * F + 2 * t);
      env.step(Float32Array.of(x, y));
    }
    states.set(env.state(), b * 4 + 2);
  }
  return { states, actions };
}

const config = {
  stateDim: 2,
  numbers: { at: [0, 1], mean: [112, 112], std: [60, 60] },
  actionDim: 2 * F,
  hidden: [64, 64],
};
const program = await jepaProgram({
  spec: stateWorldMethod(config, { batch: B, frames: 2 }),
  key: key(0),
  inputs: (batch: ReturnType<typeof clips>) => ({ ...batch }),
});
const optimiser = adam(program.layout);
for (let i = 0; i < STEPS; i++) {
  await program.step(clips(i), key(i), i);
  optimiser.step(program.params, program.grads, 3e-3 * (1 - i / STEPS));
}

const dir = mkdtempSync(join(tmpdir(), 'jepa-agent-'));
const file = join(dir, 'model.safetensors');
writeModel(file, { kind: 'state', ...config }, program.values, {
  env: 'two-room',
  frameSkip: F,
  actions: { column: 'action', mean: [0, 0], std: [1, 1], rows: B, constant: [] },
  actionBounds: { low: [-1, -1], high: [1, 1] },
  split: { train: [], val: [], test: [] },
  step: STEPS,
  seed: 0,
  planner: {
    solver: 'cem/le-wm',
    samples: 128,
    elites: 16,
    iterations: 6,
    horizon: 3,
    recedingHorizon: 1,
    history: 1,
  },
});

// Whoever has the file needs nothing else.
const agent = await loadAgent(file);
console.log(agent.describe);
let reached = 0;
for (let task = 0; task < 10; task++) {
  env.reset(fold(key(3), task));
  const random = stream(fold(key(4), task));
  const within = () => 30 + 60 * random.uniform(); // start and goal in the left room
  const place = () => Float32Array.of(within(), within());
  env.setState(place());
  const goal = place();
  env.setGoal(goal);
  agent.reset();
  agent.setGoal(goal);
  for (let step = 0; step < 50; step++) {
    const { action } = await agent.act(env.state());
    if (env.step(action).terminated) {
      reached++;
      break;
    }
  }
}
await agent.dispose();
rmSync(dir, { recursive: true, force: true });
console.log(`reached ${reached} of 10 goals`);
if (reached < 9) throw new Error(`the agent must reach at least 9 of 10 goals in its room, got ${reached}`);
console.log('ok');
