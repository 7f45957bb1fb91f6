// Test support: a TypeScript file as JavaScript that plain Node runs. Node 20 cannot run TypeScript, and a test that imports a stale
// build would lie: what stands in the sources is compiled.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules', '.cache');

/** A folder that the caller removes, inside node_modules so that what is compiled there finds its packages. */
export function workFolder(prefix: string): string {
  mkdirSync(CACHE, { recursive: true });
  return mkdtempSync(join(CACHE, prefix));
}

/** Compiles `source`, and what it imports, into `work`; gives the path of the JavaScript. Throws what the compiler says. */
export function compiledInto(work: string, source: URL): string {
  const file = fileURLToPath(source);
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      rootDir: ROOT,
      outDir: join(work, 'js'),
      typeRoots: [join(ROOT, 'node_modules', '@types')],
    },
    files: [file],
  };
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(config));
  const tsc = spawnSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', work], { encoding: 'utf8' });
  const compiled = join(work, 'js', relative(ROOT, file).replace(/\.ts$/, '.js'));
  if (!existsSync(compiled)) throw new Error(tsc.stdout);
  writeFileSync(join(work, 'js', 'package.json'), '{"type":"module"}');
  return compiled;
}
