// A folder of small pictures of two classes, as `--data` takes one.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fold, key, randomBits } from '../src/core/index.ts';
import { encodePng } from '../src/raster/node.ts';

/** Writes train/<class>/<k>.png and test/<class>/<k>.png, 32 pixels wide. */
export function pictures(dir: string): void {
  for (const [split, count] of [
    ['train', 6],
    ['test', 3],
  ] as const)
    for (const [c, name] of ['cat', 'dog'].entries()) {
      const folder = join(dir, split, name);
      mkdirSync(folder, { recursive: true });
      for (let i = 0; i < count; i++) {
        const noise = randomBits(fold(key(0), split, name, i), new Uint32Array(32 * 32 * 3));
        const rgb = Uint8Array.from(noise, (v) => 64 + 96 * c + (v & 31));
        writeFileSync(join(folder, `${i}.png`), encodePng(rgb, 32, 32));
      }
    }
}
