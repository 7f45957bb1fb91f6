// Collects episodes: a policy acts in an environment and everything it sees goes to an episode store.

import { fold, JepaError, type Key, stream } from '../core/index.ts';
import { ACTION, PIXELS } from '../data/index.ts';
import { createStore, resumeStore, type StoreWriter } from '../data/node.ts';
import type { Env, Policy } from '../envs/index.ts';

/** Episodes that may be too short one after another before collection gives up. */
const ATTEMPTS = 1000;

/** What to collect. */
export interface CollectOptions {
  /** Folder of the dataset. */
  readonly dir: string;
  readonly env: Env;
  readonly policy: Policy;
  readonly episodes: number;
  /** Longest episode, in environment steps. */
  readonly maxSteps: number;
  /** Whether an episode ends where its goal is reached. @default true */
  readonly untilGoal?: boolean;
  /** Episodes with fewer steps are drawn again: they hold no training window. */
  readonly minSteps: number;
  readonly key: Key;
  /** Continue a store that an interrupted collection left. */
  readonly resume?: boolean;
  /** Stored with the dataset. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  readonly onEpisode?: (done: number) => void;
}

/** Episode `index` is a function of the key and the index alone, so an interrupted collection continues exactly. */
function record(options: CollectOptions, writer: StoreWriter, index: number): void {
  const { env, policy, maxSteps, minSteps, untilGoal = true } = options;
  const { actionDim, stateDim, imageSize } = env.spec;
  const frame = imageSize * imageSize * 3;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const k = fold(options.key, 'episode', index, attempt);
    env.reset(fold(k, 'reset'));
    policy.reset?.();
    const random = stream(fold(k, 'policy'));
    const pixels = new Uint8Array((maxSteps + 1) * frame);
    const actions = new Float32Array((maxSteps + 1) * actionDim);
    const states = new Float32Array((maxSteps + 1) * stateDim);
    let steps = 0;
    let ended = false;
    for (; ; steps++) {
      env.render(pixels, steps * frame);
      states.set(env.state(), steps * stateDim);
      if (ended || steps === maxSteps) break;
      const action = policy.act(env, random);
      actions.set(action, steps * actionDim);
      ended = env.step(action).terminated && untilGoal;
    }
    if (steps < minSteps) continue;
    const rows = steps + 1;
    // Row t of the actions is the action taken from observation t; the last observation has none.
    actions.fill(Number.NaN, steps * actionDim, rows * actionDim);
    writer.append({
      [PIXELS]: pixels.subarray(0, rows * frame),
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

/**
 * Collects until the store holds `episodes` episodes; returns the number of rows. What is collected depends on the key
 * alone, whether in one sitting or several.
 *
 * Errors: the signal's reason when aborted, the store then holds whole episodes and can be resumed; `usage` for options out
 * of range, or when no episode is long enough; those of the store.
 */
export function collect(options: CollectOptions): number {
  const { dir, env, episodes, resume = false, signal, onEpisode } = options;
  checkOptions(options);
  const { id, actionDim, stateDim, imageSize } = env.spec;
  const writer = resume
    ? resumeStore(dir)
    : createStore(dir, {
        env: id,
        columns: [
          { name: PIXELS, dtype: 'u8', shape: [imageSize, imageSize, 3] },
          { name: ACTION, dtype: 'f32', shape: [actionDim] },
          { name: 'state', dtype: 'f32', shape: [stateDim] },
        ],
        metadata: { policy: options.policy.name, ...options.metadata },
      });
  try {
    for (let i = writer.episodes; i < episodes; i++) {
      signal?.throwIfAborted();
      record(options, writer, i);
      onEpisode?.(i + 1);
    }
    return writer.rows;
  } finally {
    writer.close();
  }
}
