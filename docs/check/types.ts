// Checks the types of the code blocks of all pages in one program. Each block is a module whose lines stand where they stand in
// the page, so that the compiler's messages name the page's own lines; `jepa/...` is taken from the sources.

import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, type Page, ROOT } from './pages.ts';

/** Where the modules are written: inside the package, so that `jepa/...` is found from there. */
export const WORK: string = join(ROOT, '.cache', 'doc-blocks');

/** A module made of a block, with those that it continues. */
export interface Module {
  readonly page: string;
  readonly file: string;
  readonly text: string;
  readonly runs: boolean;
}

/** The modules of a page's TypeScript and JavaScript. */
export function modulesOf({ path, blocks }: Page): Module[] {
  const groups: Block[][] = [];
  for (const block of blocks.filter(({ language }) => language === 'ts' || language === 'js')) {
    const before = block.continues ? groups.at(-1) : undefined;
    if (before === undefined) groups.push([block]);
    else before.push(block);
  }
  return groups.map((group) => {
    const first = group[0]!;
    const name = `${path.replace(/[/\\]/g, '__').replace(/\.md$/, '')}.${first.line}.${first.language}`;
    return { page: path, file: join(WORK, name), text: inPlace(group), runs: group.some(({ runs }) => runs) };
  });
}

/** The text of blocks, every line at its number in the page. */
function inPlace(group: readonly Block[]): string {
  const lines: string[] = [];
  const put = (text: string, line: number): void => {
    for (const [i, content] of text.split('\n').entries()) {
      const at = line - 1 + i;
      while (lines.length <= at) lines.push('');
      lines[at] += content;
    }
  };
  for (const { prelude, text, line } of group) {
    if (prelude !== undefined) put(prelude.text, prelude.line);
    put(text, line);
  }
  return `${lines.join('\n')}\nexport {};\n`;
}

/** Writes modules, replacing what was there. */
export function writeModules(modules: readonly Module[]): void {
  rmSync(WORK, { recursive: true, force: true });
  mkdirSync(WORK, { recursive: true });
  for (const { file, text } of modules) writeFileSync(file, text);
}

/** What is wrong with the types of modules that were written: `page:line: message`. */
export async function typeErrors(modules: readonly Module[]): Promise<string[]> {
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      isolatedDeclarations: false,
      declaration: false,
      noUnusedLocals: false,
      allowJs: true,
      checkJs: true,
      paths: sources(),
      // The page on parity shows a file of parity/claims.
      rootDirs: [join(ROOT, '.cache'), join(ROOT, 'parity')],
    },
    files: modules.map(({ file }) => file),
  };
  writeFileSync(join(WORK, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout, stderr, failed } = await new Promise<{ stdout: string; stderr: string; failed: boolean }>((done) => {
    execFile(process.execPath, [tsc, '-p', WORK, '--pretty', 'false'], { cwd: WORK }, (error, stdout, stderr) =>
      done({ stdout, stderr, failed: error !== null }),
    );
  });
  const errors = stdout.split('\n').filter((line) => /error TS\d+/.test(line));
  if (failed && errors.length === 0) throw new Error(`the compiler failed: ${stdout}${stderr}`);
  return errors.map((line) => {
    const [, name, at, message] = /^(.*?)\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
    const page = modules.find(({ file }) => name !== undefined && file.endsWith(name.replace(/^.*\//, '')))?.page;
    return page === undefined ? line : `${page}:${at}: ${message}`;
  });
}

/** The source file of every entry of the package. */
function sources(): Record<string, string[]> {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  const doors = Object.entries(exports).flatMap(([door, target]): [string, string[]][] =>
    typeof target === 'string'
      ? []
      : [
          [
            door.replace(/^\./, 'jepa'),
            [join(ROOT, target.default.replace(/^\.\/dist\//, '').replace(/\.js$/, '.ts'))],
          ],
        ],
  );
  return Object.fromEntries(doors);
}
