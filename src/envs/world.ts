// From a world's few rules to a full `Env`: `defineEnv` keeps state, goal and factors, checks every input, clips actions
// and does the reset. A world's author writes a `World`: how a step moves the state, how far the goal is, how it looks.

import { JepaError, type Key } from '../core/index.ts';
import { type Canvas, canvas } from '../raster/index.ts';
import {
  checkBounds,
  checkDistance,
  checkId,
  checkImageSize,
  checkRoom,
  checkSizes,
  checkVector,
  type Ranges,
} from './check.ts';
import { clamp } from './clamp.ts';
import type { WorldDeclaration } from './declaration.ts';
import type { Env, EnvSpec, Factor, FactorValue, ResetOptions, StepResult } from './env.ts';
import { checkFactor, drawFactor, type FactorValues, factorOf } from './factors.ts';
import { goalInFront } from './goal.ts';
import { bindPredicates, type PredicateRule } from './predicate.ts';

/**
 * The rules of a world. `P` is whatever `prepare` derives from the factors (a layout, a painted background); it is made
 * again only after a factor that is not bound to the state or goal has changed.
 */
export interface World<P> {
  readonly id: string;
  readonly actionDim: number;
  readonly actionLow: number;
  readonly actionHigh: number;
  readonly stateNames: readonly string[];
  readonly goalDim: number;
  readonly maxSteps: number;
  /** In drawing order: a factor whose `accept` looks at another stands after it. */
  readonly factors: Readonly<Record<string, Factor>>;
  /** The factors that a reset draws unless told otherwise. */
  readonly varied: readonly string[];
  /** Ranges that `setState` and `setGoal` must keep. */
  readonly stateRange?: Ranges;
  readonly goalRange?: Ranges;
  /** Solved when the distance is below this. */
  readonly solvedWithin: number;
  /** Which draws of a factor are taken; `values` holds all factors as they stand. Applies to draws, not to given values. */
  accept?(name: string, value: FactorValue, values: FactorValues): boolean;
  /** Throws for a given state or goal that the ranges allow and the world does not, such as one inside a wall. */
  check?(what: 'state' | 'goal', vector: Float32Array, state: Float32Array, prepared: P): void;
  prepare(values: FactorValues, imageSize: number): P;
  /** One step: changes `state` [S] in place. `action` [A] is finite and clipped. */
  move(state: Float32Array, action: Float32Array, prepared: P): void;
  distance(state: Float32Array, goal: Float32Array, prepared: P): number;
  /** The state shown by `renderGoal`; by default the state with its first G components replaced by the goal. */
  atGoal?(state: Float32Array, goal: Float32Array): Float32Array;
  /** Puts `state` behind the nearest wall, in place, for worlds whose agent cannot pass walls; see `behindWall`. */
  behindWall?(state: Float32Array, prepared: P): void;
  /** The kind of task that a start and a goal are; results are also counted kind by kind. */
  group?(start: Float32Array, goal: Float32Array, prepared: P): string;
  /** Ways to judge success beside the distance, by the name of the protocol that asks for them. */
  readonly predicates?: Readonly<Record<string, PredicateRule<P>>>;
  /** What evaluations need to know that names and factors do not say. */
  readonly declares?: Omit<WorldDeclaration, 'walls'>;
  /** Paints the whole frame. */
  draw(target: Canvas, state: Float32Array, goal: Float32Array, prepared: P): void;
}

/** Options of every world made by `defineEnv`. */
export interface EnvOptions {
  /** Side of a frame in pixels, 16 to 4096. Default 224. It changes the picture only, never the dynamics. */
  readonly imageSize?: number | undefined;
}

/**
 * The world as an `Env`, with all factors at their initial values until the first reset.
 *
 * @throws JepaError `usage` or `shape` for an id, sizes, bounds or factors that cannot be. Of the result: `numeric` for a step
 * whose distance is not finite
 */
