// Observations as a dataset holds them: the column of pictures is what the main camera saw, `state` the state, and any other
// sense is a column of its own name.

import { columnOf, type EpisodeSource, PIXELS, readF32, readU8 } from '../../data/index.ts';
import { STATE } from '../../world/index.ts';
import type { Seen } from './observation.ts';

/** What was seen at a row. Only what a model looks at is read. */
export function recorded(source: EpisodeSource, row: number): Seen {
  return {
    draw: (out, offset) => out.set(readU8(source, PIXELS, row, 1), offset),
    state: () => readF32(source, STATE, row, 1),
    other(name) {
      const { dtype } = columnOf(source.spec, name);
      return dtype === 'u8' ? readU8(source, name, row, 1) : readF32(source, name, row, 1);
    },
  };
}
