// Collects episodes: a policy acts in an environment and everything it sees goes to an episode store.

import { setImmediate } from 'node:timers/promises';
import { fold, JepaError, type Key, stream } from '../core/index.ts';
import { ACTION, PIXELS } from '../data/index.ts';
import { createStore, describeStore, resumeStore, type StoreWriter } from '../data/node.ts';
import type { Env, Policy } from '../envs/index.ts';
import { type CollectionRecord, checkSameCollection, collectionRecord, recordedCollection } from './collection.ts';
import { checkMix, type MixedPolicy, shareOfEpisode } from './mix.ts';

/** Episodes that may be too short one after another before collection gives up. */
const ATTEMPTS = 1000;
/** Time after which a collection lets the process look at signals, timers and messages. */
const BREATH_MS = 10;

/** What to collect. */
export interface CollectOptions {
  /** Folder of the dataset. */
  readonly dir: string;
  /** Used by the collection alone until it is done. */
  readonly env: Env;
  readonly policy: Policy;
  /** Other policies, each of which records a share of the episodes. @default none */
  readonly mix?: readonly MixedPolicy[];
  readonly episodes: number;
  /** Longest episode, in environment steps. */
  readonly maxSteps: number;
  /** Whether pictures are drawn and stored; without them a dataset is for models that see none. @default true */
  readonly pictures?: boolean;
  /** Whether an episode ends where its goal is reached. @default true */
  readonly untilGoal?: boolean;
  /** Episodes with fewer steps are drawn again: they hold no training window. */
  readonly minSteps: number;
  readonly key: Key;
  /**
   * Continue a store that an interrupted collection left, with the same key, policy, world and limits; where there is none,
   * begin one.
   */
  readonly resume?: boolean;
  /** Stored with the dataset. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  readonly onEpisode?: (done: number) => void;
}

/** Lets the process look up, and throws the signal's reason once it is aborted. */
async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}

/**
 * The action that the world executes for what a policy gave: as float32, clipped to the bounds, as `Env.step` does. It goes
 * to `out`, which is what is stepped with and stored.
 */
function executed({ spec }: Env, policy: Policy, given: ArrayLike<number>, out: Float32Array, step: number): void {
  const { id, actionDim, actionLow, actionHigh } = spec;
  const where = `collect: policy ${policy.name} in ${id}, step ${step}`;
  if (given.length !== actionDim) {
    throw new JepaError('shape', `${where}: an action must have ${actionDim} numbers, got ${given.length}`, {
      policy: policy.name,
      expected: actionDim,
      got: given.length,
    });
  }
  for (let i = 0; i < actionDim; i++) {
    const value = given[i]!;
    if (!Number.isFinite(value)) {
      throw new JepaError('numeric', `${where}: an action must be finite, got ${value} at index ${i}`, {
        policy: policy.name,
        index: i,
      });
    }
    out[i] = Math.min(Math.max(value, actionLow), actionHigh);
  }
}

/** Episode `index` is a function of the key and the index alone, so an interrupted collection continues exactly. */
async function record(options: CollectOptions, writer: StoreWriter, index: number): Promise<void> {
  const { env, maxSteps, minSteps, mix = [], untilGoal = true, pictures = true, signal } = options;
  const turn = shareOfEpisode(
    mix.map(({ share }) => share),
    index,
  );
  const policy = mix[turn - 1]?.policy ?? options.policy;
  const { actionDim, stateDim, imageSize } = env.spec;
  const frame = imageSize * imageSize * 3;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await breathe(signal);
    let lastMs = performance.now();
    const k = fold(options.key, 'episode', index, attempt);
    env.reset(fold(k, 'reset'));
    policy.reset?.();
    const random = stream(fold(k, 'policy'));
    const pixels = new Uint8Array(pictures ? (maxSteps + 1) * frame : 0);
    const actions = new Float32Array((maxSteps + 1) * actionDim);
    const states = new Float32Array((maxSteps + 1) * stateDim);
    let steps = 0;
    let ended = false;
    for (; ; steps++) {
      if (pictures) env.render(pixels, steps * frame);
      states.set(env.state(), steps * stateDim);
      if (ended || steps === maxSteps) break;
      const action = actions.subarray(steps * actionDim, (steps + 1) * actionDim);
      executed(env, policy, policy.act(env, random), action, steps);
      ended = env.step(action).terminated && untilGoal;
      if (performance.now() - lastMs > BREATH_MS) {
        await breathe(signal);
        lastMs = performance.now();
      }
    }
    if (steps < minSteps) continue;
    const rows = steps + 1;
    // Row t of the actions is the action taken from observation t; the last observation has none.
    actions.fill(Number.NaN, steps * actionDim, rows * actionDim);
    writer.append({
      ...(pictures ? { [PIXELS]: pixels.subarray(0, rows * frame) } : {}),
      [ACTION]: actions.subarray(0, rows * actionDim),
      state: states.subarray(0, rows * stateDim),
    });
    return;
  }
  throw new JepaError(
    'usage',
    `collect: ${ATTEMPTS} episodes in a row had fewer than minSteps = ${minSteps} steps in ${env.spec.id} with policy ${policy.name}; lower minSteps`,
    { minSteps },
  );
}

