// Pipes and endless devices in place of the files of a dataset: refused, never waited for.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from './reader.ts';
import { createStore } from './writer.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-pipes-'));
const dir = join(root, 'data');
const writer = createStore(dir, {
  env: 'none',
  columns: [{ name: 'state', dtype: 'f32', shape: [2] }],
  metadata: {},
});
writer.append({ state: Float32Array.of(1, 2, 3, 4) });
writer.close();

const files = (readdirSync(dir, { recursive: true }) as string[]).filter((name) => statSync(join(dir, name)).isFile());

const cases = files.flatMap((name) => [
  [name, 'a named pipe', (path: string) => execFileSync('mkfifo', [path])] as const,
  [name, 'a device', (path: string) => symlinkSync('/dev/zero', path)] as const,
]);

test.skipIf(process.platform === 'win32').each(cases)('%s as %s', (name, what, put) => {
  const copy = mkdtempSync(join(root, 'copy-'));
  cpSync(dir, copy, { recursive: true });
  rmSync(join(copy, name));
  put(join(copy, name));
  const read = (): void => {
    const store = openStore(copy);
    store.read('state', 0, 1);
    store.close();
  };
  expect(read, relative(root, copy)).toThrow(new RegExp(`${name.split('/').at(-1)} must be a file, it is ${what}`));
});
