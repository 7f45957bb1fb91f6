// A format of episodes in one file: a folder with `spec.json` (columns and lengths) and a file of JSON lines per episode,
// one line for each row. JavaScript, because the threads of a loader import it, and Node 20 cannot run TypeScript.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lazySource } from 'jepa/data';

const ARRAYS = { u8: Uint8Array, f32: Float32Array, i32: Int32Array };

/** @type {import('jepa/data/node').EpisodeFormat} */
export const lines = {
  name: 'lines',
  about: 'a folder with spec.json and episode-0.jsonl',
  detect: (path) => existsSync(join(path, 'episode-0.jsonl')),
  open({ path }) {
    const { lengths, ...spec } = JSON.parse(readFileSync(join(path, 'spec.json'), 'utf8'));
    const source = lazySource(spec, lengths, (index) => {
      const text = readFileSync(join(path, `episode-${index}.jsonl`), 'utf8');
      const rows = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      // JSON has no NaN: the action that was not taken from the last frame is null.
      const column = ({ name, dtype }) => [name, ARRAYS[dtype].from(rows.flatMap((row) => row[name] ?? [Number.NaN]))];
      return Object.fromEntries(spec.columns.map(column));
    });
    return { ...source, close() {} };
  },
};
