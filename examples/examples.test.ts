// Every example runs as its first lines say, and asserts its own result; those that are recipes run at a small size.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const BUILT = existsSync(join(ROOT, 'dist/app/main.js'));
const scratch = mkdtempSync(join(tmpdir(), 'jepa-examples-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const files = readdirSync(new URL('.', import.meta.url)).filter((f) => /^\d\d-.*\.ts$/.test(f));
const command = (file: string): string =>
  /Run with `([^`]+)`/.exec(readFileSync(join(ROOT, 'examples', file), 'utf8'))?.[1] ?? '';
const programs = files.filter((file) => command(file).startsWith('npx jiti '));
const recipes = files.filter((file) => command(file).startsWith('npx jepa run '));

const SMALL = [
  'collect={"episodes":24,"maxSteps":40}',
  'train={"steps":20,"batchSize":16,"checkpointEvery":10,"instrumentsEvery":10}',
  'plan={"tasks":4,"goalOffset":10,"budget":10,"film":1}',
  'plan.planner={"samples":16,"elites":4,"iterations":2}',
  'evals={"probeRows":200,"surpriseClips":8}',
];

test('every example says how it is run', () => {
  expect([...programs, ...recipes].sort()).toEqual(files);
  expect(files.map(command).filter((line, i) => !line.includes(`examples/${files[i]}`))).toEqual([]);
});

// The commands are those printed; the two programs behind npx are started without it, which would look for them each time.
test.skipIf(!BUILT).each(programs)(
  '%s runs and its claims hold',
  (file) => {
    const jiti = join(ROOT, 'node_modules/jiti/lib/jiti-cli.mjs');
    const out = execFileSync(process.execPath, [jiti, join('examples', file)], { cwd: ROOT, encoding: 'utf8' });
    expect(out.trimEnd().split('\n').at(-1)).toBe('ok');
  },
  120_000,
);

test.skipIf(!BUILT).each(recipes)(
  '%s collects, trains, plans and reports',
  (file) => {
    const out = join(scratch, file);
    const settings = SMALL.flatMap((set) => ['--set', set]);
    const args = ['bin/jepa.js', 'run', join('examples', file), '--out', out, '--json', '--quiet', ...settings];
    const printed = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    const { metrics } = JSON.parse(printed.trimEnd().split('\n').at(-1)!) as { metrics: Record<string, number> };
    expect(metrics['planning.strict.success']).toBeGreaterThanOrEqual(0);
    expect(metrics['probe.puck-position.linear.r'] ?? metrics['probe.x.linear.r']).toBeDefined();
    expect(existsSync(join(out, 'report.html'))).toBe(true);
  },
  120_000,
);
