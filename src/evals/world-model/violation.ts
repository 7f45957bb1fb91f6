// What a violation of expectation is: something that a world cannot do, done to it in the middle of a clip.

import type { Stream } from '../../core/index.ts';
import type { Env } from '../../envs/index.ts';

/** How a violated world goes on; what is absent goes on as ever. */
export interface Effect {
  /** Moves the world, in place of `env.step`. The model is still told the true action. */
  step?(action: Float32Array): void;
  /** Paints the frame, in place of `env.render`. */
  paint?(out: Uint8Array, offset: number): void;
}

/** Something that a world cannot do. */
export interface Violation {
  readonly name: string;
  /** One sentence for people. */
  readonly about: string;
  /** Set when only the picture changes: a model that is shown no picture cannot notice. */
  readonly pictureOnly?: boolean;
  /** Changes the world just before the perturbed frame is shown, and says how it goes on; draws from the stream. */
  apply(env: Env, random: Stream): Effect | undefined;
}
