// The documentation says what the code does: its blocks compile, those marked print what they say, its command lines are
// accepted, its links lead somewhere. Before a block a page may have comments that a reader does not see:
// `<!-- prelude: ... -->` (code that it needs), `<!-- continues -->` (it goes on from the block before), `<!-- runs -->` (it is run).

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { createJiti } from 'jiti';
import { beforeAll, expect, test, vi } from 'vitest';
import { BROWSER_DOORS } from '../src/browser-doors.law.ts';
import { commandLines, refusal } from './check/commands.ts';
import { brokenLinks } from './check/links.ts';
import { allPages, ROOT, readPage } from './check/pages.ts';
import { claimsOf, sameText } from './check/printed.ts';
import { wrongRoom } from './check/rooms.ts';
import { type Module, modulesOf, typeErrors, WORK, writeModules } from './check/types.ts';

const BUILT = existsSync(join(ROOT, 'dist/src/index.js'));
const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly exports: object };
const DOORS = Object.keys(exports)
  .filter((door) => door !== './package.json')
  .map((door) => door.replace('.', 'jepa'));
const pages = allPages();
const today = pages.filter(({ path }) => path !== 'CHANGELOG.md');
const modules = today.flatMap(modulesOf);
const running = modules.filter(({ runs }) => runs);
// One block that imports what is not there shows in every run that the check still finds it.
const wrong = readPage('wrong.md', "A page.\n\n```ts\nimport { nothing } from 'jepa/core';\n```\n");

// The compiler works beside the other tests.
let checked: Promise<string[]>;
beforeAll(() => {
  const all = [...modules, ...modulesOf(wrong)];
  writeModules(all);
  checked = typeErrors(all);
});

test.skipIf(!BUILT).each(running.map((module) => [module.file.slice(WORK.length + 1), module] as const))(
  '%s prints what its comments say',
  async (_name, module) => {
    const printed = await linesPrintedBy(module);
    const claims = claimsOf(module.text);
    expect(printed.length).toBeGreaterThanOrEqual(claims.length);
    for (const [i, claim] of claims.entries())
      if (claim !== undefined && !sameText(printed[i]!, claim)) expect(printed[i]).toBe(claim);
  },
);

const SMALL = `embedDim: 8, steps: 4, collect: { episodes: 24, maxSteps: 60 }, set: [
  'model={"encoder":{"dim":48,"depth":1},"predictor":{"depth":1},"projectorHidden":32}', 'train={"batchSize":4}',
  'costs.routes.steps=2', 'plan={"tasks":2,"film":0,"planner":{"samples":8,"elites":2,"iterations":1}}', 'evals={"probeRows":60,"surpriseClips":2}'], `;

test.skipIf(!BUILT)(
  'the world model of the README is trained, loaded and acts; with smaller settings',
  { timeout: 120_000 },
  async () => {
    const first = modules.find(({ text }) => text.includes("trainWorldModel({ env: 'two-room'"))!;
    const file = first.file.replace(/\.ts$/, '.small.ts');
    writeFileSync(
      file,
      first.text.replace("{ env: 'two-room', ", (said) => said + SMALL),
    );
    const [success, reached] = await linesPrintedBy({ ...first, file });
    expect(Number(success)).toBeGreaterThanOrEqual(0);
    if (reached !== undefined) expect(reached).toMatch(/^there after \d+ steps$/);
    expect(existsSync(join(`${file}.folder`, 'runs/first/export/model.safetensors'))).toBe(true);
  },
);

/** Runs a module in a folder of its own. */
async function linesPrintedBy({ file }: Module): Promise<string[]> {
  const folder = `${file}.folder`;
  mkdirSync(folder, { recursive: true });
  const before = process.cwd();
  const lines: string[] = [];
  vi.stubEnv('JEPA_CACHE', join(folder, 'cache'));
  const spy = vi.spyOn(console, 'log').mockImplementation((...values) => void lines.push(format(...values)));
  try {
    process.chdir(folder);
    await createJiti(file, { fsCache: false, moduleCache: false, tryNative: false }).import(file);
  } finally {
    process.chdir(before);
    spy.mockRestore();
    vi.unstubAllEnvs();
  }
  return lines;
}

test('every link leads to a file, and to a heading where it names one', () => {
  expect(pages.flatMap((page) => brokenLinks(page, pages))).toEqual([]);
});

test('the README of a room names its files, and what layers.json lets it import', () => {
  expect(pages.flatMap(wrongRoom)).toEqual([]);
});

test('every room that the package exports has its line among the pages of concepts', () => {
  const index = pages.find(({ path }) => path === 'docs/concepts/README.md')!;
  const named = index.code.map(({ text }) => text);
  expect(DOORS.filter((door) => /^jepa\/[a-z]+$/.test(door) && !named.includes(door))).toEqual([]);
});

test('the page on browsers names the doors that a page may use, then those that need Node', () => {
  const { text } = pages.find(({ path }) => path === 'docs/guides/browser.md')!;
  const cut = text.lastIndexOf('\n\n');
  const named = (part: string): string[] => [...part.matchAll(/`(jepa(?:\/[a-z-]+)*)`/g)].map((m) => m[1]!);
  const browser = BROWSER_DOORS.map((door) => door.replace('.', 'jepa'));
  expect([...new Set(named(text.slice(0, text.indexOf('A test walks'))))].sort()).toEqual([...browser].sort());
  const node = DOORS.filter((door) => !browser.includes(door));
  expect(named(text.slice(cut)).sort()).toEqual(node.sort());
});

test('every command line is one that the program takes', async () => {
  const refused: string[] = [];
  for (const page of today) {
    for (const { words, text, line, refused: printed } of commandLines(page)) {
      const why = await refusal(words);
      if (why !== printed) refused.push(`${page.path}:${line}: ${text.trim()}: ${why}`);
    }
  }
  expect(refused).toEqual([]);
});

test('a command, an option, a recipe and a setting that do not exist are found', async () => {
  expect(await refusal(['rum', 'two-room'])).toContain("no command 'rum'");
  expect(await refusal(['run', 'two-room', '--fast'])).toContain('--fast');
  expect(await refusal(['run', 'three-room'])).toContain('three-room');
  expect(await refusal(['run', 'two-room', '--set', 'models.le-wm.train.steps=1'])).toContain('models');
  expect(await refusal(['run', 'two-room', '--set', 'train.steps=1', '--seed', '1'])).toBeUndefined();
});

test('every code block compiles against the sources, and one that imports a missing name does not', async () => {
  const errors = await checked;
  expect(errors.filter((error) => !error.startsWith('wrong.md'))).toEqual([]);
  expect(errors.filter((error) => error.startsWith('wrong.md'))).toEqual([
    expect.stringMatching(/^wrong\.md:4: TS2305: .*nothing/),
  ]);
});
