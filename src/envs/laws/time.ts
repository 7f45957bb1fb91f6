// Reset, steps and states: sizes and numbers, what decides them, and that nothing else does.

import { fold } from '../../core/index.ts';
import { checkDistance } from '../check.ts';
import { actionsOf, frameOf, type Law, must, mustEqual, runOf } from './law.ts';

const distance: Law = {
  name: 'distance',
  holds: 'every step tells a distance that is finite and not negative',
  check({ open, key }) {
    const env = open();
    for (let i = 0; i < 3; i++) {
      env.reset(fold(key, 'distance', i));
      for (const action of actionsOf(env, fold(key, i), 5)) checkDistance('step', env.step(action).distance);
    }
  },
};

const shapes: Law = {
  name: 'shapes',
  holds: 'state and goal hold as many finite numbers as the spec says, after a reset and after steps',
  check({ open, key }) {
    const env = open();
    const { stateDim, goalDim } = env.spec;
    const look = (when: string): void => {
      for (const [what, vector, size] of [
        ['state', env.state(), stateDim],
        ['goal', env.goal(), goalDim],
      ] as const) {
        must(vector instanceof Float32Array, `a ${what} that is no Float32Array ${when}`, 'give a Float32Array');
        must(vector.length === size, `${vector.length} numbers in the ${what} ${when}`, `the spec says ${size}`);
        must(vector.every(Number.isFinite), `${what} [${vector}] ${when}`, 'all numbers must be finite');
      }
    };
    env.reset(fold(key, 'shapes'));
    look('after a reset');
    const { actionDim, actionLow, actionHigh } = env.spec;
    for (const value of [actionLow, actionHigh]) {
      const { terminated } = env.step(new Float32Array(actionDim).fill(value));
      must(typeof terminated === 'boolean', `terminated ${terminated}`, 'a step must say true or false');
      look(`after an action of ${value}`);
    }
  },
};

const copies: Law = {
  name: 'copies',
  holds: 'state and goal are copies: changing them leaves the world alone',
  check({ open, key }) {
    const env = open();
    env.reset(fold(key, 'copies'));
    for (const read of ['state', 'goal'] as const) {
      const kept = env[read]().slice();
      env[read]().fill(-1);
      mustEqual(read, env[read](), kept, `${read}() must give a copy: return it with slice()`);
    }
  },
};

const sameKey: Law = {
  name: 'same-key',
  holds: 'the same key gives the same task, steps and frames, in a used world too',
  check({ open, key, together }) {
    const [fresh, used] = [open(), open()];
    used.reset(fold(key, 'before'), { vary: together });
    runOf(used, fold(key, 1), 5);
    for (const env of [fresh, used]) env.reset(fold(key, 'same'));
    const remedy = 'draw from the key alone, and put everything back in reset';
    mustEqual('state after a reset', used.state(), fresh.state(), remedy);
    mustEqual('goal after a reset', used.goal(), fresh.goal(), remedy);
    mustEqual(
      'states and distances of 20 steps',
      runOf(used, fold(key, 2), 20),
      runOf(fresh, fold(key, 2), 20),
      remedy,
    );
    mustEqual('bytes of the frame', frameOf(used), frameOf(fresh), remedy);
  },
};

const otherKeys: Law = {
  name: 'other-keys',
  holds: 'different keys give different tasks',
  check({ open, key }) {
    const env = open();
    const tasks = new Set<string>();
    for (let i = 0; i < 20; i++) {
      env.reset(fold(key, 'other', i));
      tasks.add([...env.state(), ...env.goal()].join());
    }
    must(tasks.size > 1, 'one task from 20 keys', 'draw start or goal from the key');
  },
};

const roundTrip: Law = {
  name: 'state-round-trip',
  holds: 'a state that is set is read back, and the world goes on from it as it did the first time',
  check({ open, key }) {
    const env = open();
    env.reset(fold(key, 'round'));
    runOf(env, fold(key, 3), 7);
    const kept = env.state();
    const picture = frameOf(env);
    const first = runOf(env, fold(key, 4), 10);
    env.setState(kept);
    mustEqual('state', env.state(), kept, 'setState must take every number as it is');
    mustEqual('bytes of the frame', frameOf(env), picture, 'the picture must follow from the state');
    const remedy = 'something that decides the next step is not in the state: a velocity, a held object, a counter';
    mustEqual('states and distances of 10 steps', runOf(env, fold(key, 4), 10), first, remedy);
  },
};

const givenStart: Law = {
  name: 'given-start',
  holds: 'given state and goal are those after the reset',
  check({ open, key }) {
    const env = open();
    env.reset(fold(key, 'given', 0));
    const [state, goal] = [env.state(), env.goal()];
    env.reset(fold(key, 'given', 1), { state, goal });
    mustEqual('state', env.state(), state, 'reset must take options.state');
    mustEqual('goal', env.goal(), goal, 'reset must take options.goal');
  },
};

/** The laws of reset, steps and states. `copies` comes before those that keep what they read. */
export const timeLaws: readonly Law[] = [distance, shapes, copies];
/** The laws of what decides a world. */
export const orderLaws: readonly Law[] = [sameKey, otherKeys, roundTrip, givenStart];
