// The parts of the story, in the order of the page.

import type { StoryPart } from '../part.ts';
import { theArgument } from './1-the-argument.ts';
import { pixelsBlur } from './2-pixels-blur.ts';
import { embeddings } from './3-embeddings.ts';
import { planning } from './5-planning.ts';
import { theTable } from './6-the-table.ts';

/** All parts; part 4, the encoder of real photographs, belongs between the embeddings and the planning. */
export const storyParts: readonly StoryPart[] = [theArgument, pixelsBlur, embeddings, planning, theTable];
