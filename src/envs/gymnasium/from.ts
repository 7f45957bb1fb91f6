// From a world written in the manner of Gymnasium to a full `Env`. The adapter adds what Gymnasium leaves open: a goal and
// a distance to it, a state that can be read and set, factors of variation, checks, clipping, and pictures of one size.

import { fold, JepaError, type Key, key, randomBits } from '../../core/index.ts';
import { checkDistance, checkId, checkImageSize, checkRoom, checkSizes, checkVector } from '../check.ts';
import type { WorldDeclaration } from '../declaration.ts';
import type { Env, EnvSpec, Factor, FactorValue, ResetOptions, StepResult } from '../env.ts';
import { checkFactor, drawFactor, factorOf } from '../factors.ts';
import { goalInFront } from '../goal.ts';
import type { GoalPredicate } from '../predicate.ts';
import type { EnvOptions } from '../world.ts';
import { actionScale, checkFrame, checkObservation, endOf, observationSize, writeFrame } from './check.ts';
import type { GymnasiumFrame, GymnasiumLike } from './like.ts';

/** What `Env` needs to know of a Gymnasium-style world beyond what the world says itself. */
export interface GymnasiumOptions extends EnvOptions {
  readonly id: string;
  /** Length of a collected episode. A time limit of the world's own should not be shorter. */
  readonly maxSteps: number;
  /** Solved when the distance is below this. */
  readonly solvedWithin: number;
  /** How far a state is from a goal. Default: Euclidean, between the goal and the first components of the state. */
  readonly distance?: (state: Float32Array, goal: Float32Array) => number;
  /** Numbers in a goal. Default: as many as the world's `goal` has, otherwise as the state has. */
  readonly goalDim?: number;
  /** Default: `x0`, `x1` and so on. */
  readonly stateNames?: readonly string[];
  /** Settings that the world's `reset` takes as `options`. Without these the world's `reset` gets no options. */
  readonly factors?: Readonly<Record<string, Factor>>;
  /** The state shown by `renderGoal`; by default the state with its first G components replaced by the goal. */
  readonly atGoal?: (state: Float32Array, goal: Float32Array) => Float32Array;
  /** The kind of task that a start and a goal are; results are also counted kind by kind. */
  readonly group?: (start: Float32Array, goal: Float32Array) => string;
  /** Ways to judge success beside the distance, by the name of the protocol that asks for them. */
  readonly predicates?: Readonly<Record<string, GoalPredicate>>;
  /** What evaluations need to know that names and factors do not say. */
  readonly declares?: Omit<WorldDeclaration, 'walls'>;
  /**
   * What `step` does after the world said terminated or truncated, until the next reset or `setState`: refuse, because
   * Gymnasium leaves undefined what happens then; go on, for worlds that can; or stay, which moves nothing, so that
   * episodes of worlds that can fail are collected to their full length. @default 'refuse'
   */
  readonly afterEnd?: 'refuse' | 'go-on' | 'stay';
}

/** What a world that lacks a member can do all the same, for errors. */
const without = {
  setState:
    'episodes can be collected and acted in, but there are no tasks replayed from recorded episodes, no resets to a ' +
    'given state and no pictures of goals',
  setGoal: 'its goals are those that it draws, and there are no tasks replayed from recorded episodes',
  setFactor: "a factor gets its value from reset's `factors`",
} as const;

/** The seed that a Gymnasium-style world gets for a key: 32 bits. */
const seedOf = (k: Key): number => randomBits(k, new Uint32Array(1))[0]!;

function euclidean(state: Float32Array, goal: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < goal.length; i++) sum += (state[i]! - goal[i]!) ** 2;
  return Math.sqrt(sum);
}

/**
 * The world `like` as an `Env`; it belongs to the adapter from then on. Rewards are not used. A world with `setState` is
 * put on its state rounded to float32 after every step, so that it goes on from a recorded state as it did the first time.
 * Frames of another size, also such as are not square, are averaged over areas to `imageSize` squared; the default is the
 * height of the world's own frame.
 *
 * @throws JepaError `usage` or `shape` for bounds, observations or frames that cannot be. Of the result: `unsupported` for
 * a call that needs an optional member which the world lacks, `usage` for a step after the end.
 */
