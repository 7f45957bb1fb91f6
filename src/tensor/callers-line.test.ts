// The line that a shape error names, for a user of the built package. Needs `npm run build` first, which `npm test` does.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const BUILT = new URL('../../dist/src/tensor/index.js', import.meta.url);
const built = existsSync(fileURLToPath(BUILT));
if (!built)
  console.warn('the line that errors of the built package name is not tested: dist/ is missing, npm run build');

const dir = mkdtempSync(join(tmpdir(), 'jepa line-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.skipIf(!built).each([
  ['as it is run', []],
  ['where source maps are read', ['--enable-source-maps']],
])('a shape error names the line of the user %s', (_, options) => {
  const file = join(dir, 'user.mjs');
  const program = `import { input, matmul } from '${BUILT.href}';
    try {
      matmul(input('a', [2, 3]), input('b', [4, 5]));
    } catch (error) {
      console.log(error.message);
    }`;
  writeFileSync(file, program);
  const said = execFileSync(process.execPath, [...options, file], { encoding: 'utf8' });
  expect(said.trim()).toMatch(/ at .*user\.mjs:3$/);
});