function checkOptions({ episodes, maxSteps, minSteps }: CollectOptions): void {
  for (const [name, value] of Object.entries({ episodes, maxSteps, minSteps })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new JepaError('usage', `collect: ${name} must be a whole number of at least 1, got ${value}`, { name });
  }
  if (minSteps > maxSteps) {
    throw new JepaError('usage', `collect: minSteps must be at most maxSteps = ${maxSteps}, got ${minSteps}`);
  }
}

/** The store to append to: a new one, or the one to be continued; undefined when that is complete already. */
function openFor(options: CollectOptions, collection: CollectionRecord): StoreWriter | undefined {
  const { dir, env, episodes, resume = false, metadata } = options;
  const found = resume ? describeStore(dir) : undefined;
  if (found !== undefined) {
    const complete = found.episodes >= episodes;
    if (complete && recordedCollection(found.spec) === undefined) return undefined;
    checkSameCollection(dir, found.spec, collection);
    return complete && found.closed ? undefined : resumeStore(dir);
  }
  const { id, actionDim, stateDim, imageSize } = env.spec;
  return createStore(dir, {
    env: id,
    columns: [
      ...(options.pictures === false ? [] : [{ name: PIXELS, dtype: 'u8', shape: [imageSize, imageSize, 3] } as const]),
      { name: ACTION, dtype: 'f32', shape: [actionDim] },
      { name: 'state', dtype: 'f32', shape: [stateDim] },
    ],
    metadata: { policy: options.policy.name, ...metadata, collection },
  });
}

/**
 * Collects until the store holds `episodes` episodes; returns the number of rows. What is collected depends on the key
 * alone, whether in one sitting or several. Stored actions are those that the world executed: a policy's, clipped to the
 * bounds. The event loop runs between episodes and at least every 10 ms or step, so that signals and timers work.
 *
 * Errors: the signal's reason within a step of its abortion, the store then holds whole episodes and can be resumed; `usage`
 * for options out of range, when no episode is long enough, or when the store was collected with another key, policy, world
 * or limits; `shape` and `numeric` for an action of the wrong length or not finite; those of the store.
 *
 * @example
 * await collect({ dir: 'data/two-room', env: twoRoom({ imageSize: 64 }), policy: makePolicy('two-room', 'noisy-expert'),
 *   episodes: 100, maxSteps: 60, minSteps: 20, key: key(0) });
 */
export async function collect(options: CollectOptions): Promise<number> {
  const { dir, env, policy, mix = [], key, episodes, maxSteps, minSteps, untilGoal = true, onEpisode } = options;
  checkOptions(options);
  checkMix(mix);
  const collection = collectionRecord(env.spec, {
    key,
    policy: policy.name,
    maxSteps,
    minSteps,
    untilGoal,
    mix: mix.map((m) => ({ policy: m.policy.name, share: m.share })),
  });
  const writer = openFor(options, collection);
  if (writer === undefined) return describeStore(dir)!.rows;
  try {
    for (let i = writer.episodes; i < episodes; i++) {
      await record(options, writer, i);
      onEpisode?.(i + 1);
    }
    return writer.rows;
  } finally {
    writer.close();
  }
}
