// A world of your own: the puck of `ice.ts`. `checkWorld` says whether it keeps the laws of worlds, and `registerWorld` makes it
// known by its name. A model of it is trained in 08.
// Run with `npx jiti examples/04-own-world.ts`; ends with "ok" when everything it claims is true.

import { fold, key, stream } from 'jepa/core';
import { checkWorld, type Env, type EnvOptions, makeEnv, makePolicy, registerWorld, vectorEnv } from 'jepa/envs';
import { ice, springAndDamper } from './ice.ts';

function check(claim: string, holds: boolean): void {
  if (!holds) throw new Error(`not true: ${claim}`);
}

/** The message of the error that `call` throws. */
function refusal(call: () => void): string {
  try {
    call();
  } catch (error) {
    console.log((error as Error).message);
    return (error as Error).message;
  }
  return 'nothing thrown';
}

// 1. The world keeps all laws; one in which something is wrong is told which, and what to do.
const policies = { expert: springAndDamper };
check('no law is skipped', checkWorld(ice, { policies }).skipped.length === 0);
const forgetful = (options: EnvOptions): Env => {
  const world = ice(options);
  return { ...world, setState: (state) => world.setState([state[0]!, state[1]!, 0, 0]) };
};
check('velocities are part of the state', refusal(() => checkWorld(forgetful)).includes("law 'state-round-trip'"));

// 2. Registered, it is made by its name, as the built-in worlds are. The policy reaches every goal.
registerWorld({ id: 'ice', summary: 'a puck that glides', make: ice, policies });
const env = makeEnv('ice', { imageSize: 64 });
const expert = makePolicy('ice', 'expert');
let solved = 0;
for (let task = 0; task < 50; task++) {
  env.reset(fold(key(0), task));
  const random = stream(fold(key(1), task));
  for (let t = 0; t < env.spec.maxSteps && !env.solved(); t++) env.step(expert.act(env, random));
  if (env.solved()) solved++;
}
console.log(`${expert.name} solves ${solved} of 50 tasks`);
check('every task is solved', solved === 50);

// 3. The puck glides: after a push it goes on, and covers glide / (1 - glide) times its velocity in all.
env.reset(key(2), { state: [0.2, 0.5, 0.01, 0], goal: [0.9, 0.9] });
for (let t = 0; t < 400; t++) env.step([0, 0]);
check('it glides 0.01 * 0.95 / 0.05 = 0.19', Math.abs(env.state()[0]! - 0.39) < 1e-4);

// 4. Frames: the goal's picture has the puck at the goal.
const frame = new Uint8Array(64 * 64 * 3);
env.renderGoal(frame);
const at = (Math.floor(0.9 * 64) * 64 + Math.floor(0.9 * 64)) * 3;
check('the puck is dark at the goal', frame[at] === 20);

// 5. Many worlds at once, each on ice of its own; a wrong action is refused with a reason.
const rinks = vectorEnv(() => makeEnv('ice', { imageSize: 32 }), 8);
rinks.reset(
  Array.from({ length: 8 }, (_, i) => fold(key(3), i)),
  { vary: ['puck.position', 'goal.position', 'ice.glide'] },
);
rinks.step(new Float32Array(16).fill(0.5));
check('eight worlds move apart', new Set(rinks.states).size > 16);
const noNumbers = new Float32Array(16).fill(Number.NaN);
check('NaN is refused', refusal(() => rinks.step(noNumbers)).includes('must be finite'));
console.log('ok');
