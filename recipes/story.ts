// Why pixels blur and embeddings do not: the bouncing-ball story in five parts, at half size and three seeds.

import type { Recipe } from '../src/experiment/index.ts';
import { liteStory, type StoryConfig } from './story/config.ts';
import { storyParts } from './story/parts/index.ts';
import { storyRecipe } from './story/story.ts';

/** `jepa story`, or `jepa run story`. */
export const story: Recipe<StoryConfig> = storyRecipe(
  'story',
  'the bouncing-ball story: why pixels blur and embeddings do not, on one page',
  liteStory,
  storyParts,
);

/** Each part by itself, with the models that it needs: `jepa run story-2-pixels-blur`. */
export const storyPartRecipes: readonly Recipe<StoryConfig>[] = storyParts.map((part) =>
  storyRecipe(`story-${part.id}`, `the bouncing-ball story: ${part.title}`, liteStory, [part]),
);
