// Bad settings: every number of every recipe, replaced by what it cannot be. Each must be refused before anything is written,
// with the setting's name. In this process, for there are thousands; some through the command line.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { recipes } from '../recipes/index.ts';
import { fold, JepaError, type Key } from '../src/core/index.ts';
import { type AnyRecipe, configured, settingPaths } from '../src/experiment/index.ts';
import { jepa } from './child.ts';
import { sample } from './draw.ts';
import { refused } from './judge.ts';
import { type Case, failed, type Kind, survived, type Verdict } from './kind.ts';

/** Names of counts, which 1.5 cannot be. */
const COUNT =
  /(steps|Steps|episodes|size|Size|dim|Dim|depth|heads|frames|frameSkip|workers|tasks|budget|horizon|Horizon|history|samples|elites|iterations|Every|directions|width|waypoints|Blocks|hidden|Rows|Clips|film|actionSmoothed|show|perClass|knn|evals\.(train|test))(\.\d+)*$/;

/** What a number is replaced by. */
const BAD: Readonly<Record<string, (path: string) => boolean>> = {
  '-1e9': () => true,
  '1.5': (path) => COUNT.test(path),
  '1e309': () => true,
  '"x"': () => true,
  null: () => true,
};

/** Paths of all numbers, also those in lists. */
function numbersOf(config: unknown): readonly string[] {
  const within = (path: string, value: unknown): readonly string[] => {
    if (typeof value === 'number') return [path];
    if (Array.isArray(value)) return value.flatMap((item, i) => within(`${path}.${i}`, item));
    if (typeof value === 'object' && value !== null) {
      return Object.entries(value).flatMap(([name, inner]) => within(`${path}.${name}`, inner));
    }
    return [];
  };
  return settingPaths(config).flatMap(([path, value]) => within(path, value));
}

/** A name that is nearly the setting's. */
const neighbour = (path: string): string => `${path}x`;

async function inProcess(recipe: AnyRecipe, path: string, text: string): Promise<Verdict> {
  try {
    const config = configured(recipe, [`${path}=${text}`]);
    // What may be absent is taken away by null; that is a setting as others are.
    if (text === 'null') return survived;
    await recipe.check?.(config);
    return failed('silent', `${recipe.name} takes ${path}=${text}`);
  } catch (error) {
    if (!(error instanceof JepaError))
      return failed('stack', error instanceof Error ? (error.stack ?? '') : String(error));
    if (!['usage', 'shape', 'data'].includes(error.code))
      return failed('unclear', `code ${error.code}: ${error.message}`);
    const last = path
      .replace(/(\.\d+)+$/, '')
      .split('.')
      .at(-1)!;
    return error.message.includes(last) ? survived : failed('unclear', `does not name ${path}: ${error.message}`);
  }
}

async function throughCommand(recipe: string, path: string, text: string, dir: string): Promise<Verdict> {
  const out = join(dir, 'run');
  const verdict = refused(await jepa(['run', recipe, '--out', out, '--quiet', '--set', `${path}=${text}`]));
  if (verdict.outcome !== 'survived') return verdict;
  return existsSync(out) ? failed('silent', `${path}=${text} left a folder`) : survived;
}

/** One setting of one recipe and what it is to be. */
interface Bad {
  readonly recipe: AnyRecipe;
  readonly path: string;
  readonly text: string;
}

function allBad(): readonly Bad[] {
  return recipes.flatMap((recipe) =>
    numbersOf(configured(recipe, [])).flatMap((path) => [
      ...Object.entries(BAD).flatMap(([text, applies]) => (applies(path) ? [{ recipe, path, text }] : [])),
      { recipe, path: neighbour(path), text: '1' },
    ]),
  );
}

function inProcessCases(bad: readonly Bad[]): readonly Case[] {
  return bad.map(({ recipe, path, text }) => ({
    name: `${recipe.name}, ${path}=${text}`,
    run: () => inProcess(recipe, path, text),
  }));
}

/** Bad settings. */
export const settings: Kind = {
  name: 'bad settings',
  short: 400,
  full: Infinity,
  async cases(key: Key, count: number) {
    const all = allBad();
    const typed = sample(
      fold(key, 'typed'),
      all.filter(({ text }) => text !== 'null'),
      count === Infinity ? 12 : 1,
    );
    return [
      ...inProcessCases(sample(fold(key, 'all'), all, count)),
      ...typed.map(({ recipe, path, text }) => ({
        name: `jepa run ${recipe.name} --set ${path}=${text}`,
        run: (dir: string) => throughCommand(recipe.name, path, text, dir),
      })),
    ];
  },
};