export function fromGymnasium(like: GymnasiumLike, options: GymnasiumOptions): Env {
  const { id, solvedWithin, distance = euclidean, atGoal = goalInFront, factors = {}, afterEnd = 'refuse' } = options;
  checkId('fromGymnasium', id);
  const { toWorld, ...bounds } = actionScale(id, like.actionSpace);
  const names = Object.keys(factors);
  let values: Record<string, FactorValue> = {};
  for (const name of names) values[name] = checkFactor(factors[name]!, id, name, factors[name]!.initial);
  let observed = observationSize(like.observationSpace);
  let observation: ArrayLike<number> = start(key(0));
  observed ??= observation.length;
  const state = new Float32Array((like.state?.() ?? observation).length);
  readState();
  const goal = new Float32Array(like.goal?.().length ?? options.goalDim ?? state.length);
  const spec = specOf();
  const frameBytes = spec.imageSize * spec.imageSize * 3;
  let end: 'terminated' | 'truncated' | undefined;
  reset(key(0));

  /** Starts an episode of the world from a key, with the present values of the factors; its first observation. */
  function start(k: Key): ArrayLike<number> {
    const seed = seedOf(k);
    const answer = like.reset(names.length === 0 ? { seed } : { seed, options: { ...values } });
    return checkObservation(`${id} reset`, answer, observed);
  }

  function specOf(): EnvSpec {
    const { stateNames = Array.from(state, (_, i) => `x${i}`), maxSteps, goalDim = goal.length } = options;
    if (stateNames.length !== state.length || goalDim !== goal.length || goalDim < 1 || goalDim > state.length) {
      throw new JepaError(
        'shape',
        `${id}: the state has ${state.length} numbers, ${stateNames.length} names and a goal of ${goal.length} numbers ` +
          `where goalDim is ${goalDim}; names must be as many as numbers, and a goal no longer than a state`,
        { state: state.length, names: stateNames.length, goal: goal.length, goalDim },
      );
    }
    let { imageSize } = options;
    if (imageSize === undefined) {
      const frame = like.render();
      checkFrame(`${id} render`, frame);
      imageSize = frame.shape[0]!;
    }
    checkImageSize(id, imageSize);
    const sizes = { stateDim: state.length, stateNames, goalDim, imageSize, maxSteps };
    checkSizes(id, { ...bounds, ...sizes });
    const walls = like.behindWall === undefined ? {} : { walls: true as const };
    const declares = { ...options.declares, ...walls };
    return { id, ...bounds, ...sizes, factors, ...(Object.keys(declares).length === 0 ? {} : { declares }) };
  }

  function need(member: keyof typeof without, what: string): JepaError {
    const message = `${id}: ${what} needs '${member}', which the world does not have; without it ${without[member]}`;
    return new JepaError('unsupported', message, { member });
  }

  /** Puts the world into `to`. */
  function place(to: Float32Array, what: string): void {
    if (like.setState === undefined) throw need('setState', what);
    like.setState(to.slice());
  }

  /** Reads the state and puts the world on its rounding to float32, from which it goes on. */
  function readState(): void {
    const read = like.state?.() ?? observation;
    checkVector(id, 'the state of the world', read, state.length);
    state.set(read);
    if (like.setState !== undefined && state.some((v, i) => v !== read[i])) like.setState(state.slice());
  }

  function takeGoal(given: ArrayLike<number> | undefined): void {
    const taken = given ?? like.goal?.();
    if (taken !== undefined) {
      checkVector(id, 'goal', taken, goal.length);
      goal.set(taken);
    }
    like.setGoal?.(goal.slice());
  }

  function checkGoal(given: ArrayLike<number>): void {
    checkVector(id, 'goal', given, goal.length);
    if (like.goal !== undefined && like.setGoal === undefined) throw need('setGoal', 'a goal that is given');
  }

  function checkState(given: ArrayLike<number>, what: string): void {
    checkVector(id, 'state', given, state.length);
    if (like.setState === undefined) throw need('setState', what);
  }

  function setState(given: ArrayLike<number>): void {
    checkState(given, 'setState');
    const to = Float32Array.from(given);
    place(to, 'setState');
    end = undefined;
    state.set(to);
    if (like.state !== undefined) readState();
  }

  function reset(k: Key, { state: at, goal: to, factors: given = {}, vary = [] }: ResetOptions = {}): void {
    const drawn: Record<string, FactorValue> = {};
    for (const name of names) drawn[name] = checkFactor(factors[name]!, id, name, factors[name]!.initial);
    for (const name of vary) drawn[name] = drawFactor(factorOf(factors, id, name), id, name, k);
    for (const [name, value] of Object.entries(given)) {
      drawn[name] = checkFactor(factorOf(factors, id, name), id, name, value);
    }
    if (at !== undefined) checkState(at, 'a reset to a given state');
    if (to !== undefined) checkGoal(to);
    values = drawn;
    if (to === undefined && like.goal === undefined) {
      // The world names no goal: where another episode starts is one.
      observation = start(fold(k, 'goal'));
      readState();
      goal.set(state.subarray(0, goal.length));
    }
    observation = start(fold(k, 'start'));
    end = undefined;
    readState();
    takeGoal(to);
    if (at !== undefined) setState(at);
  }

  function step(given: ArrayLike<number>): StepResult {
    checkVector(`${id} step`, 'action', given, bounds.actionDim);
    if (end !== undefined && afterEnd === 'refuse') {
      throw new JepaError(
        'usage',
        `${id} step: the world has ended (${end}); reset it, or say afterEnd: 'go-on' if it can be stepped on, 'stay' if ` +
          'further steps should move nothing',
        { end },
      );
    }
    if (end === undefined || afterEnd === 'go-on') {
      const answer = like.step(toWorld(given));
      observation = checkObservation(`${id} step`, answer, observed);
      end = endOf(`${id} step`, answer);
      readState();
    }
    const far = distance(state, goal);
    checkDistance(`${id} step`, far);
    return { terminated: far < solvedWithin, distance: far };
  }

  function paint(what: string, render: () => GymnasiumFrame, out: Uint8Array, offset: number): void {
    checkRoom(`${id} ${what}`, out, offset, frameBytes);
    const frame = render();
    checkFrame(`${id} ${what}`, frame);
    writeFrame(frame, spec.imageSize, out, offset);
  }

  /** The world's picture at the goal; the world is put back afterwards. */
  function goalFrame(): GymnasiumFrame {
    if (like.renderGoal !== undefined) return like.renderGoal();
    const here = state.slice();
    place(atGoal(here.slice(), goal.slice()), "renderGoal (or 'renderGoal' in the world)");
    try {
      const frame = like.render();
      checkFrame(`${id} render`, frame);
      return { data: frame.data.slice(), shape: frame.shape };
    } finally {
      place(here, 'renderGoal');
    }
  }

  function behind(): Float32Array {
    const at = like.behindWall?.() ?? [];
    checkVector(`${id} behindWall`, 'state', at, state.length);
    return Float32Array.from(at);
  }

  return {
    spec,
    reset,
    step,
    state: () => state.slice(),
    setState,
    goal: () => goal.slice(),
    setGoal(given) {
      checkGoal(given);
      takeGoal(given);
    },
    solved: () => distance(state, goal) < solvedWithin,
    factor(name) {
      factorOf(factors, id, name);
      return values[name]!;
    },
    setFactor(name, value) {
      const checked = checkFactor(factorOf(factors, id, name), id, name, value);
      if (like.setFactor === undefined) throw need('setFactor', `setFactor('${name}')`);
      like.setFactor(name, checked);
      values[name] = checked;
    },
    render: (out, offset = 0) => paint('render', () => like.render(), out, offset),
    renderGoal: (out, offset = 0) => paint('renderGoal', goalFrame, out, offset),
    ...(like.behindWall === undefined ? {} : { behindWall: behind }),
    distance: () => distance(state, goal),
    ...(options.group === undefined ? {} : { group: options.group }),
    ...(options.predicates === undefined ? {} : { predicates: options.predicates }),
  };
}
