// A world written in the manner of Gymnasium: a car that steers. The world is thirty lines with the calls that Gymnasium
// has (spaces, reset, step, render) and `setState`; `fromGymnasium` makes the rest of the contract out of it.
// Run with `npx jiti examples/06-gymnasium-world.ts`; ends with "ok" when everything it claims is true.

import { fold, type JepaError, key, stream } from 'jepa/core';
import {
  checkWorld,
  fromGymnasium,
  type GymnasiumLike,
  makeEnv,
  makePolicy,
  type Policy,
  registerWorld,
  vectorEnv,
} from 'jepa/envs';
import { canvas, fill, fillDisc } from 'jepa/raster';

/** A car on a square of side 1: place and heading [x, y, angle]; an action is how far it drives and how far it turns. */
function car(): GymnasiumLike {
  let at = [0.5, 0.5, 0];
  const inside = (v: number): number => Math.min(Math.max(v, 0.05), 0.95);
  return {
    actionSpace: { low: [0, -0.3], high: [0.04, 0.3], shape: [2] },
    reset({ seed }) {
      const random = stream(key(seed));
      at = [0.1 + 0.8 * random.uniform(), 0.1 + 0.8 * random.uniform(), 2 * Math.PI * random.uniform()];
      return { observation: at };
    },
    step([drive, turn]) {
      const angle = at[2]! + turn!;
      at = [inside(at[0]! + drive! * Math.cos(angle)), inside(at[1]! + drive! * Math.sin(angle)), angle];
      return { observation: at, reward: 0, terminated: false, truncated: false };
    },
    render() {
      const picture = canvas(new Uint8Array(64 * 64 * 3), 64, 64);
      const [x, y] = [64 * at[0]!, 64 * at[1]!];
      fill(picture, [70, 90, 70]);
      fillDisc(picture, x, y, 5, [220, 40, 40]);
      fillDisc(picture, x + 4 * Math.cos(at[2]!), y + 4 * Math.sin(at[2]!), 2, [255, 255, 255]);
      return { data: picture.pixels, shape: [64, 64, 3] };
    },
    setState(state) {
      at = [...state];
    },
  };
}

const settings = {
  id: 'car',
  maxSteps: 80,
  stateNames: ['x', 'y', 'angle'],
  goalDim: 2, // a goal is a place: the first two numbers of a state
  solvedWithin: 0.05,
};

/** Turns toward the goal and drives when it lies ahead. The car's bounds differ, so its actions here are in [-1, 1]. */
const driver = (): Policy => ({
  name: 'driver',
  act(env) {
    const [x, y, angle] = env.state() as unknown as [number, number, number];
    const [gx, gy] = env.goal() as unknown as [number, number];
    const off = Math.atan2(gy - y, gx - x) - angle;
    const turn = Math.atan2(Math.sin(off), Math.cos(off)) / 0.3;
    return Float32Array.of(Math.abs(turn) < 1 ? 1 : -1, Math.min(Math.max(turn, -1), 1));
  },
});

function check(claim: string, holds: boolean): void {
  if (!holds) throw new Error(`not true: ${claim}`);
}

/** The code of the error that `call` throws, and the message on the screen. */
function refusal(call: () => void): string {
  try {
    call();
  } catch (error) {
    console.log((error as JepaError).message);
    return (error as JepaError).code;
  }
  return 'nothing thrown';
}

// 1. One line makes the car known by its name, and it keeps the laws of worlds.
const make = (options = {}) => fromGymnasium(car(), { ...settings, ...options });
registerWorld({ id: 'car', summary: 'a car that steers', make, policies: { driver } });
check('no law is skipped', checkWorld(make, { policies: { driver } }).skipped.length === 0);

// 2. The driver reaches every goal; each goal is the place where another episode would start.
const env = makeEnv('car');
const policy = makePolicy('car', 'driver');
let solved = 0;
for (let task = 0; task < 50; task++) {
  env.reset(fold(key(0), task));
  const random = stream(fold(key(1), task));
  for (let t = 0; t < env.spec.maxSteps && !env.solved(); t++) env.step(policy.act(env, random));
  if (env.solved()) solved++;
}
console.log(`${policy.name} solves ${solved} of 50 tasks`);
check('every task is solved', solved === 50);

// 3. The car goes on from a recorded state as it did the first time, bit for bit, although it counts in double precision.
env.reset(key(2));
const turnAndDrive = (): string => {
  for (let t = 0; t < 20; t++) env.step([0.3, 0.1]);
  return env.state().join();
};
turnAndDrive();
const recorded = env.state();
const first = turnAndDrive();
env.setState(recorded);
check('the same states follow', turnAndDrive() === first);

// 4. The picture of the goal has the car at the goal, and the car is where it was afterwards.
env.reset(key(3), { state: [0.2, 0.2, 0], goal: [0.75, 0.5] });
const frame = new Uint8Array(64 * 64 * 3);
env.renderGoal(frame);
check('the car is red at the goal', frame[(32 * 64 + 46) * 3] === 220);
check('the world has not moved', Math.abs(env.state()[0]! - 0.2) < 1e-6);

// 5. Many cars at once.
const cars = vectorEnv(() => makeEnv('car'), 8);
cars.reset(Array.from({ length: 8 }, (_, i) => fold(key(4), i)));
cars.step(new Float32Array(16).fill(0.5));
check('eight cars start in different places', new Set(cars.states).size > 16);

// 6. What cannot be is refused with a reason; a world without setState says what does not work.
check('two numbers make an action', refusal(() => env.step([1])) === 'shape');
check('an action is finite', refusal(() => env.step([Number.NaN, 0])) === 'numeric');
const { setState: _, ...simple } = car();
const unsettable = fromGymnasium(simple, settings);
unsettable.step([1, 0]);
check('no state can be set', refusal(() => unsettable.setState([0.5, 0.5, 0])) === 'unsupported');
console.log('ok');
