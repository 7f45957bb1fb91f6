// The check of a format's options.

import { unknownName } from '../../core/index.ts';
import type { EpisodeLocation } from './format.ts';

/** Refuses options that the format does not have. Errors: `usage`, with the known ones. */
export function checkFormatOptions({ format, options = {} }: EpisodeLocation, known: readonly string[]): void {
  for (const name of Object.keys(options))
    if (!known.includes(name)) throw unknownName(`${format} option`, name, known);
}
