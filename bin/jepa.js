#!/usr/bin/env node
// The `jepa` command: starts the built command line, dist/app/main.js.
import { existsSync } from 'node:fs';

if (existsSync(new URL('../dist/app/main.js', import.meta.url))) {
  const { start } = await import('../dist/app/main.js');
  await start();
} else {
  console.error('jepa: not built yet; run `npm ci` or `npm run build` in its folder');
  process.exitCode = 2;
}
