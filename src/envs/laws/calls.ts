// What a world takes and what it refuses; and that worlds do not know of each other.

import { fold } from '../../core/index.ts';
import { vectorEnv } from '../vector.ts';
import { actionsOf, bytesOf, frameOf, type Law, must, mustEqual, mustRefuse, runOf } from './law.ts';

const twoWorlds: Law = {
  name: 'two-worlds',
  holds: 'worlds share nothing: each of several gives the numbers and frames of one alone',
  check({ open, key }) {
    const remedy = 'keep everything that changes inside the function that makes the world';
    const [one, other] = [open(), open()];
    one.reset(fold(key, 'two'));
    other.reset(fold(key, 'two'));
    const still = other.state();
    runOf(one, fold(key, 'moves'), 5);
    mustEqual('state of the other world', other.state(), still, remedy);
    const singles = [open(), open(), open()];
    const vector = vectorEnv(open, singles.length);
    vector.reset(singles.map((_, i) => fold(key, 'vector', i)));
    for (const [i, env] of singles.entries()) env.reset(fold(key, 'vector', i));
    for (const action of actionsOf(one, fold(key, 'vector'), 10)) {
      vector.step(singles.flatMap(() => [...action]));
      const distances = singles.map((env) => env.step(action).distance);
      mustEqual('distances', vector.distances, distances, remedy);
    }
    const all = (read: 'state' | 'goal'): number[] => singles.flatMap((env) => [...env[read]()]);
    mustEqual('states', vector.states, all('state'), remedy);
    mustEqual('goals', vector.goals, all('goal'), remedy);
    const frames = new Uint8Array(singles.length * bytesOf(one));
    vector.render(frames);
    for (const [i, env] of singles.entries()) {
      mustEqual('bytes of a frame', frames.subarray(i * bytesOf(env), (i + 1) * bytesOf(env)), frameOf(env), remedy);
    }
  },
};

const badActions: Law = {
  name: 'action-refused',
  holds: 'actions of the wrong size or with non-finite numbers are refused and move nothing',
  check({ open, key }) {
    const env = open();
    env.reset(fold(key, 'bad actions'));
    const before = env.state();
    const { actionDim } = env.spec;
    const remedy = 'check actions before anything moves';
    mustRefuse('an action too long', 'shape', () => env.step(new Float32Array(actionDim + 1)), remedy);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      mustRefuse(`an action of ${bad}`, 'numeric', () => env.step(new Float32Array(actionDim).fill(bad)), remedy);
    }
    mustEqual('state after refused actions', env.state(), before, remedy);
  },
};

const clipped: Law = {
  name: 'action-clipped',
  holds: 'an action beyond the bounds acts as the nearest one within',
  check({ open, key }) {
    const { actionDim, actionLow, actionHigh } = open().spec;
    for (const [given, bound] of [
      [actionHigh + 5, actionHigh],
      [actionLow - 5, actionLow],
    ] as const) {
      const [far, near] = [open(), open()];
      for (const env of [far, near]) env.reset(fold(key, 'clipped'));
      far.step(new Float32Array(actionDim).fill(given));
      near.step(new Float32Array(actionDim).fill(bound));
      const remedy = `an action of ${given} must act as one of ${bound}: clip actions to [${actionLow}, ${actionHigh}]`;
      mustEqual('state', far.state(), near.state(), remedy);
    }
  },
};

const badVectors: Law = {
  name: 'vector-refused',
  holds: 'states and goals of the wrong size or with non-finite numbers are refused',
  check({ open }) {
    const env = open();
    const { stateDim, goalDim } = env.spec;
    const remedy = 'check what is set before it is taken';
    mustRefuse('a state too long', 'shape', () => env.setState(new Float32Array(stateDim + 1)), remedy);
    mustRefuse('a goal too long', 'shape', () => env.setGoal(new Float32Array(goalDim + 1)), remedy);
    mustRefuse('a state of NaN', 'numeric', () => env.setState(new Float32Array(stateDim).fill(Number.NaN)), remedy);
    mustRefuse('a goal of NaN', 'numeric', () => env.setGoal(new Float32Array(goalDim).fill(Number.NaN)), remedy);
  },
};

const badResets: Law = {
  name: 'reset-refused',
  holds: 'a refused reset leaves the world as it was',
  check({ open, key }) {
    const env = open();
    env.reset(fold(key, 'refused', 0));
    const [state, goal] = [env.state(), env.goal()];
    const again = fold(key, 'refused', 1);
    const remedy = 'check the options of a reset before anything changes';
    mustRefuse('an unknown factor', 'usage', () => env.reset(again, { vary: ['no such factor'] }), remedy);
    mustRefuse('an empty state', 'shape', () => env.reset(again, { state: [] }), remedy);
    mustEqual('state after refused resets', env.state(), state, remedy);
    mustEqual('goal after refused resets', env.goal(), goal, remedy);
  },
};

const walls: Law = {
  name: 'walls',
  holds: 'behind a wall is another state that the world can be in, and to ask for it does not move the world',
  check({ open, key }) {
    const env = open();
    for (let i = 0; i < 3 && env.behindWall !== undefined; i++) {
      env.reset(fold(key, 'walls', i));
      const before = env.state();
      const there = env.behindWall();
      const remedy = 'behindWall must give a state of its own, behind a wall';
      must(there.length === before.length && there.every(Number.isFinite), `the state [${there}]`, remedy);
      must(
        there.some((v, at) => v !== before[at]),
        `the state [${there}] in which the world is`,
        remedy,
      );
      mustEqual(
        'state afterwards',
        env.state(),
        before,
        'behindWall must not move the world: change a copy of the state',
      );
      env.setState(there);
    }
  },
};

/** That worlds do not know of each other; before the laws that compare two. */
export const apartLaws: readonly Law[] = [twoWorlds];
/** The laws of what is taken and refused. */
export const callLaws: readonly Law[] = [badActions, clipped, badVectors, badResets, walls];
