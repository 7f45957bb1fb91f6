// How onnxruntime-node is loaded. Its usage reports are off: processes of their own, whose folders for caches and temporary files are empty
// before, leave nothing there, and look no host up.

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compiledInto, workFolder } from './compiled.law.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const work = workFolder('telemetry-');
let child = '';
afterAll(() => rmSync(work, { recursive: true, force: true }));
beforeAll(() => {
  child = compiledInto(work, new URL('./tiny-run.law.ts', import.meta.url));
});

let runs = 0;

/** Runs `command` with empty folders; gives what it printed and the files that it left. */
function start(command: readonly string[]): SpawnSyncReturns<string> & { readonly left: readonly string[] } {
  const home = join(work, `home-${runs++}`);
  const folders = { HOME: home, USERPROFILE: home, XDG_CACHE_HOME: join(home, 'cache'), TMPDIR: join(home, 'tmp') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  // Not the variable that this thread has set by importing the room, nor CI's, which switch the reports off as well.
  const { PATH } = process.env;
  const [program, ...args] = command;
  const done = spawnSync(program!, args, { cwd: home, encoding: 'utf8', env: { ...(PATH && { PATH }), ...folders } });
  const left = readdirSync(home, { recursive: true, withFileTypes: true });
  return { ...done, left: left.filter((entry) => !entry.isDirectory()).map((entry) => entry.name) };
}

test.each(['main', 'worker'])('a program run in the %s thread leaves no file', (thread) => {
  const { stdout, stderr, left } = start([process.execPath, child, thread]);
  expect(stdout, stderr).toBe('result 2,4\n');
  expect(left).toEqual([]);
});

test('a worker whose main thread has not imported the room refuses, since it cannot switch the reports off', () => {
  const main = `new (require('node:worker_threads').Worker)(new URL(${JSON.stringify(`file://${child}`)}))`;
  const { stdout, stderr, left } = start([process.execPath, '-e', main]);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/load jepa\/runtime in the main thread before the worker starts, or start Node with ORT_/);
  expect(left).toEqual([]);
});

const traceable = spawnSync('strace', ['-f', '-e', 'trace=connect', '-o', '/dev/null', 'true']).status === 0;
if (!traceable) console.warn('that no host is looked up is not tested: strace is missing or may not trace here');

test.skipIf(!traceable).each(['main', 'worker'])('a program run in the %s thread looks no host up', (thread) => {
  const trace = join(work, `trace-${thread}`);
  const watched = ['strace', '-f', '-e', 'trace=connect,openat,sendto', '-o', trace];
  const { stdout, stderr } = start([...watched, process.execPath, child, thread]);
  expect(stdout, stderr).toBe('result 2,4\n');
  const lines = readFileSync(trace, 'utf8').split('\n');
  expect(lines.some((line) => line.includes('onnxruntime_binding.node'))).toBe(true);
  expect(lines.filter((line) => /AF_INET|resolv\.conf|\/etc\/hosts|nscd/.test(line))).toEqual([]);
});

test('where onnxruntime-node is not installed, the error is the command that installs it', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'jepa-alone-'));
  cpSync(join(work, 'js'), elsewhere, { recursive: true });
  cpSync(join(root, 'node_modules', 'valibot'), join(elsewhere, 'node_modules', 'valibot'), { recursive: true });
  const { stderr } = start([process.execPath, join(elsewhere, 'src', 'runtime', 'tiny-run.law.js')]);
  rmSync(elsewhere, { recursive: true });
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  expect(stderr).toContain(`npm install onnxruntime-node@${optionalDependencies['onnxruntime-node']} `);
});

test('one file loads onnxruntime-node', () => {
  const loads = /^\s*import (?!type)[^;]*'onnxruntime-node'|(?:import|require|installed)\('onnxruntime-node'\)/m;
  const found = ['src', 'recipes', 'bench', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => join(folder, file))
      .filter((file) => loads.test(readFileSync(join(root, file), 'utf8'))),
  );
  expect(found).toEqual([join('src', 'runtime', 'onnxruntime-node.ts')]);
});
