// The recipes of `jepa run`, in the order of `jepa list`.

import type { AnyRecipe } from '../src/experiment/index.ts';
import { cifar10 } from './cifar10.ts';
import { cube } from './cube.ts';
import { dotWall, dotWallFixed } from './dot-wall.ts';
import { leJepaSelection } from './lejepa-selection.ts';
import { pointMaze } from './point-maze.ts';
import { pushT } from './push-t.ts';
import { reacher } from './reacher.ts';
import { story, storyPartRecipes } from './story.ts';
import { storyFull } from './story-full.ts';
import { twoRoom } from './two-room.ts';

export { twoRoom };

/** All built-in recipes. */
export const recipes: readonly AnyRecipe[] = [
  twoRoom as AnyRecipe,
  dotWall as AnyRecipe,
  dotWallFixed as AnyRecipe,
  pointMaze as AnyRecipe,
  pushT as AnyRecipe,
  reacher as AnyRecipe,
  cube as AnyRecipe,
  story as AnyRecipe,
  ...(storyPartRecipes as readonly AnyRecipe[]),
  storyFull as AnyRecipe,
  ...(cifar10 as readonly AnyRecipe[]),
  leJepaSelection as AnyRecipe,
];
