// A world of your own: a puck that glides on ice. Its state is position and velocity, so one frame does not tell where it
// will go; its goal is a place to be. The rules are forty lines, `defineEnv` makes the rest of the world out of them,
// `checkWorld` says whether it keeps the laws, and `registerWorld` makes it known by its name.
// Run after `npm run build`; ends with "ok" when everything it claims is true.

import { fold, key, stream } from 'jepa/core';
import {
  checkWorld,
  defineEnv,
  type Env,
  type EnvOptions,
  makeEnv,
  makePolicy,
  type Policy,
  realFactor,
  registerWorld,
  vectorEnv,
} from 'jepa/envs';
import { fill, fillDisc, fillRect } from 'jepa/raster';

/** The puck's state is [x, y, vx, vy] in units of the rink's side; an action pushes it. */
function ice(options?: EnvOptions): Env {
  return defineEnv<{ readonly push: number; readonly glide: number }>(
    {
      id: 'ice',
      actionDim: 2,
      actionLow: -1,
      actionHigh: 1,
      stateNames: ['x', 'y', 'vx', 'vy'],
      goalDim: 2,
      maxSteps: 100,
      factors: {
        'puck.position': realFactor(0.1, 0.9, [0.5, 0.5], 'Where the puck starts.', { vector: 'state', at: 0 }),
        'goal.position': realFactor(0.1, 0.9, [0.5, 0.5], 'Where it should be.', { vector: 'goal', at: 0 }),
        'puck.push': realFactor(0.002, 0.01, 0.005, 'Change of velocity by an action of 1.'),
        'ice.glide': realFactor(0.9, 1, 0.95, 'Share of the velocity kept in a step.'),
      },
      varied: ['puck.position', 'goal.position'],
      solvedWithin: 0.05,
      prepare: (values) => ({ push: values['puck.push'] as number, glide: values['ice.glide'] as number }),
      move(state, action, { push, glide }) {
        for (const c of [0, 1]) {
          const velocity = glide * state[2 + c]! + push * action[c]!;
          const place = state[c]! + velocity;
          const bounced = place < 0.05 || place > 0.95;
          state[c] = Math.min(Math.max(place, 0.05), 0.95);
          state[2 + c] = bounced ? -velocity : velocity;
        }
      },
      distance: (state, goal) => Math.hypot(state[0]! - goal[0]!, state[1]! - goal[1]!),
      // Seen from above: plans can be drawn over the pictures. The policy below reaches every goal.
      declares: { ground: { at: [0, 1], extent: [0, 0, 1, 1] }, oracle: { policy: 'expert' } },
      draw(target, state) {
        const side = target.width;
        fill(target, [40, 40, 60]);
        fillRect(target, 0.02 * side, 0.02 * side, 0.98 * side, 0.98 * side, [225, 240, 250]);
        fillDisc(target, state[0]! * side, state[1]! * side, 0.05 * side, [20, 20, 20]);
      },
    },
    options,
  );
}

/** Pushes toward the goal and brakes: a spring and a damper. */
const springAndDamper = (): Policy => ({
  name: 'expert',
  act(env) {
    const [x, y, vx, vy] = env.state() as unknown as [number, number, number, number];
    const [gx, gy] = env.goal() as unknown as [number, number];
    const pull = (from: number, to: number, v: number): number => Math.min(Math.max(4 * (to - from) - 30 * v, -1), 1);
    return Float32Array.of(pull(x, gx, vx), pull(y, gy, vy));
  },
});

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
