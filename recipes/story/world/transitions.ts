// Transitions of the bouncing ball and the batches drawn from them. Only positions are stored; pictures are drawn when a
// batch is made, so that distractors can be drawn anew each time (`online`) or belong to their pair for ever (`fixed`).
//
// Legend: B rows of a batch, F frames of one observation (1 or 2), S picture size.

import { fold, JepaError, type Key, randomBits, stream } from '../../../src/core/index.ts';
import { type BallWorld, bounce, checkBallWorld, drawBall, inside } from '../../../src/envs/index.ts';

/** Frames of an episode; an episode gives one transition fewer. */
export const EPISODE_FRAMES = 24;

/** Consecutive positions of episodes, one entry per transition. */
export interface BallTransitions {
  readonly world: BallWorld;
  readonly count: number;
  /** Where the ball was one frame earlier. */
  readonly before: Float64Array;
  readonly now: Float64Array;
  readonly next: Float64Array;
  /** The direction of motion when `now` was left, -1 or 1, before the wall turned it: the action of the action version. */
  readonly action: Float32Array;
}

/**
 * `count` transitions from episodes of 24 frames. An episode starts at a column drawn uniformly in (radius + 1,
 * size - radius - 1) and moves left or right with probability one half.
 *
 * Errors: `usage` for a ball that does not fit, or a count below 1 (no episode at all).
 */
export function ballTransitions(world: BallWorld, count: number, key: Key): BallTransitions {
  checkBallWorld(world);
  if (!Number.isInteger(count) || count < 1) {
    throw new JepaError(
      'usage',
      `bouncing ball: needs at least one transition, so at least one episode, got ${count}; ask for more`,
      { count },
    );
  }
  const { size, radius, speed } = world;
  const [before, now, next] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  const action = new Float32Array(count);
  for (let at = 0, episode = 0; at < count; episode++) {
    const random = stream(fold(key, 'episode', episode));
    let x = radius + 1 + random.uniform() * (size - 2 * radius - 2);
    let direction = random.uniform() < 0.5 ? -1 : 1;
    // A start at a wall that points away from it can have come from the other side only.
    let last = inside(world, x - speed * direction) ? x - speed * direction : x + speed * direction;
    for (let t = 1; t < EPISODE_FRAMES && at < count; t++, at++) {
      before[at] = last;
      now[at] = x;
      action[at] = direction;
      last = x;
      ({ x, direction } = bounce(world, x, direction));
      next[at] = x;
    }
  }
  return { world, count, before, now, next, action };
}

/** Sets `world.dots` random pixels of a picture to 1; the key names them. */
export function addDots({ size, dots }: BallWorld, key: Key, out: Float32Array, offset = 0): void {
  const pixels = size * size;
  for (const word of randomBits(key, new Uint32Array(dots))) {
    out[offset + Math.floor((word / 0x100000000) * pixels)] = 1;
  }
}

/** Where the distractors of a picture come from. */
export type BallNoise = 'none' | 'fixed' | 'online';

/** What a batch looks like. */
export interface BallView {
  /** 1: the picture; 2: the picture before it and the picture, as two channels. */
  readonly frames: 1 | 2;
  readonly noise: BallNoise;
  /** Leave the distractors out of `next`: the target of a decoder made for eyes. */
  readonly cleanNext?: boolean;
}

/** Pictures of some transitions. */
export interface BallBatch {
  /** Indices of the transitions, [B]. */
  readonly rows: Uint32Array;
  /** [B, F, S, S] */
  readonly now: Float32Array;
  /** The same one step later, [B, F, S, S]; a picture that is in both has the same distractors in both. */
  readonly next: Float32Array;
  /** [B, 1] */
  readonly action: Float32Array;
}

/**
 * Draws the pictures of the given transitions. With `fixed` noise the distractors depend on `noiseKey` and the transition,
 * with `online` noise on `noiseKey` and the row of the batch: give another key for another batch.
 */
export function ballBatch(
  { world, before, now, next, action }: BallTransitions,
  rows: Uint32Array,
  { frames, noise, cleanNext = false }: BallView,
  noiseKey: Key,
): BallBatch {
  const picture = world.size * world.size;
  const out = {
    rows,
    now: new Float32Array(rows.length * frames * picture),
    next: new Float32Array(rows.length * frames * picture),
    action: Float32Array.from(rows, (i) => action[i]!),
  };
  rows.forEach((i, b) => {
    const source = fold(noiseKey, noise === 'fixed' ? i : b);
    const paint = (target: Float32Array, channel: number, x: number, time: string, clean = false): void => {
      const offset = (b * frames + channel) * picture;
      drawBall(world, x, target, offset);
      if (noise !== 'none' && !clean) addDots(world, fold(source, time), target, offset);
    };
    if (frames === 2) {
      paint(out.now, 0, before[i]!, 'before');
      paint(out.next, 0, now[i]!, 'now', cleanNext);
    }
    paint(out.now, frames - 1, now[i]!, 'now');
    paint(out.next, frames - 1, next[i]!, 'next', cleanNext);
  });
  return out;
}

/** Random batches, the same at the same step however the run got there. */
export interface BallBatches {
  next(): BallBatch;
  close(): void;
}

/** A source of random batches with replacement, of which the first is that of `startStep`. */
export function ballBatches(
  transitions: BallTransitions,
  options: BallView & { readonly batchSize: number; readonly key: Key; readonly startStep?: number },
): BallBatches {
  const { batchSize, key, startStep = 0 } = options;
  let step = startStep;
  return {
    next() {
      const words = randomBits(fold(key, 'rows', step), new Uint32Array(batchSize));
      const rows = words.map((word) => Math.floor((word / 0x100000000) * transitions.count));
      const noiseKey = options.noise === 'fixed' ? fold(key, 'fixed-noise') : fold(key, 'noise', step);
      step++;
      return ballBatch(transitions, rows, options, noiseKey);
    },
    close() {},
  };
}
