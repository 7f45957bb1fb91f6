// The bouncing-ball story at the published size and training lengths, one seed. Hours on two cores.

import type { Recipe } from '../src/experiment/index.ts';
import { fullStory, type StoryConfig } from './story/config.ts';
import { storyParts } from './story/parts/index.ts';
import { storyRecipe } from './story/story.ts';

/** `jepa run story-full`. */
export const storyFull: Recipe<StoryConfig> = storyRecipe(
  'story-full',
  'the bouncing-ball story at its published size, one seed; takes hours',
  fullStory,
  storyParts,
);
