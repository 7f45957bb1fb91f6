// The recipes of `jepa run`, in the order of `jepa list`.

import type { AnyRecipe } from '../src/cli/index.ts';
import { twoRoom } from './two-room.ts';

/** All built-in recipes. */
export const recipes: readonly AnyRecipe[] = [twoRoom as AnyRecipe];
