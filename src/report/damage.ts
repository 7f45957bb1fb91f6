// A file that is not there is one thing, a file that cannot be read is another: readers must be told of the second.

import type { Part } from '../run/index.ts';

/** What is wrong with a part whose file is there; undefined for one that can be read and one that is not there. */
export function damageOf(part: Part<unknown>): string | undefined {
  return part.ok || part.why.startsWith('This run has no') ? undefined : part.why;
}
