// The parts of the story, in the order of the page.

import type { StoryPart } from '../part.ts';
import { theArgument } from './1-the-argument.ts';
import { pixelsBlur } from './2-pixels-blur.ts';
import { embeddings } from './3-embeddings.ts';
import { photographs } from './4-photographs.ts';
import { planning } from './5-planning.ts';
import { theTable } from './6-the-table.ts';

/** All parts. */
export const storyParts: readonly StoryPart[] = [theArgument, pixelsBlur, embeddings, photographs, planning, theTable];
