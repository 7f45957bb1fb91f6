// The laws of worlds as tests. Every world's test file calls `envLaws`; a world that passes can be collected from, planned in
// and evaluated by everything above this room. `checkWorld` runs the same laws without a test framework.

import { describe, expect, test } from 'vitest';
import { fold, key, stream } from '../core/index.ts';
import { examined } from './check-world.ts';
import type { Env, Policy } from './env.ts';
import { laws } from './laws/index.ts';

/** What the laws need to know about a world. */
export interface EnvLawOptions {
  /** A fresh world at some picture size; the laws use 32 pixels. */
  readonly make: (options: { readonly imageSize: number }) => Env;
  /** A policy meant to solve the world. */
  readonly expert: () => Policy;
  /** Share of 50 plain resets that the expert must solve within `spec.maxSteps`. Default 0.9. */
  readonly solves?: number;
  /** Factors whose values can be drawn together in any combination. Default: all. */
  readonly together?: readonly string[];
}

/**
 * Runs all laws on a world, inside the caller's test file.
 *
 * @example
 * envLaws('two-room', { make: twoRoom, expert });
 */
export function envLaws(name: string, { make, expert, solves = 0.9, together }: EnvLawOptions): void {
  const policies = { [expert().name]: expert };
  const world = examined(make, { key: key(4), policies, ...(together === undefined ? {} : { together }) });
  describe(`the laws of worlds hold for ${name}`, () => {
    // What the expert reaches is asked below of more tasks, and of experts that are no oracle.
    const all = laws.filter((law) => law.name !== 'reachable');
    test.each(all.map((law) => [law.holds, law] as const))('%s', (_, law) => law.check(world));

    test(`the expert solves at least ${solves * 100} % of 50 tasks, and each step says whether it did`, () => {
      const env = world.open();
      let solved = 0;
      for (let i = 0; i < 50; i++) {
        env.reset(fold(key(19), i));
        const policy = expert();
        const random = stream(fold(key(20), i));
        for (let t = 0; t < env.spec.maxSteps && !env.solved(); t++) {
          const { terminated } = env.step(policy.act(env, random));
          if (terminated !== env.solved()) expect(terminated).toBe(env.solved());
        }
        if (env.solved()) solved++;
      }
      expect(solved / 50).toBeGreaterThanOrEqual(solves);
    });
  });
}
