// The random keys of a run.

import { fold, type Key, key } from '../core/index.ts';
import type { RunContext } from './recipe.ts';

/** The key of a run's seed for one purpose. */
export function keyFor({ seed }: Pick<RunContext, 'seed'>, purpose: string): Key {
  return fold(key(seed), purpose);
}