export function defineEnv<P>(world: World<P>, { imageSize = 224 }: EnvOptions = {}): Env {
  const { id, factors, actionDim, actionLow, actionHigh, goalDim } = world;
  checkId('defineEnv', id);
  checkImageSize(id, imageSize);
  const stateDim = world.stateNames.length;
  const spec: EnvSpec = {
    id,
    actionDim,
    actionLow,
    actionHigh,
    stateDim,
    stateNames: world.stateNames,
    goalDim,
    imageSize,
    maxSteps: world.maxSteps,
    factors,
    ...declared(world),
  };
  checkSizes(id, spec);
  checkBounds(id, spec);
  const names = Object.keys(factors);
  const initial = Object.fromEntries(names.map((name) => [name, checkInitial(world, name, stateDim)]));
  for (const name of world.varied) factorOf(factors, id, name);
  const frameBytes = imageSize * imageSize * 3;
  const state = new Float32Array(stateDim);
  const goal = new Float32Array(goalDim);
  const action = new Float32Array(actionDim);
  const values: Record<string, FactorValue> = {};
  let prepared: P | undefined;

  const scene = (): P => {
    prepared ??= world.prepare({ ...values }, imageSize);
    return prepared;
  };

  function read(name: string): FactorValue {
    const { binding, size } = factors[name]!;
    if (binding === undefined) return values[name]!;
    const vector = binding.vector === 'state' ? state : goal;
    return size === 1 ? vector[binding.at]! : Array.from(vector.subarray(binding.at, binding.at + size));
  }

  function write(name: string, value: FactorValue): void {
    values[name] = value;
    const { binding } = factors[name]!;
    if (binding === undefined) prepared = undefined;
    else (binding.vector === 'state' ? state : goal).set(typeof value === 'number' ? [value] : value, binding.at);
  }

  /** All values as they stand, for `accept`. */
  const standing = (): FactorValues => Object.fromEntries(names.map((name) => [name, read(name)]));

  function setVector(what: 'state' | 'goal', vector: ArrayLike<number>): void {
    const range = what === 'state' ? world.stateRange : world.goalRange;
    const target = what === 'state' ? state : goal;
    checkVector(id, what, vector, target.length, range);
    if (world.check !== undefined) {
      const given = Float32Array.from(vector);
      world.check(what, given, what === 'state' ? given : state, scene());
    }
    target.set(vector);
  }

  function reset(k: Key, options: ResetOptions = {}): void {
    // Everything is checked before anything changes, so that a refused reset leaves the world as it was.
    const given = new Map<string, FactorValue>();
    for (const [name, value] of Object.entries(options.factors ?? {})) {
      given.set(name, checkFactor(factorOf(factors, id, name), id, name, value));
    }
    const vary = new Set(options.vary ?? world.varied);
    for (const name of vary) factorOf(factors, id, name);
    if (options.state !== undefined) checkVector(`${id} reset`, 'state', options.state, stateDim, world.stateRange);
    if (options.goal !== undefined) checkVector(`${id} reset`, 'goal', options.goal, goalDim, world.goalRange);

    const before = { values: { ...values }, state: state.slice(), goal: goal.slice() };
    try {
      place(given, vary, k, options);
    } catch (error) {
      Object.assign(values, before.values);
      state.set(before.state);
      goal.set(before.goal);
      prepared = undefined;
      throw error;
    }
  }

  /** The reset proper: initial values, given values, draws. */
  function place(
    given: ReadonlyMap<string, FactorValue>,
    vary: ReadonlySet<string>,
    k: Key,
    options: ResetOptions,
  ): void {
    state.fill(0);
    goal.fill(0);
    for (const name of names) write(name, given.get(name) ?? initial[name]!);
    if (options.state !== undefined) state.set(options.state);
    if (options.goal !== undefined) goal.set(options.goal);
    for (const name of names) {
      const factor = factors[name]!;
      if (!vary.has(name) || given.has(name)) continue;
      if (factor.binding !== undefined && options[factor.binding.vector] !== undefined) continue;
      const accept = world.accept === undefined ? undefined : acceptIn(world, name, standing());
      write(name, drawFactor(factor, id, name, k, accept));
    }
    if (options.state !== undefined) world.check?.('state', state, state, scene());
    if (options.goal !== undefined) world.check?.('goal', goal, state, scene());
  }

  function step(given: ArrayLike<number>): StepResult {
    checkVector(`${id} step`, 'action', given, actionDim);
    for (let i = 0; i < actionDim; i++) action[i] = clamp(given[i]!, actionLow, actionHigh);
    const p = scene();
    world.move(state, action, p);
    const distance = world.distance(state, goal, p);
    checkDistance(`${id} step`, distance);
    return { terminated: distance < world.solvedWithin, distance };
  }

  function paint(where: string, shown: Float32Array, out: Uint8Array, offset: number): void {
    checkRoom(`${id} ${where}`, out, offset, frameBytes);
    world.draw(canvas(out, imageSize, imageSize, offset), shown, goal, scene());
  }

  function behind(): Float32Array {
    const at = state.slice();
    world.behindWall?.(at, scene());
    return at;
  }

  for (const name of names) write(name, initial[name]!);
  return {
    spec,
    reset,
    step,
    state: () => state.slice(),
    setState: (s) => setVector('state', s),
    goal: () => goal.slice(),
    setGoal: (g) => setVector('goal', g),
    solved: () => world.distance(state, goal, scene()) < world.solvedWithin,
    factor(name) {
      factorOf(factors, id, name);
      return read(name);
    },
    setFactor(name, value) {
      write(name, checkFactor(factorOf(factors, id, name), id, name, value));
    },
    render: (out, offset = 0) => paint('render', state, out, offset),
    renderGoal: (out, offset = 0) => paint('renderGoal', (world.atGoal ?? goalInFront)(state, goal), out, offset),
    ...(world.behindWall === undefined ? {} : { behindWall: behind }),
    distance: () => world.distance(state, goal, scene()),
    ...(world.group === undefined ? {} : { group: (from, to) => world.group!(from, to, scene()) }),
    ...(world.predicates === undefined ? {} : { predicates: bindPredicates(world.predicates, scene) }),
  };
}

/** What a world declares, as its spec holds it. */
function declared<P>({ declares, behindWall }: World<P>): Pick<EnvSpec, 'declares'> {
  if (behindWall === undefined) return declares === undefined ? {} : { declares };
  return { declares: { ...declares, walls: true } };
}

/** The initial value of a factor as it is stored; throws when the declaration contradicts itself. */
function checkInitial<P>({ id, factors, goalDim }: World<P>, name: string, stateDim: number): FactorValue {
  const factor = factors[name]!;
  const { binding, size } = factor;
  const room = binding?.vector === 'goal' ? goalDim : stateDim;
  if (binding !== undefined && (binding.at < 0 || binding.at + size > room)) {
    throw new JepaError(
      'usage',
      `${id}: factor '${name}' is bound to components ${binding.at} to ${binding.at + size - 1} of the ${binding.vector}, which has ${room}`,
      { name, binding },
    );
  }
  return checkFactor(factor, id, name, factor.initial);
}

function acceptIn<P>(world: World<P>, name: string, values: FactorValues): (value: FactorValue) => boolean {
  return (value) => world.accept!(name, value, values);
}
